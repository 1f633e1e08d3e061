import { describe, expect, it } from '@jest/globals';
import { createChunker } from '../../src/chunk/chunker.js';
import { countWords, expectLawful } from './chunk-laws.js';

const words = (count: number, word = 'word'): string => `${Array.from({ length: count }, () => word).join(' ')}.`;

async function chunk(text: string, maxTokens = 60, minTokens = 12) {
  const sizing = { maxTokens, minTokens };
  const spans = await createChunker().chunk({ text, format: 'markdown', language: '', title: '' }, sizing, countWords);
  return spans.map((span) => ({ ...span, text: text.slice(span.start, span.end) }));
}

describe('Markdown', () => {
  it('makes a chunk of each section that is large enough', async () => {
    const chunks = await chunk(`# A\n\n${words(20)}\n\n## B\n\n${words(20)}\n\n# C\n\n${words(20)}\n`);
    expect(chunks.map((each) => each.headingPath)).toEqual([['A'], ['A', 'B'], ['C']]);
    expect(chunks[1]?.text).toBe(`## B\n\n${words(20)}`);
    expect(chunks.map((each) => [each.startLine, each.endLine])).toEqual([
      [1, 3],
      [5, 7],
      [9, 11],
    ]);
  });

  it('keeps a heading with what stands under it', async () => {
    const chunks = await chunk(`# A\n\n## B\n\n${words(50)}\n\n${words(50)}\n`);
    expect(chunks[0]?.text).toBe(`# A\n\n## B\n\n${words(50)}`);
    expect(chunks.map((each) => each.headingPath)).toEqual([
      ['A', 'B'],
      ['A', 'B'],
    ]);
  });

  it('joins small neighbours under one heading and names what they share', async () => {
    const chunks = await chunk('# A\n\n## B\n\none two\n\n## C\n\nthree four\n\n## D\n\nfive six\n');
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.headingPath).toEqual(['A']);
  });

  it('never puts a section under the heading of another', async () => {
    const chunks = await chunk(`# A\n\n${words(50)}\n\n${words(50)}\n\n# B\n\nshort\n`);
    expect(chunks.map((each) => each.headingPath)).toEqual([['A'], ['A'], ['B']]);
  });

  it('keeps code, tables and lists whole where they fit', async () => {
    const fence = `\`\`\`js\n${Array.from({ length: 8 }, (_, at) => `call(${at});`).join('\n')}\n\n# no heading\n\`\`\``;
    const table = `| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(5)}`.trim();
    const chunks = await chunk(`# A\n\n${words(30)}\n\n${fence}\n\n${words(30)}\n\n${table}\n`);
    expect(chunks.filter((each) => each.text.includes(fence))).toHaveLength(1);
    expect(chunks.filter((each) => each.text.includes(table))).toHaveLength(1);
    expect(chunks.every((each) => each.headingPath.join() === 'A')).toBe(true);
  });

  it('cuts a list that is too large between its items', async () => {
    const items = Array.from({ length: 12 }, (_, at) => `- ${words(10, `item${at}`)}`);
    const chunks = await chunk(items.join('\n'));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.every((each) => each.text.startsWith('- item'))).toBe(true);
  });

  it('cuts prose that is too large between its sentences, in parts of about one size', async () => {
    const chunks = await chunk(Array.from({ length: 13 }, () => `The ${words(8)}`).join(' '));
    expect(chunks.every((each) => each.text.startsWith('The') && each.text.endsWith('.'))).toBe(true);
    const sizes = chunks.map((each) => each.tokens);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(10);
  });

  it('does not take abbreviations and initials for ends of sentences', async () => {
    const sentence = `See e.g. Smith and Dr. Jones (cf. Fig. 3) by J. Doe ${words(14)}`;
    const chunks = await chunk(Array.from({ length: 6 }, () => sentence).join(' '));
    expect(chunks.every((each) => each.text.startsWith('See e.g.'))).toBe(true);
  });

  it.each(['---\ntitle: x\n---\n', '+++\ntitle = "x"\n+++\n'])('leaves front matter out: %j', async (matter) => {
    const text = `${matter}# A\n\nbody\n`;
    const chunks = await chunk(text);
    expect(chunks.map((each) => each.text)).toEqual(['# A\n\nbody']);
    expectLawful(text, chunks, { maxTokens: 60, minTokens: 12 }, matter.length);
    expect(await chunk(matter)).toEqual([]);
  });

  it('reads headings without their marks', async () => {
    const headings = [
      ['## The `getName` **function** ##', 'The getName function'],
      ['[Link](https://x.test/a_b "t") and ![image](i.png) {#anchor}', 'Link and image', 'setext'],
      ['## snake_case_name * 2', 'snake_case_name * 2'],
      ['## a &amp; b \\# c <a name="x"></a>', 'a & b # c'],
      ['<h2 align="center">Big <b>News</b></h2>', 'Big News'],
    ] as const;
    for (const [source, title, kind] of headings) {
      const chunks = await chunk(`${source}\n${kind === 'setext' ? '---\n' : ''}\n${words(20)}\n`);
      expect(chunks[0]?.headingPath).toEqual([title]);
    }
  });

  it('tolerates MDX', async () => {
    const text = `import { A } from './a'\n\nexport const x = { y: 1 }\n\n# Title\n\n<Tabs>\n  <Tab label="{x}">\n\n${words(20)}\n\n  </Tab>\n</Tabs>\n\n{/* note */}\n\n${words(30)}\n`;
    const chunks = await chunk(text);
    expectLawful(text, chunks, { maxTokens: 60, minTokens: 12 });
    expect(chunks.at(-1)?.headingPath).toEqual(['Title']);
  });

  it('keeps headings right over parts that are parsed one by one', async () => {
    const section = (at: number): string => `## Section ${at}\n\n${words(300)}\n\n`;
    const text = `# Top\n\n${Array.from({ length: 100 }, (_, at) => section(at)).join('')}`;
    const chunks = await chunk(text, 400);
    expect(text.length).toBeGreaterThan(100_000);
    expect(chunks.map((each) => each.headingPath.join(' > '))).toEqual(
      Array.from({ length: 100 }, (_, at) => `Top > Section ${at}`),
    );
  });

  it('reads on behind a line that must not be parsed', async () => {
    const data = `![x](data:image/png;base64,${'A'.repeat(200_000)})`;
    const chunks = await chunk(`# A\n\n${words(20)}\n\n${data}\n\n## B\n\n${words(20)}\n`, 256);
    expect(chunks[0]?.headingPath).toEqual(['A']);
    expect(chunks.at(-1)).toMatchObject({ headingPath: ['A', 'B'], text: `## B\n\n${words(20)}` });
  });
});
