import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawSome, writeSuite } from '../../../scripts/specialists/made-collection.js';
import { remoteReach } from '../../../src/core/reach.js';
import type { Quarry } from '../../../src/quarry.js';
import { smallTrade, writePages } from '../../support/made-trade.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let home = '';
let folder = '';
let quarry: Quarry;
const trade = smallTrade(60);

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, await writePages(folder, trade.documents), { collection: 'trade' });
  await writeSuite(join(folder, 'suite'), trade, drawSome(trade.questions, 100, 1));
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function train(input: object): Promise<string> {
  const { output } = await quarry.execute('train_start', { kind: 'static', suite: join(folder, 'suite'), ...input });
  const job = await quarry.waitForJob(output.jobId);
  expect(job.error).toBeNull();
  return output.run;
}

async function model(): Promise<string> {
  return (await quarry.services.context.embedder()).fingerprint.revision;
}

async function search(): Promise<string[]> {
  const { output } = await quarry.execute('search', {
    query: trade.questions[7]?.text ?? '',
    mode: 'vector',
    limit: 5,
  });
  return output.results.map(({ id }) => id);
}

describe('a run that adapts the static model', () => {
  let run = '';
  beforeAll(async () => {
    run = await train({});
  });

  it('proves the adapted model on questions that did not adapt it, and leaves nothing behind', async () => {
    const { output } = await quarry.execute('train_statistics', { run, perQuery: true });
    expect(output.decision).toMatchObject({ mayPromote: true, reason: 'gain' });
    for (const half of output.halves) expect(half.tunedOn + half.perQuery.length).toBe(100);
    const names = (await quarry.services.context.store.listCollections()).map(({ name }) => name);
    expect(names.filter((name) => name.includes(run))).toEqual([]);
  });

  it('replays to the same bytes', async () => {
    const again = await train({});
    const receipt = async (id: string) =>
      (await quarry.execute('train_statistics', { run: id, receipt: true })).output.receipt;
    expect(await receipt(again)).toBe(await receipt(run));
  });

  it('is not put in place by callers from elsewhere', async () => {
    const { promotions } = await quarry.services.trainingRuns();
    const reach = remoteReach(quarry.services.context.config);
    await expect(promotions.promote(run, { reach })).rejects.toMatchObject({ code: 'RUN_INVALID' });
    await expect(promotions.promote(run, { name: 'anybody', reach })).rejects.toMatchObject({ code: 'RUN_INVALID' });
    await expect(promotions.rollbackModel(run, reach)).rejects.toMatchObject({ code: 'RUN_INVALID' });
    const { recipe } = (await (await quarry.services.trainingRuns()).status(run)).run;
    expect(() => promotions.requireTarget(recipe, reach)).toThrow('not changed by callers from elsewhere');
  });

  it('is put in place at once for all collections, in the background, and taken back', async () => {
    const [old, before] = [await model(), await search()];
    const { output: promoted } = await quarry.execute('train_promote', { run });
    expect(before).toEqual(await search());
    const job = await quarry.waitForJob(promoted.model?.job ?? '');
    expect(job.error).toBeNull();
    const adapted = await model();
    expect(adapted).not.toBe(old);
    const { output: status } = await quarry.execute('model_status', {});
    expect(status).toMatchObject({ problem: '', otherCollections: [] });
    expect((await quarry.execute('train_promote', { run })).output.model).toMatchObject({ job: '' });
    const { output: back } = await quarry.execute('train_rollback', { specialist: run });
    expect((await quarry.waitForJob(back.model?.job ?? '')).error).toBeNull();
    expect(await model()).toBe(old);
    expect(await search()).toEqual(before);
    await expect(quarry.execute('train_rollback', { specialist: run })).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });

  it('is not started without judged questions, and not judged piece by piece', async () => {
    await expect(quarry.execute('train_start', { kind: 'static' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(quarry.execute('tune_next', { run })).rejects.toMatchObject({ code: 'RUN_INVALID' });
  });
});
