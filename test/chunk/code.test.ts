import { describe, expect, it } from '@jest/globals';
import { createChunker } from '../../src/chunk/chunker.js';
import { countWords, expectLawful } from './chunk-laws.js';

async function chunk(text: string, language: string, maxTokens = 40, minTokens = 8) {
  const sizing = { maxTokens, minTokens };
  const spans = await createChunker().chunk({ text, format: 'code', language, title: '' }, sizing, countWords);
  expectLawful(text, spans, sizing);
  return spans.map((span) => ({ path: span.headingPath.join('.'), text: text.slice(span.start, span.end) }));
}

const call = 'work(one, two, three, four);';

/** A program in each language with a type `Store` holding `get` and `put`, large enough to be cut into members. */
const PROGRAMS: readonly (readonly [language: string, program: string, paths: readonly string[]])[] = [
  [
    'typescript',
    `export class Store {\n  get(): number {\n    ${call}\n    ${call}\n  }\n\n  put(): void {\n    ${call}\n    ${call}\n  }\n}\n`,
    ['Store.get', 'Store.put'],
  ],
  [
    'tsx',
    `export function View() {\n  return <div onClick={() => ${call.slice(0, -1)}}>text</div>;\n}\n\nconst Other = () => {\n  ${call}\n  return <View />;\n};\n`,
    ['View', 'Other'],
  ],
  [
    'javascript',
    `class Store {\n  get() {\n    ${call}\n    ${call}\n  }\n\n  put() {\n    ${call}\n    ${call}\n  }\n}\n`,
    ['Store.get', 'Store.put'],
  ],
  [
    'python',
    `class Store:\n    def get(self):\n        ${call}\n        ${call}\n\n    def put(self):\n        ${call}\n        ${call}\n`,
    ['Store.get', 'Store.put'],
  ],
  [
    'java',
    `class Store {\n  int get() {\n    ${call}\n    ${call}\n  }\n\n  void put() {\n    ${call}\n    ${call}\n  }\n}\n`,
    ['Store.get', 'Store.put'],
  ],
  [
    'csharp',
    `namespace N {\n  class Store {\n    int Get() {\n      ${call}\n      ${call}\n    }\n\n    void Put() {\n      ${call}\n      ${call}\n    }\n  }\n}\n`,
    ['N.Store.Get', 'N.Store.Put'],
  ],
  [
    'go',
    `package p\n\nfunc (s *Store) Get() int {\n\t${call}\n\t${call}\n}\n\nfunc (s *Store[K]) Put() {\n\t${call}\n\t${call}\n}\n`,
    ['Store.Get', 'Store.Put'],
  ],
  [
    'rust',
    `impl Store {\n    fn get(&self) {\n        ${call}\n        ${call}\n    }\n\n    fn put(&self) {\n        ${call}\n        ${call}\n    }\n}\n`,
    ['Store.get', 'Store.put'],
  ],
  [
    'cpp',
    `namespace n {\nint Store::get() {\n  ${call}\n  ${call}\n}\n\nvoid Store::put() {\n  ${call}\n  ${call}\n}\n}\n`,
    ['n.Store.get', 'n.Store.put'],
  ],
  [
    'c',
    `#ifndef X\n#define X\nint get(void) {\n  ${call}\n  ${call}\n}\n\nchar *put(int a) {\n  ${call}\n  ${call}\n}\n#endif\n`,
    ['get', 'put'],
  ],
  [
    'php',
    `<?php\nclass Store {\n  function get() {\n    ${call}\n    ${call}\n  }\n\n  function put() {\n    ${call}\n    ${call}\n  }\n}\n`,
    ['Store.get', 'Store.put'],
  ],
  [
    'ruby',
    `class Store\n  def get\n    ${call}\n    ${call}\n  end\n\n  def put\n    ${call}\n    ${call}\n  end\nend\n`,
    ['Store.get', 'Store.put'],
  ],
  [
    'bash',
    `get() {\n  echo one two three four\n  echo one two three four\n}\n\nfunction put {\n  echo one two three four\n  echo one two three four\n}\n`,
    ['get', 'put'],
  ],
  [
    'powershell',
    `function Get-It {\n  Write-Host one two three four\n  Write-Host one two three four\n}\n\nfunction Put-It {\n  Write-Host one two three four\n  Write-Host one two three\n}\n`,
    ['Get-It', 'Put-It'],
  ],
];

describe('programs', () => {
  it.each(PROGRAMS)('%s: a chunk for each member, with the symbols around it', async (language, program, paths) => {
    const chunks = await chunk(program, language, 36);
    expect(chunks.map((each) => each.path).filter((path) => paths.includes(path))).toEqual(paths);
  });

  it('keeps a class whole where it fits', async () => {
    const program = 'class Store {\n  get() {\n    return 1;\n  }\n}\n';
    expect(await chunk(program, 'javascript')).toEqual([{ path: 'Store', text: program.trim() }]);
  });

  it('keeps comments, decorators and attributes with what they stand above', async () => {
    const program = `import x\n\nLIMIT = [1, 2, 3, 4, 5, 6, 7, 8]\n\n# Says hello.\n# Twice.\n@once\ndef hello():\n    ${call}\n\n# Apart.\n\ndef bye():\n    ${call}\n`;
    const chunks = await chunk(program, 'python', 26);
    expect(chunks.find((each) => each.path === 'hello')?.text).toMatch(/^# Says hello\.\n# Twice\.\n@once\ndef hello/);
    expect((await chunk(`/// Doc.\n#[test]\nfn a() { ${call} }\n`, 'rust'))[0]?.text).toMatch(/^\/\/\/ Doc/);
  });

  it('keeps the indentation of the first line', async () => {
    const chunks = await chunk(PROGRAMS[3]?.[1] ?? '', 'python', 30);
    expect(chunks.find((each) => each.path === 'Store.put')?.text).toMatch(/^ {4}def put/);
  });

  it('names functions held by variables, fields and tests', async () => {
    const program = `export const load = async () => {\n  ${call}\n};\n\ndescribe('a store', () => {\n  it('keeps', () => {\n    ${call}\n    ${call}\n  });\n  it('drops', () => {\n    ${call}\n    ${call}\n  });\n});\n`;
    const paths = (await chunk(program, 'ts', 42)).map((each) => each.path);
    expect(paths.filter((path) => path !== 'a store')).toEqual(['load', 'a store.keeps', 'a store.drops']);
  });

  it('reads JSX in a TypeScript file', async () => {
    const program = PROGRAMS[1]?.[1] ?? '';
    expect(await chunk(program, 'typescript', 30)).toEqual(await chunk(program, 'tsx', 30));
  });

  it('cuts a long function between statements, not inside them', async () => {
    const step = (at: number): string => `  if (x${at}) {\n    ${call}\n  }\n`;
    const chunks = await chunk(`function run() {\n${[1, 2, 3, 4, 5, 6].map(step).join('')}}\n`, 'javascript', 50);
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.slice(1).every((each) => each.text.startsWith('  if ('))).toBe(true);
  });

  it('reads other languages by their layout', async () => {
    const kotlin = (name: string): string =>
      `    override fun ${name}(x: Int): Int {\n        ${call}\n        ${call}\n    }\n`;
    const program = `package a.b\n\nimport c.d\n\n/** A store. */\ndata class Store(val a: Int) {\n${kotlin('get')}\n${kotlin('put')}}\n\nfun main() {\n    ${call}\n    ${call}\n}\n`;
    expect((await chunk(program, 'kotlin', 36)).map((each) => each.path)).toEqual([
      '',
      'Store',
      'Store.get',
      'Store.put',
      'main',
    ]);
    const others = [
      ['swift', `public func load(a: Int) -> Int {\n  ${call}\n}\n`, 'load'],
      ['lua', `local function load(a)\n  ${call}\nend\n`, 'load'],
      ['sql', `CREATE TABLE IF NOT EXISTS load (\n  id INT,\n  name TEXT\n);\n`, 'load'],
      ['elixir', `defmodule Load.It do\n  ${call}\nend\n`, 'Load.It'],
      ['scala', `case class Load(a: Int) {\n  ${call}\n}\n`, 'Load'],
    ] as const;
    for (const [language, text, path] of others)
      expect((await chunk(text, language)).map((each) => each.path)).toEqual([path]);
  });

  it('finds no declarations in data', async () => {
    const text = 'name,text\nfunction of,type theory\nobject one,class two\n';
    expect((await chunk(text, 'csv')).map((each) => each.path)).toEqual(['']);
  });

  it('cuts programs without names at their unindented blocks', async () => {
    const block = (name: string): string => `begin ${name}\n  ${call}\n\n  ${call}\nend begin\n`;
    const chunks = await chunk([block('a'), block('b'), block('c')].join('\n'), 'basic', 30);
    expect(chunks.map((each) => each.text)).toEqual([block('a'), block('b'), block('c')].map((text) => text.trim()));
  });

  it('survives programs that drive a parser out of its memory, and parses on', async () => {
    const sizing = { maxTokens: 256, minTokens: 48 };
    const bomb = { text: 'a<'.repeat(100_000), format: 'code', language: 'csharp', title: '' } as const;
    const spans = await createChunker().chunk(bomb, sizing, countWords);
    expect(spans.length).toBeGreaterThan(700);
    const [, program = '', paths] = PROGRAMS.find(([language]) => language === 'csharp') ?? [];
    const chunks = await chunk(program, 'csharp', 36);
    expect(chunks.map((each) => each.path).filter((path) => paths?.includes(path))).toEqual(paths);
  });

  it('counts code units, not bytes, beside characters of any plane', async () => {
    const program = `// \u{1f600} é 漢字\nfunction a() {\n  ${call}\n  return '\u{1f468}\u200d\u{1f469}';\n}\n\nfunction b() {\n  ${call}\n}\n`;
    const chunks = await chunk(program, 'javascript', 30);
    expect(chunks.at(-1)).toEqual({ path: 'b', text: `function b() {\n  ${call}\n}` });
  });
});
