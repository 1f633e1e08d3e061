import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSymbolReader } from '../../src/chunk/symbol-reader.js';
import type { DocumentFormat } from '../../src/core/types.js';

const reader = createSymbolReader();

function document(language: string, text: string, format: DocumentFormat = 'code') {
  return { text, format, language };
}

describe('headings', () => {
  test('hold what stands under them, in Markdown and in HTML, without those in code', async () => {
    const text =
      '---\ntitle: x\n---\n# One\n\n## Two\n\n```sh\n# no heading\n```\n\n### Deep\n\n<h2>Three</h2>\n\nEnd.\n';
    const { basis, symbols } = await reader.structureOf(document('', text, 'markdown'));
    expect(basis).toBe('headings');
    const parts = symbols.map(({ path, depth, start, end }) => [
      path.join('/'),
      depth,
      text.slice(start, end).split('\n')[0],
    ]);
    expect(parts).toEqual([
      ['One', 0, '# One'],
      ['One/Two', 1, '## Two'],
      ['One/Two/Deep', 2, '### Deep'],
      ['One/Three', 1, '<h2>Three</h2>'],
    ]);
    expect(text.slice(symbols[1]?.start, symbols[1]?.end)).toContain('### Deep');
    expect(symbols[0]?.end).toBe(text.length);
  });

  test('are not looked for in plain text', async () => {
    expect(await reader.structureOf(document('', '# One\n', 'plain'))).toEqual({ basis: 'headings', symbols: [] });
  });
});

describe('places of a name', () => {
  const PROGRAMS: readonly (readonly [language: string, text: string])[] = [
    [
      'typescript',
      "// get C\nfunction get() {}\nget(); // get C\nconst a = 'get S', b = `get S $" + '{get()}`;\nx.get();\n',
    ],
    ['python', '# get C\ndef get(): pass\nget()\na = "get S"; b = f"get S {get()}"\nx.get()\n'],
    ['go', 'package p\n// get C\nfunc get() {}\nfunc a() { get(); b := "get S"; c := `get S`; x.get() }\n'],
    ['rust', '// get C\nfn get() {}\nfn a() { get(); let b = "get S"; let c = r#"get S"#; x.get() }\n'],
    ['java', '/* get C */\nclass A { void get() {}\n void b() { get(); String c = "get S"; x.get(); } }\n'],
    [
      'csharp',
      'class A { /* get C */ void get() {}\n void b() { get(); var c = "get S"; var d = $"get S {get()}"; } }\n',
    ],
    ['cpp', '// get C\nint get() { return 0; }\nint a() { const char* s = "get S"; return get() + x->get(); }\n'],
    ['php', '<?php\n# get C\nfunction get() {}\nget(); $a = \'get S\'; $b = "get S {$x->get()}"; $x->get();\n'],
    ['ruby', '# get C\ndef get\nend\nget()\na = "get S #{get()}"\nx.get\n'],
    ['bash', '# get C\nget() { :; }\nget\necho "get S $(get)"\ncat <<EOF\nget S\nEOF\n'],
  ];

  test.each(PROGRAMS)('%s: code, comments and strings are told apart', async (language, text) => {
    const { basis, mentions } = await reader.locate(document(language, text), 'get');
    expect(basis).toBe('syntax');
    const told = mentions.map(({ start, kind }) => [kind, text.slice(start, start + 5)]);
    const wanted = mentions.map(({ start }, at) => {
      const mark = /^get ([CS])/.exec(text.slice(start))?.[1];
      if (mark !== undefined) return mark === 'C' ? 'comment' : 'string';
      const isFirstCode = mentions.slice(0, at).every((each) => /^get [CS]/.test(text.slice(each.start)));
      return isFirstCode ? 'definition' : 'reference';
    });
    expect(told.map(([kind]) => kind)).toEqual(wanted);
    expect(new Set(wanted)).toEqual(new Set(['comment', 'definition', 'reference', 'string']));
  });

  test('are whole words in any case', async () => {
    const { mentions } = await reader.locate(
      document('javascript', 'get(getAll, Get, $get, get2, aget, x.get);'),
      'get',
    );
    expect(mentions.map(({ text }) => text)).toEqual(['get', 'Get', 'get']);
  });

  test('are words where the language has no grammar', async () => {
    const text = 'fun get(): Int = 1\n\n// get\nfun put() = get()\n';
    const { basis, mentions } = await reader.locate(document('kotlin', text), 'get');
    expect(basis).toBe('layout');
    expect(mentions.map(({ kind }) => kind)).toEqual(['definition', 'word', 'word']);
  });
});

describe('memory of the parsers', () => {
  type Method = (...given: unknown[]) => unknown;
  const { Parser, Tree } = createRequire(import.meta.url)('@vscode/tree-sitter-wasm') as Record<
    'Parser' | 'Tree',
    { prototype: Record<string, Method> }
  >; // The package exports these classes; their methods are watched, not replaced.
  const [parse, free] = [Parser.prototype['parse'] as Method, Tree.prototype['delete'] as Method];
  let [made, freed] = [0, 0];

  beforeAll(() => {
    Parser.prototype['parse'] = function (...given) {
      const tree = parse.apply(this, given);
      if (tree) made++;
      return tree;
    };
    Tree.prototype['delete'] = function () {
      freed++;
      return free.apply(this);
    };
  });

  afterAll(() => {
    Parser.prototype['parse'] = parse;
    Tree.prototype['delete'] = free;
  });

  test('every tree is freed: read, read as JSX too, and read in vain', async () => {
    await reader.structureOf(document('python', 'def get(): pass\n'));
    await reader.locate(document('typescript', 'const a = <b>c</b>;\n'), 'a');
    await reader.locate(document('typescript', 'const a = <<<;\n'), 'a');
    const broken = Object.defineProperty(document('python', 'x'), 'text', {
      get: (() => {
        let reads = 0;
        // The first reads reach the parser; a later one fails in the midst of reading the tree.
        return () => {
          if (++reads > 2) throw new RangeError('no text');
          return 'def get(): pass\n';
        };
      })(),
    });
    await expect(reader.locate(broken, 'get')).rejects.toThrow(RangeError);
    expect(made).toBeGreaterThanOrEqual(6);
    expect(freed).toBe(made);
  });
});
