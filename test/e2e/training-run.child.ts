/**
 * Starts a training run, or goes on with one, until it is killed or done: `node training-run.child.js HOME SPECIALIST [RUN]`. Tells
 * its parent the id of the run when it is accepted.
 */
import { openTestWorkspace } from '../support/workspace.js';

const [home = '', specialist = '', known = ''] = process.argv.slice(2);
const quarry = await openTestWorkspace(home);
const { output } =
  known === ''
    ? await quarry.execute('train_start', { specialist, seed: 3, promote: true })
    : await quarry.execute('train_resume', { run: known });
process.send?.(output.run, undefined, undefined, () => undefined);
const job = await quarry.waitForJob(output.jobId);
await quarry.close();
process.exit(job.state === 'succeeded' ? 0 : 1);
