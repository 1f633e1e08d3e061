/**
 * Takes a model into use until it is killed or done: `node model-use.child.js HOME MODEL`. Tells its parent when it begins and when
 * the job is accepted.
 */
import { finishJob, openTestWorkspace } from '../support/workspace.js';

const [home = '', model = ''] = process.argv.slice(2);
const quarry = await openTestWorkspace(home);
const tell = (what: string): void => void process.send?.(what, undefined, undefined, () => undefined);
tell('started');
const { output } = await quarry.execute('model_use', { model });
tell('accepted');
const job = await finishJob(quarry, output['jobId']);
await quarry.close();
process.exit(job.state === 'succeeded' ? 0 : 1);
