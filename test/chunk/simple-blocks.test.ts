import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseMarkdown, parseWhole } from '../../src/chunk/markdown-tree.js';

/** Lines, and beginnings of lines, that mean something somewhere. */
const PIECES = [
  'Some words.',
  'words ending in a colon:',
  '**bold** start',
  '`code` start',
  '1984 was a year',
  '1. one',
  '2) two',
  '- item',
  '* item',
  '+ item',
  '-',
  '*',
  '---',
  '+++',
  '***',
  '* * *',
  '- - -',
  '___',
  '===',
  '--flag is no item',
  '> quoted',
  '>',
  '# Heading',
  '## Heading ##',
  '### Blanks behind   ',
  '#',
  '####### seven',
  '#hashtag',
  '```',
  '```ts',
  '````',
  '``` `no fence',
  '~~~',
  '~~~ text ~~~',
  '~~struck~~ text',
  '| a | b |',
  '| a | b |\n|---|:-:|\n| c | d |\n| `e` |',
  '| a |\n|---|---|',
  '||\n|-|',
  '- one\n- two\n  more of it\n- [ ] three',
  '1. one\n2. two\n   more',
  '* one\n\n* two',
  '|---|---|',
  'a | b',
  ':-- | --:',
  '--|--',
  '<div>',
  '</div>',
  '<span>text</span>',
  '<!-- comment -->',
  '<!-- open',
  'closed -->',
  '<!-->',
  '<script>',
  '</script>',
  '<pre>',
  '</pre>',
  '<?php',
  '?>',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE html>',
  '<https://a.example>',
  '< no tag',
  '[label]: https://a.example "title"',
  '[^1]: a footnote',
  '[^1] is called',
  '[ ] task',
  'hard break  ',
  'hard break\\',
  'tab\tinside\t',
  'key: value',
  '\u00a0',
  '\u2028',
  'ünïcode',
  '',
  '',
  '',
  ' ',
  '\t',
];

const INDENTATIONS = ['', '', '', '', ' ', '  ', '   ', '    ', '      ', '\t', ' \t', '> ', '- ', '1. ', '>'];
const ENDINGS = ['\n', '\n', '\n', '\n', '\n', '\n\n', '\n\n', '\r\n', '\n \n', '\0\n', '\ufeff\n'];

const OPENINGS = ['', '', '', '---\ntitle: a\n---\n', '+++\na = 1\n\n+++ \n', '---\n'];
const PLAIN_ENDINGS = ENDINGS.slice(0, 7);

const line = (endings: readonly string[]) =>
  fc.tuple(fc.constantFrom(...INDENTATIONS), fc.constantFrom(...PIECES), fc.constantFrom(...endings));
const document = (endings: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...OPENINGS), fc.array(line(endings), { maxLength: 14 }), fc.boolean())
    .map(([opening, lines, isOpen]) => (opening + lines.flat().join('')).slice(0, isOpen ? -1 : undefined));

describe('blocks of Markdown', () => {
  it('are those of the parser, whatever of them is read without it', () => {
    fc.assert(
      fc.property(document(PLAIN_ENDINGS), (text) => {
        expect(parseMarkdown(text)).toEqual(parseWhole(text));
      }),
      { numRuns: Number(process.env['RUNS'] ?? 3000), seed: 11 },
    );
  });

  it('are those of the parser also where there are characters that it replaces', () => {
    fc.assert(
      fc.property(document(ENDINGS), (text) => {
        expect(parseMarkdown(text)).toEqual(parseWhole(text));
      }),
      { numRuns: 500, seed: 12 },
    );
  });
});
