import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createChunker } from '../../src/chunk/chunker.js';
import { DOCUMENT_FORMATS } from '../../src/core/types.js';
import { countCodePoints, countWords, expectLawful } from './chunk-laws.js';

const chunker = createChunker();

const fragment = fc.constantFrom(
  ...[
    '# One\n',
    '## Two words\n',
    '\n\n',
    '\n',
    'A sentence. Another one! ',
    'word ',
    '- item\n',
    '  - nested\n',
    '1. first\n',
    '> quoted\n',
  ],
  ...[
    '```js\n',
    '```\n',
    '| a | b |\n|---|---|\n| 1 | 2 |\n',
    '<div>\n',
    '</div>\n',
    '===\n',
    '---\n',
    '    indented\n',
    '[a]: b\n',
    '\t',
  ],
  ...[
    '今天天气很好。',
    '\u{1f600}',
    '\u{1f468}\u200d\u{1f469}',
    'e\u0301',
    'x'.repeat(300),
    '**bold** ',
    '[^1]: note\n',
    '+++\n',
    '\u00a0',
    '\ufffd',
  ],
);
const code = fc.constantFrom(
  ...[
    'function f() {\n',
    '}\n',
    'class A {\n',
    '  get() { return 1 }\n',
    '// note\n',
    'const x = [\n',
    '];\n',
    '(',
    ')',
    '{',
    '"',
    "'",
    '`',
    '\n',
    '  ',
  ],
  ...[
    'def f():\n',
    '    return 1\n',
    '@d\n',
    '#if X\n',
    '#endif\n',
    'impl A for B {\n',
    '<?php\n',
    'end\n',
    'module M\n',
    '\u{1f600}',
    'template<',
    '$(',
  ],
);
const languages = [
  'typescript',
  'javascript',
  'python',
  'java',
  'c#',
  'go',
  'rust',
  'cpp',
  'c',
  'php',
  'ruby',
  'bash',
  'powershell',
  'kotlin',
  '',
];

describe('every chunking', () => {
  it('obeys the laws, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fragment, { maxLength: 60 }),
        fc.constantFrom(...DOCUMENT_FORMATS),
        fc.integer({ min: 2, max: 60 }),
        fc.constantFrom(countWords, countCodePoints),
        async (fragments, format, maxTokens, count) => {
          const text = `x\n${fragments.join('')}`;
          const sizing = { maxTokens, minTokens: Math.floor(maxTokens / 4) };
          const spans = await chunker.chunk({ text, format, language: '', title: '' }, sizing, count);
          expectLawful(text, spans, sizing);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('obeys the laws for programs, sound or broken', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(code, { maxLength: 50 }),
        fc.constantFrom(...languages),
        fc.integer({ min: 4, max: 60 }),
        async (fragments, language, maxTokens) => {
          const text = fragments.join('');
          const sizing = { maxTokens, minTokens: Math.floor(maxTokens / 4) };
          const spans = await chunker.chunk({ text, format: 'code', language, title: '' }, sizing, countWords);
          expectLawful(text, spans, sizing);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the same every time', async () => {
    const document = {
      text: '# A\n\ntext\n\n## B\n\nmore\n'.repeat(50),
      format: 'markdown',
      language: '',
      title: '',
    } as const;
    const first = await chunker.chunk(document, { maxTokens: 32, minTokens: 8 }, countWords);
    expect(await createChunker().chunk(document, { maxTokens: 32, minTokens: 8 }, countWords)).toEqual(first);
  });

  it('stays within the budget of a tokenizer that finds more in the whole than in its parts', async () => {
    const count = (text: string): number => Math.ceil(countWords(text) ** 1.3);
    const text = 'One sentence here. '.repeat(200);
    const sizing = { maxTokens: 40, minTokens: 10 };
    for (const format of DOCUMENT_FORMATS) {
      expectLawful(text, await chunker.chunk({ text, format, language: 'go', title: '' }, sizing, count), sizing);
    }
  });
});

describe('hostile texts', () => {
  const sizing = { maxTokens: 256, minTokens: 48 };
  it.each([
    ['an empty text', '', 0],
    ['white space only', ' \n\t'.repeat(1_000_000), 0],
    ['one line of ten megabytes', 'a'.repeat(10_000_000), 2442],
    ['one line of two million words', 'word '.repeat(2_000_000), 7813],
    ['half a million lines', 'a short line\n'.repeat(500_000), 5860],
    ['a quotation a million deep', `${'>'.repeat(1_000_000)}x`, 3907],
    ['a quotation that goes on lazily', `${'>'.repeat(35)} x\n${'y\n'.repeat(50_000)}`, 196],
    ['a million brackets', '['.repeat(1_000_000), 3907],
    ['unclosed emphasis', '*a_ '.repeat(200_000), 2344],
    ['runs of backticks', Array.from({ length: 1500 }, (_, at) => '`'.repeat(at)).join(' '), 4400],
    ['lists in lists', Array.from({ length: 700 }, (_, at) => `${' '.repeat(2 * at)}- x`).join('\n'), 100],
    ['many setext headings', 'a\n=\n'.repeat(20_000), 156],
  ])('cuts %s in time linear in its length', async (_, text, atLeast) => {
    for (const format of DOCUMENT_FORMATS) {
      let counted = 0;
      const count = (part: string): number => {
        counted += part.length;
        return countWords(part);
      };
      const spans = await chunker.chunk({ text, format, language: 'typescript', title: '' }, sizing, count);
      expect(spans.length).toBeGreaterThanOrEqual(Math.floor(atLeast / 2));
      expect(counted).toBeLessThanOrEqual(8 * text.length);
      let at = 0;
      for (const span of spans) {
        if (text.slice(at, span.start).trim() !== '') expect(span).toBe('not to leave a gap');
        at = span.end;
      }
    }
  });

  it('lets other work in between', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await chunker.chunk(
      { text: 'word '.repeat(1_000_000), format: 'plain', language: '', title: '' },
      sizing,
      countWords,
    );
    clearInterval(timer);
    expect(turns).toBeGreaterThan(5);
  });
});
