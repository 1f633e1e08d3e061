import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const CHILD = fileURLToPath(new URL('./training-run.child.js', import.meta.url));
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

/** Works on the run in a process of its own that is killed after a while; gives the id of the run. */
async function workAndKill(run: string, delayMs: number): Promise<string> {
  const child = fork(CHILD, [home, 'killed', run], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const told = new Promise<string>((resolve) => {
    child.on('message', (message) => resolve(String(message)));
  });
  const id = await Promise.race([told, ended.then(() => run)]);
  await pause(delayMs);
  child.kill('SIGKILL');
  await ended;
  return id;
}

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
    run = await workAndKill(run, 300 + ((round * 397) % 900));
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
