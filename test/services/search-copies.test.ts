import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RETRIEVAL_MODES } from '../../src/core/retrieval/settings.js';
import type { OperationInput, OperationOutput } from '../../src/operations/index.js';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

type Answer = OperationOutput<'search'>;
type Query = Omit<OperationInput<'search'>, 'query' | 'cursor'>;

const NOTICE = 'Permission to copy the winch manual is granted, as long as this notice stays with every copy.\n';
const PAGES: Readonly<Record<string, string>> = {
  'README.md': '# Winch\n\nThe winch lifts crates of copies from the hold, two at a time, and stops by itself.\n',
  'brake.md': '# Brake\n\nThe brake of the winch is a copy of the one on the crane. Grease it every spring.\n',
  'notice.md': `# Notice\n\n${NOTICE}`,
};

let home: string;
let folder: string;
let quarry: Quarry;

async function write(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const target = join(folder, name);
  await mkdir(target, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(target, file), text);
  return target;
}

/** `copies` files that hold the notice alone and `others` that hold a sentence of their own. */
function noticesAnd(copies: number, others: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let i = 0; i < copies; i++) files[`notice-${i}.txt`] = NOTICE;
  for (let i = 0; i < others; i++)
    files[`part-${i}.txt`] = `Copy number ${i} of the winch manual belongs to part ${i}.\n`;
  return files;
}

async function find(query: string, extra: Query = {}): Promise<Answer> {
  return (await quarry.execute('search', { query, ...extra })).output;
}

/** All pages, one after the other. */
async function readOn(query: string, extra: Query): Promise<Answer['results']> {
  const hits: Answer['results'] = [];
  let cursor: string | undefined;
  do {
    const { output } = await quarry.execute('search', { query, ...extra, ...(cursor === undefined ? {} : { cursor }) });
    expect(output.results.length).toBeGreaterThan(0);
    hits.push(...output.results);
    cursor = output.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return hits;
}

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  const windows = Object.entries(PAGES).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]);
  await ingestAndWait(quarry, await write('a', PAGES), { collection: 'twice' });
  await ingestAndWait(quarry, await write('b', Object.fromEntries(windows)), { collection: 'twice' });
  await ingestAndWait(quarry, await write('copies', noticesAnd(30, 12)), { collection: 'copies' });
  await ingestAndWait(quarry, await write('many', noticesAnd(130, 15)), { collection: 'many' });
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

describe('two folders with the same files', () => {
  const collections = ['twice'];

  test.each(RETRIEVAL_MODES)('%s mode shows each text once and names the other place', async (mode) => {
    const { results, nextCursor } = await find('copies of the winch', { collections, mode });
    expect(results.map((hit) => hit.rank)).toEqual([1, 2, 3]);
    expect(new Set(results.map((hit) => hit.text)).size).toBe(3);
    expect(nextCursor).toBeNull();
    for (const hit of results) {
      expect(hit.alsoIn).toHaveLength(1);
      expect(hit.alsoInMore).toBe(0);
      const [other] = hit.alsoIn;
      expect(other).toMatchObject({ title: hit.title, startLine: hit.startLine, endLine: hit.endLine });
      expect(other?.documentId).not.toBe(hit.documentId);
      const swapped = hit.url.includes('/a/') ? hit.url.replace('/a/', '/b/') : hit.url.replace('/b/', '/a/');
      expect(other?.url).toBe(swapped);
    }
  });

  test('the citation holds where it was shown and in the other place', async () => {
    const [hit] = (await find('grease the brake', { collections, limit: 1 })).results;
    if (hit === undefined) throw new Error('nothing found');
    const { start, text: quote, contentHash } = hit;
    const verify = async (document: string | undefined): Promise<string> =>
      (await quarry.execute('verify_citation', { document: document ?? '', contentHash, start, quote })).output.status;
    expect(await verify(hit.documentId)).toBe('exact');
    expect(await verify(hit.alsoIn[0]?.documentId)).toBe('exact');
  });

  test('a filter leaves only its own places', async () => {
    const uriPrefix = pathToFileURL(join(folder, 'b')).href;
    const { results } = await find('grease the brake', { collections, uriPrefix });
    expect(results.every((hit) => hit.url.startsWith(uriPrefix) && hit.alsoIn.length === 0)).toBe(true);
    expect(results).toHaveLength(3);
  });

  test('the text says it in a short line', async () => {
    const { text } = await quarry.execute('search', { query: 'grease the brake', collections, limit: 1 });
    expect(text).toMatch(/\n {3}also in: Brake, file:\S+\/brake\.md lines \d+-\d+\n/);
    expect((await quarry.execute('search', { query: 'part 3', collections: ['copies'], limit: 1 })).text).not.toContain(
      'also in',
    );
  });

  test('similar passages are still found one by one', async () => {
    const [hit] = (await find('grease the brake', { collections, limit: 1 })).results;
    const { output } = await quarry.execute('find_similar', { id: hit?.id ?? '', collections, limit: 1 });
    expect(output.results[0]).toMatchObject({ text: hit?.text, alsoIn: [], alsoInMore: 0 });
  });
});

describe('thirty copies of one passage among twelve others', () => {
  const collections = ['copies'];
  const query = 'permission to copy the winch manual';

  test.each(RETRIEVAL_MODES)('ten results of %s mode are ten passages', async (mode) => {
    const { results, nextCursor } = await find(query, { collections, mode, limit: 10 });
    expect(new Set(results.map((hit) => hit.text)).size).toBe(10);
    expect(results.map((hit) => hit.rank)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(nextCursor).not.toBeNull();
    const notice = results.find((hit) => hit.text === NOTICE.trim());
    expect(notice?.alsoIn).toHaveLength(5);
    expect(notice?.alsoInMore).toBe(24);
    const places = [notice?.documentId, ...(notice?.alsoIn ?? []).map((other) => other.documentId)];
    expect(new Set(places).size).toBe(6);
  });

  test.each(RETRIEVAL_MODES)('pages of %s mode show all thirteen once, in the order of one long page', async (mode) => {
    const { results } = await find(query, { collections, mode, limit: 100 });
    expect(results).toHaveLength(13);
    for (const limit of [1, 3, 13]) expect(await readOn(query, { collections, mode, limit })).toEqual(results);
  });

  test.each([{ diversity: 0.5 }, { blend: 'rrf' as const }, { context: 'section' as const }])(
    'with %j too',
    async (how) => {
      const hits = await readOn(query, { collections, limit: 4, ...how });
      expect(new Set(hits.map((hit) => hit.text)).size).toBe(13);
      expect(hits).toHaveLength(13);
    },
  );

  test('other places count into the token budget', async () => {
    const page = await find(query, { collections, limit: 20, maxTokens: 600 });
    expect(JSON.stringify(page.results).length).toBeLessThanOrEqual(600 * 4);
    expect(page.truncated).toBe(true);
    expect(await readOn(query, { collections, limit: 20, maxTokens: 600 })).toHaveLength(13);
  });

  test('the text counts the others', async () => {
    const { text } = await quarry.execute('search', { query, collections, mode: 'keyword', limit: 1 });
    expect(text).toMatch(/\n {3}also in: notice-\d+\S*, file:\S+ lines 1-1 \(28 more\)\n/);
  });

  test('the same question gets the same answer', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => find(query, { collections })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe('more copies than are ranked at first', () => {
  const collections = ['many'];

  test.each(RETRIEVAL_MODES)('%s mode ranks deeper to find the other passages', async (mode) => {
    const { results } = await find(NOTICE, { collections, mode, limit: 10 });
    expect(new Set(results.map((hit) => hit.text)).size).toBe(10);
    expect(results.find((hit) => hit.text === NOTICE.trim())).toMatchObject({ alsoInMore: 124 });
    const pages = await readOn(NOTICE, { collections, mode, limit: 3 });
    // Texts, not ids: which of 130 equally scored copies the keyword index nominates is its own choice.
    const texts = pages.map((hit) => hit.text);
    expect(texts.slice(0, 10)).toEqual(results.map((hit) => hit.text));
    expect(new Set(texts).size).toBe(16);
    expect(pages).toHaveLength(16);
  });
});
