/** Ingests a folder into a new home and tells its parent how it went: `node ingest-child.js HOME FOLDER`. */
import { openQuarry } from '../../src/quarry.js';

const [home = '', folder = ''] = process.argv.slice(2);
const begun = performance.now();
const quarry = await openQuarry({ home });
const { output } = await quarry.execute('ingest', { target: folder });
let job = await quarry.services.jobs.wait(String(output['jobId']), 600_000);
while (job.finishedAt === null) job = await quarry.services.jobs.wait(job.id, 600_000);
const wallMs = performance.now() - begun;
await quarry.close();
process.send?.(
  {
    wallMs,
    counts: job.counts,
    result: job.result,
    state: job.state,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  },
  undefined,
  undefined,
  () => process.exit(0),
);
