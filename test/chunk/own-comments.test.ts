import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createChunker } from '../../src/chunk/chunker.js';
import { countWords, expectLawful } from './chunk-laws.js';

const SIZING = { maxTokens: 60, minTokens: 20 };

async function chunksOf(text: string, language: string) {
  const spans = await createChunker().chunk({ text, format: 'code', language, title: '' }, SIZING, countWords);
  expectLawful(text, spans, SIZING);
  return spans.map((span) => ({ path: span.headingPath, text: text.slice(span.start, span.end) }));
}

/** A function with its own comment, in languages whose comments are joined to what they stand above in different ways. */
const LANGUAGES: readonly (readonly [
  language: string,
  comment: (text: string) => string,
  code: (name: string) => string,
])[] = [
  ['typescript', (text) => `/** ${text} */`, (name) => `export function ${name}() {\n  work(one, two, three);\n}`],
  ['python', (text) => `# ${text}`, (name) => `@once\ndef ${name}():\n    work(one, two, three)`],
  ['rust', (text) => `/// ${text}`, (name) => `#[inline]\npub fn ${name}() {\n    work(one, two, three);\n}`],
  ['go', (text) => `// ${text}`, (name) => `func ${name}() {\n\twork(one, two, three)\n}`],
  ['java', (text) => `/** ${text} */`, (name) => `class ${name} {\n  int size() { return work(one, two); }\n}`],
  ['ruby', (text) => `# ${text}`, (name) => `def ${name}\n  work(one, two, three)\nend`],
  [
    'cpp',
    (text) => `// ${text}`,
    (name) => `template <class T>\nint ${name}(T t) {\n  return work(one, two, three);\n}`,
  ],
  ['bash', (text) => `# ${text}`, (name) => `${name}() {\n  work one two three\n}`],
];

describe.each(LANGUAGES)('%s', (language, comment, code) => {
  test('every declaration has its own comment, and no other one', async () => {
    const part = fc.record({ hasOwn: fc.boolean(), hasTrailing: fc.boolean(), words: fc.integer({ min: 1, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), fc.boolean(), async (parts, hasLicence) => {
        const blocks = parts.map(({ hasOwn, hasTrailing, words }, at) => {
          const own = hasOwn ? `${comment(`OWN${at} ${'word '.repeat(words)}`.trim())}\n` : '';
          return `${own}${code(`name${at}`)}\n${hasTrailing ? `${comment(`TRAIL${at}`)}\n` : ''}`;
        });
        const licence = hasLicence ? `${comment('LICENCE Copyright of the makers.')}\n\n` : '';
        const chunks = await chunksOf(licence + blocks.join('\n'), language);
        for (const [at, { hasOwn, hasTrailing }] of parts.entries()) {
          const defining = chunks.find(({ text }) => new RegExp(`name${at}\\b`).test(text))?.text ?? '';
          if (hasOwn) expect(defining).toContain(`OWN${at}`);
          if (hasTrailing) expect(defining).toContain(`TRAIL${at}`);
          expect(defining).not.toContain('LICENCE');
        }
      }),
      { numRuns: 25, seed: 20 },
    );
  });
});

describe('comments', () => {
  const body = 'work(one, two, three, four, five, six, seven, eight, nine, ten);';

  test('a licence right above the first comment stays apart', async () => {
    const [licence, first] = await chunksOf(
      `// Copyright 2020 the makers.\n// SPDX-License-Identifier: MIT\n/** Gets. */\nfunction get() {\n  ${body}\n}\n`,
      'javascript',
    );
    expect(licence).toEqual({ path: [], text: '// Copyright 2020 the makers.\n// SPDX-License-Identifier: MIT' });
    expect(first).toMatchObject({ path: ['get'], text: expect.stringMatching(/^\/\*\* Gets/) });
  });

  test('the first line of a script is no comment of its first function', async () => {
    const chunks = await chunksOf(`#!/bin/sh\n# Gets.\nget() {\n  echo ${'word '.repeat(20)}\n}\n`, 'sh');
    expect(chunks.at(-1)).toMatchObject({ path: ['get'], text: expect.stringMatching(/^# Gets/) });
  });

  test('documentation behind a blank line belongs to what follows', async () => {
    const chunks = await chunksOf(
      `import x from 'x';\n\nfunction put() {\n  ${body}\n}\n\n/** Gets. */\n\nfunction get() {\n  ${body}\n}\n`,
      'javascript',
    );
    expect(chunks.find(({ path }) => path[0] === 'get')?.text).toMatch(/^\/\*\* Gets/);
  });

  test('the comment above the first member belongs to that member', async () => {
    const long = `${body}\n        ${body}\n        ${body}`;
    const chunks = await chunksOf(
      `class Store:\n    # Gets.\n    def get(self):\n        ${long}\n\n    def put(self):\n        ${long}\n`,
      'python',
    );
    expect(chunks.find(({ path }) => path.join('.') === 'Store.get')?.text).toContain('# Gets.');
  });
});
