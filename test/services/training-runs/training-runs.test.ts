import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jargonTrade } from '../../../scripts/specialists/jargon-trade.js';
import { drawSome, writeSuite } from '../../../scripts/specialists/made-collection.js';
import type { Quarry } from '../../../src/quarry.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let home = '';
let folder = '';
let quarry: Quarry;
const trade = jargonTrade(1);

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  await writeSuite(join(folder, 'trade'), trade, drawSome(trade.questions, 120, 1));
  await quarry.execute('create_collection', { name: 'trade' });
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function specialist(name: string, settings: object = {}): Promise<string> {
  const suites = [join(folder, 'trade')];
  await quarry.execute('specialist_create', { name, collections: ['trade'], suites, ...settings });
  return name;
}

async function train(input: object, where: Quarry = quarry): Promise<string> {
  const { output } = await where.execute('train_start', input);
  await where.waitForJob(String(output['jobId']));
  return String(output['run']);
}

async function receiptOf(run: string, where: Quarry = quarry): Promise<string> {
  return (await where.execute('train_statistics', { run, receipt: true })).output.receipt;
}

describe('a run that learns a map on query vectors', () => {
  let run = '';
  beforeAll(async () => {
    run = await train({ kind: 'adapter', specialist: await specialist('smith') });
  });

  it('finds the gain that is there and proves it on questions that did not tune', async () => {
    const { output } = await quarry.execute('train_statistics', { run, perQuery: true });
    expect(output.decision).toMatchObject({ mayPromote: true, reason: 'gain' });
    expect(output.questions).toBe(120);
    for (const half of output.halves) {
      expect(half.low).toBeGreaterThan(0.2);
      expect(half.tunedOn + half.perQuery.length).toBe(120);
    }
    const [first, second] = output.halves.map(({ perQuery }) => perQuery.map(({ query }) => query));
    expect(first?.filter((query) => second?.includes(query))).toEqual([]);
  });

  it('replays to the same bytes', async () => {
    const again = await train({ kind: 'adapter', specialist: 'smith' });
    expect(await receiptOf(again)).toBe(await receiptOf(run));
  });

  // Passages tie: what breaks the ties must not be drawn anew with each index.
  it('comes to the same bytes in another workspace, which indexes the suite for itself', async () => {
    const run = await train({ kind: 'settings', suite: 'ui-specialist' });
    const home = await temporaryFolder();
    const other = await openTestWorkspace(home);
    try {
      const again = await train({ kind: 'settings', suite: 'ui-specialist' }, other);
      expect(await receiptOf(again, other)).toBe(await receiptOf(run));
    } finally {
      await other.close();
      await removeFolder(home);
    }
  });

  it('is asked for more by every other proof on the same questions before it', async () => {
    const other = await train({ kind: 'adapter', specialist: 'smith', seed: 7 });
    const earlier = async (id: string) => (await quarry.execute('train_statistics', { run: id })).output.earlier;
    expect([await earlier(run), await earlier(other)]).toEqual([0, 1]);
  });

  it('is put in force in one step, once, and taken back', async () => {
    const before = await quarry.execute('search', { query: 'how do I clean the curved blade', specialist: 'smith' });
    const promoted = await quarry.execute('train_promote', { run });
    expect(promoted.output.learned.adapter).toMatchObject({ run, version: 1 });
    expect((await quarry.execute('train_promote', { run })).output).toEqual(promoted.output);
    const { output: shown } = await quarry.execute('specialist_show', { name: 'smith' });
    expect(shown.learned.adapter).toMatchObject({ run });
    const back = await quarry.execute('train_rollback', { specialist: 'smith' });
    expect(back.output).toMatchObject({ settings: {}, learned: { settings: null, adapter: null } });
    const after = await quarry.execute('search', { query: 'how do I clean the curved blade', specialist: 'smith' });
    expect(after.output).toEqual(before.output);
    await expect(quarry.execute('train_rollback', { specialist: 'smith' })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    });
  });

  it('is not put in force for whoever searches otherwise than it was proven against', async () => {
    await specialist('other', { alpha: 0.9 });
    await expect(quarry.execute('train_promote', { run, specialist: 'other' })).rejects.toMatchObject({
      code: 'RUN_INVALID',
    });
  });
});

describe('a run over settings', () => {
  it('leaves a bad setting behind when it is told to promote', async () => {
    const run = await train({
      specialist: await specialist('guide', { mode: 'vector' }),
      suite: 'router-specialist',
      promote: true,
    });
    const { output } = await quarry.execute('train_status', { run });
    expect(output.state).toBe('succeeded');
    const { output: shown } = await quarry.execute('specialist_show', { name: 'guide' });
    expect(shown.learned.settings?.run ?? null).toBe(output.decision?.mayPromote === true ? run : null);
  });

  it('changes nothing where there is nothing to gain, and says how many judgments would decide', async () => {
    const run = await train({ specialist: await specialist('plain') });
    const { output } = await quarry.execute('train_status', { run });
    expect(output.decision).toMatchObject({ mayPromote: false, reason: 'no-gain' });
    expect(output.decision?.text).toContain('nothing changed');
    await expect(quarry.execute('train_promote', { run })).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });
});

describe('a run that was stopped', () => {
  it('goes on from what it had finished, to the same bytes', async () => {
    const whole = await train({ specialist: await specialist('whole'), seed: 5 });
    await specialist('stopped');
    const { output } = await quarry.execute('train_start', { specialist: 'stopped', seed: 5 });
    const run = String(output.run);
    await quarry.services.jobs.wait(String(output.jobId), 60_000, {
      onChange: ({ progress }) => {
        if (progress.stage === 'tune' && progress.done > 30) void quarry.execute('train_cancel', { run });
      },
    });
    expect((await quarry.execute('train_status', { run })).output.state).toBe('cancelled');
    const { output: resumed } = await quarry.execute('train_resume', { run });
    await quarry.waitForJob(String(resumed.jobId));
    const { output: status } = await quarry.execute('train_status', { run });
    expect(status).toMatchObject({ state: 'succeeded', attempts: 2 });
    const halves = async (id: string) => (await quarry.execute('train_statistics', { run: id })).output.halves;
    expect(await halves(run)).toEqual(await halves(whole));
    await expect(quarry.execute('train_resume', { run })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
