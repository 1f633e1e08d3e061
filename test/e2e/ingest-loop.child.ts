/** Ingests a folder until it is killed or done: `node ingest-loop.child.js HOME FOLDER`. Tells its parent when it begins. */
import { ingestAndWait, openTestWorkspace } from '../support/workspace.js';

const [home = '', folder = ''] = process.argv.slice(2);
const quarry = await openTestWorkspace(home);
process.send?.('started', undefined, undefined, () => undefined);
const job = await ingestAndWait(quarry, folder);
await quarry.close();
process.exit(job.state === 'succeeded' ? 0 : 1);
