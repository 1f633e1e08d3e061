import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';
import { trainAndKill } from './train-and-kill.js';

let home: string;

beforeAll(async () => {
  home = await temporaryFolder();
  const quarry = await openTestWorkspace(home);
  await quarry.execute('create_collection', { name: 'docs' });
  for (const name of ['killed', 'whole']) {
    // A base that most others beat, so that there is something to promote.
    await quarry.execute('specialist_create', {
      name,
      collections: ['docs'],
      suites: ['ui-specialist'],
      mode: 'vector',
    });
  }
  await quarry.close();
});
afterAll(() => removeFolder(home));

/** Nothing of a run is in force before it is proven, and then all of it. */
async function expectWhole(quarry: Quarry, run: string): Promise<string> {
  const { output } = await quarry.execute('train_status', { run });
  const { output: shown } = await quarry.execute('specialist_show', { name: 'killed' });
  if (shown.learned.settings === null) expect(shown.settings).toEqual({ mode: 'vector' });
  else {
    const { output: proof } = await quarry.execute('train_statistics', { run });
    expect(proof.decision.mayPromote).toBe(true);
    expect(proof.halves.map(({ settings }) => settings)).toContainEqual(expect.objectContaining(shown.settings));
  }
  return output.state;
}

test('a run that is killed again and again is interrupted, never half promoted, and comes to the same bytes', async () => {
  let run = '';
  let state = '';
  for (let round = 0; round < 6 && state !== 'succeeded'; round++) {
    run = await trainAndKill({ home, input: { specialist: 'killed' }, run, delayMs: 300 + ((round * 397) % 900) });
    const quarry = await openTestWorkspace(home);
    state = await expectWhole(quarry, run);
    await quarry.close();
    expect(['interrupted', 'succeeded']).toContain(state);
  }
  const quarry = await openTestWorkspace(home);
  try {
    if (state !== 'succeeded') {
      const { output } = await quarry.execute('train_resume', { run });
      await quarry.waitForJob(output.jobId);
    }
    expect(await expectWhole(quarry, run)).toBe('succeeded');
    const { output } = await quarry.execute('train_start', { specialist: 'whole', seed: 3 });
    await quarry.waitForJob(output.jobId);
    const halves = async (id: string) =>
      (await quarry.execute('train_statistics', { run: id, perQuery: true })).output.halves;
    expect(await halves(run)).toEqual(await halves(output.run));
  } finally {
    await quarry.close();
  }
});
