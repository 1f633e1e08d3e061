/**
 * Starts a training run, or goes on with one, until it is killed or done: `node training-run.child.js HOME INPUT [RUN]`, with the input
 * of train_start as JSON. Tells its parent the id of the run when it is accepted.
 */
import { openTestWorkspace } from '../support/workspace.js';

const [home = '', given = '{}', known = ''] = process.argv.slice(2);
const input = JSON.parse(given) as { kind?: 'static'; suite?: string; specialist?: string }; // Made by the parent.
const quarry = await openTestWorkspace(home);
const { output } =
  known === ''
    ? await quarry.execute('train_start', { ...input, seed: 3, promote: true })
    : await quarry.execute('train_resume', { run: known });
process.send?.(output.run, undefined, undefined, () => undefined);
const job = await quarry.waitForJob(output.jobId);
await quarry.close();
process.exit(job.state === 'succeeded' ? 0 : 1);
