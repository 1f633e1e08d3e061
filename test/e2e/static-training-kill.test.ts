import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drawSome, writeSuite } from '../../scripts/specialists/made-collection.js';
import type { Quarry } from '../../src/quarry.js';
import { smallTrade, writePages } from '../support/made-trade.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';
import { trainAndKill } from './train-and-kill.js';

const ROUNDS = 5;
const trade = smallTrade(60);
let home: string;
let folder: string;
let input: { readonly kind: 'static'; readonly suite: string };

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  input = { kind: 'static', suite: join(folder, 'suite') };
  await writeSuite(input.suite, trade, drawSome(trade.questions, 100, 1));
  const pages = await writePages(folder, trade.documents);
  await withWorkspace((quarry) => ingestAndWait(quarry, pages, { collection: 'trade' }));
});
afterAll(async () => {
  await removeFolder(home);
  await removeFolder(folder);
});

async function withWorkspace<T>(use: (quarry: Quarry) => Promise<T>): Promise<T> {
  const quarry = await openTestWorkspace(home);
  try {
    return await use(quarry);
  } finally {
    await quarry.close();
  }
}

/** What a search finds, and by which model; every collection is of that model. */
async function look(quarry: Quarry): Promise<{ revision: string; found: string[] }> {
  const { fingerprint } = await quarry.services.context.embedder();
  const others = (await quarry.services.context.store.listCollections()).filter(
    // What a killed run leaves of a suite's index is swept like any other.
    ({ name, fingerprint: own }) => !name.startsWith('benchmark.') && own.revision !== fingerprint.revision,
  );
  expect(others.map(({ name }) => name)).toEqual([]);
  const query = trade.questions[7]?.text ?? '';
  const { output } = await quarry.execute('search', { query, collections: ['trade'], mode: 'vector', limit: 5 });
  return { revision: fingerprint.revision, found: output.results.map(({ id }) => id) };
}

async function receiptOf(quarry: Quarry, run: string): Promise<string | null> {
  return (await quarry.execute('train_statistics', { run, receipt: true })).output.receipt;
}

test('a run that adapts the model is killed again and again: searches answer by the old model or the new, and it comes to the same bytes', async () => {
  const before = await withWorkspace(look);
  expect(before.found).toHaveLength(5);
  let run = '';
  let state = '';
  for (let round = 0; round < ROUNDS && state !== 'succeeded'; round++) {
    run = await trainAndKill({ home, input, run, delayMs: 400 + ((round * 797) % 2_600) });
    await withWorkspace(async (quarry) => {
      state = (await quarry.execute('train_status', { run })).output.state;
      const now = await look(quarry);
      if (now.revision === before.revision) expect(now).toEqual(before);
      else expect((await quarry.execute('train_statistics', { run })).output.decision.mayPromote).toBe(true);
    });
    expect(['interrupted', 'succeeded']).toContain(state);
  }
  await withWorkspace(async (quarry) => {
    if (state !== 'succeeded') {
      const { output } = await quarry.execute('train_resume', { run });
      expect((await quarry.waitForJob(output.jobId)).error).toBeNull();
    }
    const promoted = await quarry.execute('train_promote', { run });
    const job = promoted.output.model?.job ?? '';
    if (job !== '') expect((await quarry.waitForJob(job)).error).toBeNull();
    const after = await look(quarry);
    expect(after.revision).not.toBe(before.revision);
    expect(after.found).toHaveLength(5);
    const names = (await quarry.services.context.store.listCollections()).map(({ name }) => name);
    expect(names.filter((name) => name.includes(run))).toEqual([]);
  });
  expect(await readdir(join(home, 'workspaces', 'default', 'models'))).toEqual([run]);
  // In a workspace of its own: the receipt tells of the same base.
  const other = await temporaryFolder();
  const quarry = await openTestWorkspace(other);
  try {
    await ingestAndWait(quarry, join(folder, 'pages'), { collection: 'trade' });
    const { output } = await quarry.execute('train_start', { ...input, seed: 3 });
    await quarry.waitForJob(output.jobId);
    expect(await withWorkspace((killed) => receiptOf(killed, run))).toBe(await receiptOf(quarry, output.run));
  } finally {
    await quarry.close();
    await removeFolder(other);
  }
});
