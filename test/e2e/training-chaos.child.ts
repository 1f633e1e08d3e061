/**
 * Does at random what can be done with training runs, until it is killed: `node training-chaos.child.js HOME SEED`. Tells its
 * parent of everything that it has done.
 */
import { createRandom } from '../../src/core/statistics/random.js';
import { QuarryError } from '../../src/index.js';
import { openTestWorkspace } from '../support/workspace.js';

const [home = '', seed = '1'] = process.argv.slice(2);
const random = createRandom(Number(seed));
const specialist = 'smith';
const quarry = await openTestWorkspace(home);

const ACTIONS = ['start', 'work', 'work', 'work', 'promote', 'promote', 'promote', 'cancel', 'rollback'] as const;

async function act(action: (typeof ACTIONS)[number]): Promise<void> {
  const { output } = await quarry.execute('train_list', { specialist });
  const [newest] = output.runs;
  if (newest === undefined || (action === 'start' && output.runs.length < 3)) {
    const { output: begun } = await quarry.execute('train_start', { kind: 'adapter', specialist });
    // Either it is worked on alone, or while something else is done.
    if (random() < 0.7) await quarry.waitForJob(begun.jobId);
    return;
  }
  const run = output.runs[Math.floor(random() * output.runs.length)] ?? newest;
  if (action === 'cancel') await quarry.execute('train_cancel', { run: run.id });
  if (action === 'promote') await quarry.execute('train_promote', { run: run.id });
  if (action === 'rollback') await quarry.execute('train_rollback', { specialist });
  if (action !== 'work' || run.state === 'succeeded') return;
  const { output: resumed } = await quarry.execute('train_resume', { run: run.id });
  await quarry.waitForJob(resumed.jobId);
}

for (;;) {
  const action = ACTIONS[Math.floor(random() * ACTIONS.length)] ?? 'work';
  // What cannot be done now, such as promoting what is not proven, is refused; anything else ends the process.
  await act(action).catch((error: unknown) => {
    if (!(error instanceof QuarryError) || error.code === 'INTERNAL' || error.code === 'STORE_BROKEN') throw error;
  });
  process.send?.(action, undefined, undefined, () => undefined);
}
