import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { relevanceModelFor } from '../../src/core/ranking/relevance-model.js';
import type { Quarry } from '../../src/quarry.js';
import { judgeRelevance } from '../../src/services/retrieval/judge-relevance.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home: string;
let folder: string;
let quarry: Quarry;

const PAGES: Readonly<Record<string, string>> = {
  'backup.md':
    '# Backups\n\nEvery night the database is copied to a second site. To restore it, stop the writer and copy the snapshot back.\n',
  'keys.md': '# Key rotation\n\nSigning keys are replaced every ninety days by the command `rotate-keys`.\n',
  'colours.md': '# Colours\n\nText needs a contrast of at least 4.5 to 1 against its background.\n',
  'queue.md': '# Job queue\n\nJobs that fail are tried again three times, with a pause that doubles.\n',
  'login.md': '# Sign-in\n\nA session ends after thirty minutes without a request.\n',
};
const ANSWERED = [
  'how do I restore the database from a snapshot',
  'contrast of text against its background',
  'rotate-keys',
];
const UNANSWERED = [
  'recipe for sourdough bread with rye',
  'who won the chess olympiad of 1972',
  'zeppelin hangar rental prices',
];
const MODES = ['hybrid', 'keyword', 'vector'] as const;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await mkdir(join(folder, 'docs'));
  for (const [name, text] of Object.entries(PAGES)) await writeFile(join(folder, 'docs', name), text);
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, join(folder, 'docs'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function search(query: string, extra: Record<string, unknown> = {}) {
  const { output, text } = await quarry.execute('search', { query, ...extra });
  const results = output['results'] as unknown as { id: string; relevance: number }[]; // of the operation's shape
  return { results, text, relevance: Number(output['relevance']), note: output['relevanceNote'] };
}

describe('relevance', () => {
  test.each(MODES)('of every answered question is above that of every unanswered one in %s mode', async (mode) => {
    const answered = await Promise.all(ANSWERED.map((query) => search(query, { mode })));
    const unanswered = await Promise.all(UNANSWERED.map((query) => search(query, { mode })));
    const least = Math.min(...answered.map(({ relevance }) => relevance));
    for (const { relevance } of unanswered) expect(relevance).toBeLessThan(least);
    for (const { results } of [...answered, ...unanswered])
      for (const { relevance } of results) expect(relevance >= 0 && relevance <= 1).toBe(true);
  });

  test('that is low is said first in the text, and not for an answer', async () => {
    for (const query of UNANSWERED)
      expect((await search(query)).text).toMatch(/^(?:Probably|Perhaps) nothing relevant \(relevance 0\.\d\d\)/);
    for (const query of ANSWERED) {
      const { text, note } = await search(query);
      expect(text).not.toContain('nothing relevant');
      expect(note).toBeNull();
    }
  });

  test('falls from the passage that answers to the others', async () => {
    const [first, ...others] = (await search('how do I restore the database from a snapshot')).results;
    for (const { relevance } of others) expect(relevance).toBeLessThan(first?.relevance ?? 0);
  });

  test('is the same however a list is read in pages', async () => {
    const query = 'how do I restore the database';
    const whole = await search(query, { limit: 5 });
    const { output } = await quarry.execute('search', { query, limit: 2 });
    const next = await search(query, { limit: 2, cursor: output['nextCursor'] });
    expect(next.relevance).toBe(whole.relevance);
    const said = ({ id, relevance }: (typeof whole.results)[number]) => ({ id, relevance });
    expect(next.results.map(said)).toEqual(whole.results.slice(2, 4).map(said));
  });

  test('is 0 for an empty list', async () => {
    expect((await search('zeppelin', { mode: 'keyword' })).relevance).toBe(0);
  });

  test('is not known of vectors that nothing was fitted on, and says so', async () => {
    const { revision } = (await quarry.services.context.embedder()).fingerprint;
    expect(relevanceModelFor('hybrid', revision)).toBeDefined();
    expect(relevanceModelFor('hybrid', 'another')).toBeUndefined();
    expect(relevanceModelFor('keyword', 'another')).toBeDefined();
    const collections = await quarry.services.collections.list();
    const first = await quarry.services.retrieve.rank({ query: 'database', collections, depth: 5 });
    const unknown = judgeRelevance({ first, mode: 'hybrid', revision: 'another' });
    expect(unknown).toMatchObject({
      chance: null,
      isDoubtful: false,
      reason: expect.stringContaining('bundled model'),
    });
    expect(judgeRelevance({ first, mode: 'hybrid', revision }).chance).toBeGreaterThan(0);
  });
});
