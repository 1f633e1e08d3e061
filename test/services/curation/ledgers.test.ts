import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DatasetStore } from '../../../src/core/curation/ports.js';
import type { Quarry } from '../../../src/quarry.js';
import { foldDecisions, ReviewLedger } from '../../../src/services/curation/review-ledger.js';
import { importRows } from '../../support/datasets.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const AT = '2026-01-01T00:00:00.000Z';

let root: string;
let quarry: Quarry;
let store: DatasetStore;

/** A dataset of as many pairs; gives their ids. */
async function pairsIn(name: string, count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, at) => ({
    anchor: `Who keeps gate ${at}?`,
    positive: `Keeper ${at}.`,
  }));
  await importRows(quarry, { folder: root, name }, rows);
  const { output } = await quarry.execute('dataset_show', { name, limit: count });
  return output.examples.map((example) => String(example.id));
}

/** File of an entry of a dataset's ledger. */
function entryFile(name: string, ledger: string, sequence: number): string {
  const file = `${String(sequence).padStart(9, '0')}.json`;
  return join(root, 'home', 'workspaces', 'default', 'datasets', name, 'ledgers', ledger, file);
}

async function statesOf(name: string): Promise<string[]> {
  const { output } = await quarry.execute('dataset_show', { name, limit: 100 });
  return output.examples.map((example) => String(example.review));
}

beforeAll(async () => {
  root = await temporaryFolder();
  quarry = await openTestWorkspace(join(root, 'home'));
  store = await quarry.services.context.datasetStore();
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

describe('a review', () => {
  test('looks the history up once for all its decisions, and loses none when two people review at once', async () => {
    const ids = await pairsIn('gates', 12);
    let lookups = 0;
    const counted: DatasetStore = {
      ...store,
      history: (name) => {
        lookups++;
        return store.history(name);
      },
    };
    const people = [new ReviewLedger(counted, 'gates'), new ReviewLedger(counted, 'gates')];
    for (const [at, example] of ids.entries()) {
      const decision = { example, review: at < 9 ? 'accepted' : 'rejected', at: AT } as const;
      await people[at % 5 === 0 ? 0 : 1]?.keep(decision);
    }
    expect(lookups).toBe(2);
    expect((await store.readLedger('gates', 'review', 0)).map(({ sequence }) => sequence)).toEqual(
      ids.map((_, at) => at + 1),
    );
    const head = await store.get('gates');
    if (head === undefined) throw new TypeError('The dataset is gone.');
    expect((await foldDecisions(store, head, AT)).message).toBe('Reviewed: accepted 9, rejected 3 examples');
  });

  test('goes on behind what was made a version of meanwhile', async () => {
    const [first = '', second = ''] = await pairsIn('halves', 2);
    const review = await (await quarry.services.curation()).datasets.review('halves');
    await review.decide(first, 'accepted');
    expect(await statesOf('halves')).toEqual(['accepted', 'unreviewed']);
    await review.decide(second, 'rejected');
    expect(await statesOf('halves')).toEqual(['accepted', 'rejected']);
    await quarry.execute('dataset_delete', { name: 'halves', confirm: true });
    await expect(review.decide(first, 'rejected')).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  });
});

/** What may become of an entry's file, and the error that then tells of it. */
const DAMAGE: readonly (readonly [string, string, (path: string) => Promise<unknown>])[] = [
  ['torn', 'DATASET_INVALID', (path) => writeFile(path, '{"example":')],
  ['emptied', 'DATASET_INVALID', (path) => writeFile(path, '')],
  ['of another shape', 'DATASET_INVALID', (path) => writeFile(path, '{"type":"answer","example":7}')],
  ['not readable as a file', 'PATH_UNREADABLE', (path) => rm(path).then(() => mkdir(path))],
];

describe('a damaged entry', () => {
  test.each(DAMAGE)('of a review, %s, is named, and the others count once it is gone', async (name, code, damage) => {
    const dataset = `review-${name.replaceAll(' ', '-')}`;
    const ids = await pairsIn(dataset, 3);
    const review = await (await quarry.services.curation()).datasets.review(dataset);
    for (const id of ids) await review.decide(id, 'accepted');
    const path = entryFile(dataset, 'review', 2);
    await damage(path);
    await expect(quarry.execute('dataset_show', { name: dataset })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(path),
      hint: expect.stringMatching(/Restore the file from a backup|Check the permissions/),
    });
    await rm(path, { recursive: true });
    expect(await statesOf(dataset)).toEqual(['accepted', 'unreviewed', 'accepted']);
  });

  test.each(DAMAGE)('of a campaign, %s, is named, and the others count once it is gone', async (name, code, damage) => {
    const dataset = `labels-${name.replaceAll(' ', '-')}`;
    await pairsIn(dataset, 4);
    const { items } = (await quarry.execute('curate_next', { name: dataset, judge: 'ann', count: 2 })).output;
    for (const { item } of items)
      await quarry.execute('curate_submit', { name: dataset, judge: 'ann', item, answer: { abstain: true } });
    const path = entryFile(dataset, 'grade-0001', 3);
    await damage(path);
    // Another process reads the ledger from its beginning.
    const other = await openTestWorkspace(join(root, 'home'));
    try {
      await expect((await other.services.curation()).labelling.progress(dataset)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(path),
      });
      await rm(path, { recursive: true });
      expect(await (await other.services.curation()).labelling.progress(dataset)).toMatchObject([{ accepted: 1 }]);
    } finally {
      await other.close();
    }
  });
});
