import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endsAnnouncing } from '../../src/chunk/announcements.js';
import { createChunker } from '../../src/chunk/chunker.js';
import { countWords, expectLawful } from './chunk-laws.js';

const chunker = createChunker();

async function chunk(text: string, maxTokens: number, format: 'markdown' | 'plain' = 'markdown') {
  const sizing = { maxTokens, minTokens: Math.floor(maxTokens / 5) };
  const spans = await chunker.chunk({ text, format, language: '', title: '' }, sizing, countWords);
  expectLawful(text, spans, sizing);
  return spans.map((span) => ({ ...span, text: text.slice(span.start, span.end) }));
}

const words = (count: number, word = 'word'): string => Array.from({ length: count }, () => word).join(' ');
const sentences = (count: number): string => Array.from({ length: count }, () => `The ${words(7)}.`).join(' ');
const code = (lines: number): string => `\`\`\`sh\nfirst --line\n${'next line\n'.repeat(lines)}\`\`\``;
const list = (items: number): string =>
  `- first item\n${Array.from({ length: items }, () => `- ${words(6)}`).join('\n')}`;
const table = (rows: number): string => `| first | b |\n|---|---|\n${'| one cell | two |\n'.repeat(rows)}`.trim();

/** One announcement and what it announces, each with words of its own by which it is found again. */
interface Announced {
  readonly text: string;
  readonly ends: string;
  readonly begins: string;
}

const block = fc.oneof(
  fc.record({ make: fc.constant(code), size: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ make: fc.constant(list), size: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ make: fc.constant(table), size: fc.integer({ min: 0, max: 20 }) }),
);

const announced = fc
  .record({
    before: fc.integer({ min: 0, max: 8 }),
    form: fc.constantFrom('Do this mark', 'Do this mark:', '**Use this mark:**', '1. Do this mark:', '> Do this mark:'),
    block,
  })
  .map(({ before, form, block: { make, size } }) => (at: number): Announced => {
    const lead = form.replace('mark', `mark${at}`);
    const isPlain = /^Do/.test(form);
    return {
      text: `${isPlain && before > 0 ? `${sentences(before)} ` : ''}${lead}\n\n${make(size).replace('first', `begin${at}`)}`,
      ends: `mark${at}`,
      begins: `begin${at}`,
    };
  });

const prose = fc
  .integer({ min: 1, max: 8 })
  .map((count) => (): Announced => ({ text: sentences(count), ends: '', begins: '' }));
/** Parts below up to two headings. */
const headed = fc
  .record({
    depths: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    make: fc.oneof(prose, { arbitrary: announced, weight: 3 }),
  })
  .map(({ depths, make }) => (at: number): Announced => {
    const part = make(at);
    return { ...part, text: [...depths.map((depth) => `${'#'.repeat(depth)} Part ${at}`), part.text].join('\n\n') };
  });

describe('the borders of chunks', () => {
  it('never part an announcement from the beginning of what it announces, nor end with a heading', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(headed, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 44, max: 100 }),
        async (makers, maxTokens) => {
          const parts = makers.map((make, at) => make(at));
          const chunks = await chunk(`${parts.map(({ text }) => text).join('\n\n')}\n\nThe end.`, maxTokens);
          for (const { ends, begins } of parts.filter((part) => part.ends !== '')) {
            const holding = chunks.find(({ text }) => new RegExp(`${ends}\\b`).test(text));
            expect(holding?.text).toMatch(new RegExp(`${begins}\\b`));
          }
          for (const { text } of chunks) expect(text).not.toMatch(/(?:^|\n)#{1,4} Part \d+$/);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });

  it('move an announcement to its block instead of cutting the block', async () => {
    const text = `# Use\n\n${sentences(4)} Now run this:\n\n${code(10)}\n`;
    const chunks = await chunk(text, 45);
    expect(chunks.map((each) => each.text)).toEqual([`# Use\n\n${sentences(4)}`, `Now run this:\n\n${code(10)}`]);
  });

  it('keep the whole paragraph in front of a command where there is room', async () => {
    const text = `# Use\n\n${sentences(3)}\n\nThis removes all. It asks first.\n\n${code(4)}\n\n${sentences(2)}\n`;
    const chunks = await chunk(text, 45);
    expect(chunks.find((each) => each.text.includes('first --line'))?.text).toMatch(
      /This removes all\. It asks first\./,
    );
  });

  it('bring the beginning of a listing that is too large to its announcement', async () => {
    const chunks = await chunk(`# Use\n\n${sentences(5)}\n\nThe whole file:\n\n${code(60)}\n`, 50);
    expect(chunks.find((each) => each.text.includes('The whole file:'))?.text).toContain('first --line');
  });

  it('leave the end of a listing with its lines', async () => {
    for (let lines = 10; lines < 40; lines++) {
      for (const { text } of await chunk(`# Use\n\n${code(lines)}\n\n${sentences(6)}\n`, 50)) {
        expect(text).not.toMatch(/^```\s*(?:\n|$)/);
      }
    }
  });

  it('take an announcement along when a deeper heading follows', async () => {
    const chunks = await chunk(
      `# Use\n\n${sentences(5)}\n\nInstall it:\n\n## Linux\n\n${code(8)}\n\n## Mac\n\n${code(8)}`,
      50,
    );
    expect(chunks.find((each) => each.text.includes('Install it:'))).toMatchObject({
      headingPath: ['Use', 'Linux'],
      text: expect.stringContaining('first --line'),
    });
  });

  it('put a heading with nothing under it in front of the section that follows', async () => {
    const chunks = await chunk(`# A\n\n${sentences(6)}\n\n# B\n\n# C\n\n${sentences(5)}\n`, 50);
    expect(chunks.at(-1)?.text).toMatch(/^# B\n\n# C\n\nThe/);
  });

  it.each([
    ['a step that is not indented', '1. Do the first.\n2. Then run it:\n\n', 'Then run it:'],
    ['a bold line', '**Example**\n\n', 'Example'],
    ['a summary', '<summary>Output</summary>\n\n', 'Output'],
    ['an end in wide punctuation', '运行此命令：\n\n', '运行此命令'],
  ])('hold %s together with its command', async (_, lead, sought) => {
    for (let before = 1; before < 8; before++) {
      const chunks = await chunk(`# Use\n\n${sentences(before)}\n\n${lead}${code(9)}\n\n${sentences(5)}\n`, 50);
      expect(chunks.find((each) => each.text.includes(sought))?.text).toContain('first --line');
    }
  });

  it.each([
    ['Run this:', true],
    ['**Usage:**', true],
    ['(like this:)', true],
    ['运行：', true],
    ['All of it.\nNow:\n\n', true],
    [':::note\nText.\n:::', false],
    ['Enjoy it :tada:', false],
    ['See: this', false],
    ['', false],
  ])('take %j for an announcement: %j', (text, isOne) => {
    expect(endsAnnouncing(text)).toBe(isOne);
  });

  it('hold in text without markup too', async () => {
    for (let before = 1; before < 8; before++) {
      const text = `${sentences(before)}\n\nRun this:\n\n    first --line\n${'    next line\n'.repeat(12)}`;
      const chunks = await chunk(text, 50, 'plain');
      expect(chunks.find((each) => each.text.includes('Run this:'))?.text).toContain('first --line');
    }
  });
});

describe('parts of a list, table or listing', () => {
  it('carry the sentence that introduces it, as the last of their headings', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(list, table, code),
        fc.integer({ min: 44, max: 70 }),
        async (make, maxTokens) => {
          const text = `# Options\n\n${sentences(2)} These [flags](x.md) are **known**:\n\n${make(40)}\n\n${sentences(6)}\n`;
          const chunks = await chunk(text, maxTokens);
          const [begin, end] = [text.indexOf('first'), text.lastIndexOf(sentences(6))];
          const inside = chunks.filter(({ start }) => start > begin && start < end);
          expect(inside.length).toBeGreaterThan(0);
          for (const { headingPath } of inside) expect(headingPath).toEqual(['Options', 'These flags are known:']);
          const outside = chunks.filter(({ start }) => start <= begin || start >= end);
          for (const { headingPath } of outside) expect(headingPath).toEqual(['Options']);
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it('carry the nearest introduction in a list of lists', async () => {
    const inner = Array.from({ length: 12 }, (_, at) => `  - ${words(6, `inner${at}`)}`).join('\n');
    const chunks = await chunk(`# A\n\nAll of it:\n\n- ${words(8, 'outer')}\n- The server:\n${inner}\n`, 40);
    expect(chunks.at(-1)?.headingPath).toEqual(['A', 'The server:']);
  });

  it('are told from headings, which end in no colon', async () => {
    const chunks = await chunk(`## Example:\n\n${sentences(2)}\n`, 60);
    expect(chunks[0]?.headingPath).toEqual(['Example']);
  });
});
