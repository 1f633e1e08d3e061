/** Ingests a folder into a new home with a built checkout and tells its parent how it went: `node ingest-child.js HOME FOLDER CHECKOUT`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { openQuarry as OpenQuarry } from '../../src/quarry.js';

const [home = '', folder = '', checkout = ''] = process.argv.slice(2);
// A checkout of this project, so that its quarry.js has this export.
const { openQuarry } = (await import(pathToFileURL(join(checkout, 'dist/src/quarry.js')).href)) as {
  openQuarry: typeof OpenQuarry;
};
const quarry = await openQuarry({ home });
const { output } = await quarry.execute('ingest', { target: folder });
let job = await quarry.services.jobs.wait(String(output['jobId']), 600_000);
while (job.finishedAt === null) job = await quarry.services.jobs.wait(job.id, 600_000);
await quarry.close();
// Since the process began: one checkout loads at its start what another loads on use.
const wallMs = performance.now();
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
process.send?.(
  {
    wallMs,
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    counts: job.counts,
    result: job.result,
    state: job.state,
    peakBytes: maxRSS * 1024,
  },
  undefined,
  undefined,
  () => process.exit(0),
);
