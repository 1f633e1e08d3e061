import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drawSome, writeSuite } from '../../scripts/specialists/made-collection.js';
import { createRandom } from '../../src/core/statistics/random.js';
import type { Quarry } from '../../src/quarry.js';
import { smallTrade, writePages } from '../support/made-trade.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const CHILD = fileURLToPath(new URL('./training-chaos.child.js', import.meta.url));
const ROUNDS = 6;
const trade = smallTrade(80);
const judged = drawSome(trade.questions, 60, 1);
const probes = drawSome(trade.questions, 4, 2).map(({ text }) => text);
let home: string;
let folder: string;
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, await writePages(folder, trade.documents), { collection: 'trade' });
  await writeSuite(join(folder, 'suite'), trade, judged);
  const suites = [join(folder, 'suite')];
  for (const name of ['smith', 'calm'])
    await quarry.execute('specialist_create', { name, collections: ['trade'], suites });
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function answers(specialist: string): Promise<string[]> {
  const rankings: string[] = [];
  for (const query of probes) {
    const { output } = await quarry.execute('search', { query, specialist, limit: 5 });
    rankings.push(output.results.map(({ id }) => id).join(' '));
  }
  return rankings;
}

async function halvesOf(run: string) {
  return (await quarry.execute('train_statistics', { run, perQuery: true })).output.halves;
}

/** What is in force is all of one run, and that run is proven. */
async function expectWhole(): Promise<void> {
  const { output } = await quarry.execute('specialist_show', { name: 'smith' });
  const { settings, adapter } = output.learned;
  expect(adapter?.run).toBe(settings?.run);
  if (adapter === null) {
    expect(output.settings).toEqual({});
    return;
  }
  const { output: proof } = await quarry.execute('train_statistics', { run: adapter.run });
  expect(proof.decision.mayPromote).toBe(true);
  expect(proof.halves.map((half) => half.settings)).toContainEqual(expect.objectContaining(output.settings));
}

test('started, cancelled, resumed, promoted, rolled back and killed at random, every search answers as before or as after', async () => {
  const { output: started } = await quarry.execute('train_start', { kind: 'adapter', specialist: 'calm' });
  await quarry.waitForJob(started.jobId);
  const before = await answers('smith');
  await quarry.execute('train_promote', { run: started.run });
  const after = await answers('calm');
  expect(after).not.toEqual(before);
  expect(before.every((ranking) => ranking !== '')).toBe(true);

  const random = createRandom(11);
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const child = fork(CHILD, [home, String(round + 1)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const ended = once(child, 'exit');
    let left = 1 + Math.floor(random() * 8);
    // In the midst of what it does next.
    const intoNextMs = random() * 800;
    child.on('message', () => {
      left -= 1;
      if (left === 0) void pause(intoNextMs).then(() => child.kill('SIGKILL'));
    });
    while (child.exitCode === null && child.signalCode === null) {
      const now = await answers('smith');
      // Promotion may come between two of the probes.
      now.forEach((ranking, at) => {
        expect([before[at], after[at]]).toContain(ranking);
      });
      seen.add(now.join());
    }
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    await expectWhole();
  }
  expect(seen.size).toBeGreaterThan(1);

  const { output: list } = await quarry.execute('train_list', { specialist: 'smith' });
  const first = list.runs.at(-1);
  if (first === undefined) throw new TypeError('No run was started.');
  if (first.state !== 'succeeded') {
    const { output } = await quarry.execute('train_resume', { run: first.id });
    await quarry.waitForJob(output.jobId);
  }
  expect(await halvesOf(first.id)).toEqual(await halvesOf(started.run));
  const receipts = new Map<string, Set<string>>();
  for (const { id, state } of (await quarry.execute('train_list', { specialist: 'smith' })).output.runs) {
    if (state !== 'succeeded') continue;
    const { output: recipe } = await quarry.execute('train_configuration', { run: id });
    const key = `${recipe.baseAdapter} ${JSON.stringify(recipe.base)}`;
    const { output } = await quarry.execute('train_statistics', { run: id, receipt: true });
    receipts.set(key, (receipts.get(key) ?? new Set()).add(output.receipt));
  }
  for (const same of receipts.values()) expect(same.size).toBe(1);
});
