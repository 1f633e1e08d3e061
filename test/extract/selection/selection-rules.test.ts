import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultRule, isMinified, yieldsToGit } from '../../../src/extract/selection/default-ignores.js';
import { IgnoreRules } from '../../../src/extract/selection/ignore-rules.js';
import { createPathFilter } from '../../../src/extract/selection/path-filter.js';

describe('ignore rules', () => {
  it('counts patterns from the folder of their file, odd folder names included', () => {
    const rules = IgnoreRules.none.with('a [x]/b*', '/top.md\nany.md\nsub/deep.md\n!kept.md\n');
    expect(rules.verdict('a [x]/b*/top.md', false)).toBe('ignored');
    expect(rules.verdict('a [x]/b*/c/any.md', false)).toBe('ignored');
    expect(rules.verdict('a [x]/b*/sub/deep.md', false)).toBe('ignored');
    expect(rules.verdict('a [x]/b*/c/top.md', false)).toBeUndefined();
    expect(rules.verdict('a x/bb/any.md', false)).toBeUndefined();
    expect(rules.verdict('a [x]/b*/c/kept.md', false)).toBe('kept');
  });

  it('reads marks, comments and line ends of any system', () => {
    const rules = IgnoreRules.none.with('', '\ufeffa.md\r\n# comment\r\n\r\nb.md  \r\n');
    for (const name of ['a.md', 'b.md']) expect(rules.verdict(name, false)).toBe('ignored');
    expect(rules.verdict('# comment', false)).toBeUndefined();
  });

  it('takes any content and any name', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        '*',
        '?',
        '[',
        ']',
        '!',
        '#',
        '\\',
        '/',
        'a',
        '.',
        '-',
        '{',
        '(',
        '\n',
        ' ',
        '^',
        '$',
        '+',
        '\u00e9',
      ),
    });
    const name = fc.string({ minLength: 1 }).filter((word) => !/[/\0]/.test(word) && word !== '.' && word !== '..');
    fc.assert(
      fc.property(
        fc.array(text),
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (lines, names, isFolder) => {
          const rules = IgnoreRules.none.with('', lines.join('\n')).with(names[0] ?? '', lines.join('\n'));
          expect([undefined, 'ignored', 'kept']).toContain(rules.verdict(names.join('/'), isFolder));
        },
      ),
      { seed: 4 },
    );
  });
});

describe('path filter', () => {
  it.each([
    ['*.md', ['a.md', 'x/y/a.md'], ['a.txt', 'a.md.txt']],
    ['docs', ['docs', 'docs/a', 'x/docs/a/b'], ['docsx/a']],
    ['./docs', ['docs/a'], ['x/docs/a']],
    ['/docs/', ['docs/a'], ['x/docs/a']],
    ['docs/**', ['docs/a', 'docs/.b/c'], ['x/docs/a']],
    ['src/**/*.{ts,tsx}', ['src/a.ts', 'src/b/c.tsx'], ['src/a.js']],
    ['a?c.md', ['abc.md', 'x/abc.md'], ['ac.md']],
    ['[ab].md', ['a.md'], ['c.md']],
  ])('understands %s', (pattern, inside, outside) => {
    const include = createPathFilter({ include: [pattern], exclude: [] });
    const exclude = createPathFilter({ include: [], exclude: [pattern] });
    for (const path of inside)
      expect([path, include.reject(path), exclude.reject(path)]).toEqual([path, undefined, 'ignored']);
    for (const path of outside)
      expect([path, include.reject(path), exclude.reject(path)]).toEqual([path, 'out-of-scope', undefined]);
  });

  it('lets exclude win over include', () => {
    const filter = createPathFilter({ include: ['docs'], exclude: ['docs/old'] });
    expect(filter.reject('docs/new/a.md')).toBeUndefined();
    expect(filter.reject('docs/old/a.md')).toBe('ignored');
    expect(filter.rejectsFolder('docs/old')).toBe(true);
    expect(filter.rejectsFolder('docs')).toBe(false);
  });

  it.each(['a\0', 'x'.repeat(1001), '*a*a*a*a*a*a*b', '**/a/**/a/**/a/**/a/**/a/**'])(
    'refuses a pattern that is no use',
    (pattern) => {
      expect(() => createPathFilter({ include: [pattern], exclude: [] })).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID' }),
      );
    },
  );

  it('takes any pattern or refuses it with a typed error, and answers at once', () => {
    const glob = fc.string({
      unit: fc.constantFrom('*', '?', '[', ']', '!', '{', '}', ',', '(', ')', '|', '+', '@', '\\', '/', 'a', '.', '-'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(glob, (pattern) => {
        try {
          const filter = createPathFilter({ include: [pattern], exclude: [pattern] });
          expect(['ignored', 'out-of-scope']).toContain(filter.reject('a'.repeat(60)));
          filter.reject('a/a/a.a/a-a');
        } catch (error) {
          expect(error).toMatchObject({ code: 'INPUT_INVALID' });
        }
      }),
      { seed: 9, numRuns: 500 },
    );
  });
});

describe('defaults', () => {
  it('leaves out dependencies, lock files, keys and generated code, and nothing else', () => {
    for (const name of ['node_modules', '.git', 'vendor', '__pycache__', 'x.egg-info', 'target'])
      expect(defaultRule(name, true)).toBe(`folders named ${name}`);
    for (const name of [
      'package-lock.json',
      'a.min.js',
      'a.js.map',
      'server.pem',
      'id_rsa',
      'a_pb2.py',
      'a~',
      'Cargo.lock',
    ])
      expect(defaultRule(name, false)).toBeDefined();
    for (const name of ['docs', 'src', 'build', 'lib', 'test']) expect(defaultRule(name, true)).toBeUndefined();
    for (const name of ['dist', 'target', 'vendor', '_build', 'coverage']) expect(yieldsToGit(name)).toBe(true);
    for (const name of ['node_modules', '.git', '__pycache__']) expect(yieldsToGit(name)).toBe(false);
    for (const name of ['a.md', 'package.json', 'index.js', 'node_modules', 'keys.md', 'C#.md', 'F# notes.md'])
      expect(defaultRule(name, false)).toBeUndefined();
  });

  it('tells minified code by its lines', () => {
    expect(isMinified('javascript', `${'a'.repeat(20_000)}\n`)).toBe(true);
    expect(isMinified('javascript', 'let a = 1;\n'.repeat(2000))).toBe(false);
    expect(isMinified('python', 'a'.repeat(20_000))).toBe(false);
  });
});
