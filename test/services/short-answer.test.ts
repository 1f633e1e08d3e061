import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationInput, OperationOutput } from '../../src/operations/index.js';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, syncAndWait, temporaryFolder } from '../support/workspace.js';

type Answer = OperationOutput<'search'>;

const TOPICS = [
  'hull',
  'sail',
  'rudder',
  'anchor',
  'galley',
  'engine',
  'radio',
  'bilge',
  'keel',
  'deck',
  'mast',
  'pump',
];
const sentences = (topic: string, count: number): string =>
  Array.from(
    { length: count },
    (_, at) => `Part ${at} of the ${topic} is looked at by the crew of the winch store before spring begins.`,
  ).join(' ');
const section = (title: string, text: string): string => `## ${title}\n\n${text}\n\n`;

const MANUAL = [
  '# Winch manual\n\n',
  section('Greasing the winch', `The winch is greased with blue paste every ninety days.\n\n${sentences('drum', 9)}`),
  section('Storing the winch', sentences('cover', 9)),
  section(
    'Paste for the winch',
    `Order the paste for greasing from the harbour office, shelf nine.\n\n${sentences('shelf', 9)}`,
  ),
].join('');

const CODE = `${'// A part of the boat.\n'.repeat(3)}
/** Turns the capstan. Not in rain. */
export function turnCapstan(kind: string, days: number): boolean {
  return kind === 'blue' && days > 90;
}
`;

let home: string;
let folder: string;
let quarry: Quarry;

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const search = (query: string, extra: Omit<OperationInput<'search'>, 'query'> = {}) =>
  quarry.execute('search', { query, ...extra });

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await write({ 'boat/manual.md': MANUAL, 'boat/capstan.ts': CODE });
  await write(
    Object.fromEntries(TOPICS.map((topic) => [`boat/${topic}.md`, `# The ${topic}\n\n${sentences(topic, 12)}\n`])),
  );
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, join(folder, 'boat'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

describe('the text of an answer nobody limited', () => {
  const query = 'which paste is the winch greased with, and where is the paste ordered';

  test('is at most about a thousand tokens: the best lines, and one line for each other result', async () => {
    for (const question of [query, 'who looks at the anchor', 'turnCapstan', 'rudder']) {
      const { output, text } = await search(question);
      expect(output.results.length).toBeGreaterThan(5);
      expect(text.length).toBeLessThanOrEqual(4_200);
      const ranks = [...text.matchAll(/^(\d+)\. /gm)].map(([, rank]) => Number(rank));
      expect(ranks).toEqual(output.results.map(({ rank }) => rank));
      for (const hit of output.results.filter(({ excerpts }) => excerpts.length === 0)) {
        const line = text.split('\n').find((one) => one.startsWith(`${hit.rank}. `));
        expect(line).toContain(hit.title);
        expect(line).toContain(hit.id);
      }
    }
  });

  test('shows what answers in two sections of the best document, in its order', async () => {
    const { output, text } = await search(query);
    const [best] = output.results;
    expect(best?.url).toContain('manual.md');
    const greased = text.indexOf('The winch is greased with blue paste every ninety days.');
    const ordered = text.indexOf('Order the paste for greasing from the harbour office, shelf nine.');
    expect(greased).toBeGreaterThan(0);
    expect(ordered).toBeGreaterThan(greased);
  });

  test('shows what answers in the best document where no leg nominates it', async () => {
    const ropes = Array.from({ length: 70 }, (_, at) => [
      `ropes/rope-${at}.md`,
      `# Rope ${at}\n\nRope number ${at} for the mooring is a splice away from the mooring rope of berth ${at}.\n`,
    ]);
    const splice = [
      '# Mooring rope splice\n\n',
      section(
        'How the mooring rope splice is made',
        `Splice the mooring rope in five tucks.\n\n${sentences('tuck', 12)}`,
      ),
      section('Length', `Take eleven metres of rope.\n\n${sentences('store', 12)}`),
    ].join('');
    await write({ ...Object.fromEntries(ropes), 'ropes/splice.md': splice });
    await ingestAndWait(quarry, join(folder, 'ropes'), { collection: 'ropes' });
    const { output, text } = await search('how is the mooring rope splice made', { collections: ['ropes'] });
    expect(output.results[0]?.title).toBe('Mooring rope splice');
    expect(text).toContain('Take eleven metres of rope.');
    const excluding = await search('how is the mooring rope splice made -eleven', { collections: ['ropes'] });
    expect(excluding.text).not.toContain('eleven metres');
    await quarry.execute('delete_collection', { name: 'ropes', confirm: true });
  });

  test('shows a text once that stands in the best document twice', async () => {
    const part = (name: string): string =>
      `## ${name}\n\nUnhook the davit before the tender is lowered.\n\n${sentences('davit', 14)}\n\n`;
    await write({
      'davit/davit.md': `# Davit\n\n${section('Greasing', sentences('gear', 14))}${part('Lowering').repeat(3)}`,
    });
    await ingestAndWait(quarry, join(folder, 'davit'), { collection: 'davit' });
    const { text } = await search('unhook the davit before the tender is lowered', { collections: ['davit'] });
    expect(text.match(/Unhook the davit/g)).toHaveLength(1);
    await quarry.execute('delete_collection', { name: 'davit', confirm: true });
  });

  test('names the headings above what is shown of a document once', async () => {
    const kit = [
      '# Kit\n\n## Care\n\n',
      `### Oiling the shears\n\nOil the shears with linseed.\n\n${sentences('blade', 30)}\n\n`,
      `### Storing the shears\n\nStore oiled shears in linseed cloth.\n\n${sentences('cloth', 30)}\n`,
    ].join('');
    await write({ 'kit/kit.md': kit });
    await ingestAndWait(quarry, join(folder, 'kit'), { collection: 'kit' });
    const { text } = await search('oil and store the shears with linseed', { collections: ['kit'] });
    expect(text.match(/Care > /g)).toHaveLength(1);
    expect(text).toMatch(/^ {3}lines \d+-\d+; chk_[0-9a-f]{24}; (?:Oiling|Storing) the shears$/m);
    await quarry.execute('delete_collection', { name: 'kit', confirm: true });
  });

  test('data keep every passage whole, and excerpts are exact slices of the document with its lines', async () => {
    const { output } = await search(query);
    const { store } = quarry.services.context;
    for (const hit of output.results) {
      const document = await store.getDocument(hit.collection, hit.documentId);
      expect(document?.text.slice(hit.start, hit.end)).toBe(hit.text);
      for (const { start, startLine, endLine, text } of hit.excerpts) {
        expect(document?.text.slice(start, start + text.length)).toBe(text);
        const lines = document?.text
          .split('\n')
          .slice(startLine - 1, endLine)
          .join('\n');
        expect(lines).toContain(text);
      }
    }
    expect(output.results[0]?.excerpts.length).toBeGreaterThan(1);
  });

  test('names collections only where there are several', async () => {
    expect((await search(query)).text).not.toContain('collection ');
    await quarry.execute('note_create', {
      id: 'paste',
      title: 'Paste',
      text: 'Paste of the winch.',
      collection: 'notes',
    });
    expect((await search(query)).text).toContain('; collection notes');
    await quarry.execute('delete_collection', { name: 'notes', confirm: true });
  });

  test('is followed by the next page, without gap or repetition', async () => {
    const whole = await search(query, { limit: 100 });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { output, text }: { output: Answer; text: string } = await search(query, { limit: 4, cursor });
      expect(text.startsWith(`${seen.length + 1}. `)).toBe(true);
      seen.push(...output.results.map(({ id }) => id));
      cursor = output.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(whole.output.results.map(({ id }) => id));
  });

  test.each([{ maxTokens: 8_000 }, { context: 'neighbours' as const }])('with %j has passages whole', async (how) => {
    const { output, text } = await search(query, how);
    expect(output.results.every(({ excerpts }) => excerpts.length === 0)).toBe(true);
    for (const hit of output.results) expect(text).toContain(hit.text.split('\n')[0]);
    expect(text.match(/; cite doc_/g)).toHaveLength(output.results.length);
  });

  test('of a program names signature, lines and own comment of what is shown', async () => {
    const { output, text } = await search('turnCapstan');
    const signature = 'export function turnCapstan(kind: string, days: number): boolean';
    expect(output.results[0]?.excerpts.map(({ under }) => under)).toContain(
      `${signature} (lines 5-8): Turns the capstan.`,
    );
    expect(text).toContain(`${signature} (lines 5-8): Turns the capstan.`);
    const whole = await search('turnCapstan', { maxTokens: 2_000, limit: 1 });
    expect(whole.output.results[0]?.symbol).toContain('lines');
  });
});

describe('the one token of a shown passage', () => {
  test('is taken by fetch and verify_citation as it is', async () => {
    const { output, text } = await search('winch greased with blue paste');
    const id = /chk_[0-9a-f]{24}/.exec(text)?.[0] ?? '';
    const read = await quarry.execute('fetch', { id });
    expect(read.output.id).toBe(output.results[0]?.documentId);
    const check = await quarry.execute('verify_citation', { document: id });
    expect(check.output).toMatchObject({ status: 'exact', documentId: output.results[0]?.documentId });
    const { startLine, endLine } = read.output;
    expect(check.output.span).toMatchObject({ startLine, endLine });
    const quoted = await quarry.execute('verify_citation', { document: id, quote: 'blue paste' });
    expect(quoted.output.status).toBe('exact');
    await expect(
      quarry.execute('verify_citation', { document: output.results[0]?.documentId ?? '' }),
    ).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      hint: expect.stringContaining('chk_'),
    });
    await write({ 'boat/manual.md': MANUAL.replaceAll('paste', 'wax') });
    await syncAndWait(quarry);
    const after = await quarry.execute('verify_citation', { document: id });
    expect(after.output).toMatchObject({
      status: 'gone',
      explanation: expect.stringContaining('No passage has this id'),
    });
  });
});

describe('a question about code', () => {
  test('finds the program before the page that has the same words, and the other way round', async () => {
    await write({
      'mixed/guide.md': '# Retry delay\n\nThe retry delay is computed from the attempt: set it with care.\n',
      'mixed/delay.ts':
        '/** The retry delay, computed from the attempt. */\nexport const retryDelay = (attempt: number) => 2 ** attempt;\n',
    });
    await ingestAndWait(quarry, join(folder, 'mixed'), { collection: 'mixed' });
    const first = async (text: string) => (await search(text, { collections: ['mixed'] })).output.results;
    const [program, page] = await first('where is the retry delay computed from the attempt');
    expect(program?.url).toContain('delay.ts');
    expect(page?.why).toContain('page x0.7');
    const [written, code] = await first('how do I set the retry delay with the attempt');
    expect(written?.url).toContain('guide.md');
    expect(code?.why).toContain('program x0.9');
    await quarry.execute('delete_collection', { name: 'mixed', confirm: true });
  });
});
