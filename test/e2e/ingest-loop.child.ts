/**
 * Ingests a folder until it is killed or done: `node ingest-loop.child.js HOME FOLDER`. Tells its parent when it begins and when
 * the ingest is accepted.
 */
import { finishJob, openTestWorkspace } from '../support/workspace.js';

const [home = '', folder = ''] = process.argv.slice(2);
const quarry = await openTestWorkspace(home);
const tell = (what: string): void => void process.send?.(what, undefined, undefined, () => undefined);
tell('started');
const { output } = await quarry.execute('ingest', { target: folder });
tell('accepted');
const job = await finishJob(quarry, output['jobId']);
await quarry.close();
process.exit(job.state === 'succeeded' ? 0 : 1);
