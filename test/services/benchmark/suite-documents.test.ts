import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../../src/quarry.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let home: string;
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  quarry = await openTestWorkspace(home);
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
});

test('the documents of a suite, which Quarry keeps for itself, are nothing to mend', async () => {
  const { output } = await quarry.execute('benchmark_run', { suite: 'router-specialist', modes: ['keyword'] });
  await finishJob(quarry, output.jobId);
  expect((await quarry.services.context.store.listCollections()).map(({ name }) => name.split('.')[0])).toContain(
    'benchmark',
  );
  expect((await quarry.execute('mend', {})).output.steps).toEqual([]);
});
