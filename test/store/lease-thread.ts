import { parentPort, workerData } from 'node:worker_threads';
import { QuarryError } from '../../src/core/errors.js';
import { type Lease, WriterLease } from '../../src/store/lease.js';

/** Takes and gives back the lease of a folder as it is told; answers with what came of it. */
const clock = { now: () => new Date().toISOString(), elapsedMs: () => performance.now() };
const writer = new WriterLease({ directory: String(workerData), clock, waitMs: 0 });
let lease: Lease | undefined;

async function obey(order: unknown): Promise<string> {
  if (order === 'acquire') {
    lease = await writer.acquire();
    return 'held';
  }
  await lease?.release();
  return 'released';
}

parentPort?.on('message', (order: unknown) => {
  obey(order).then(
    (answer) => parentPort?.postMessage(answer),
    (error: unknown) => parentPort?.postMessage(error instanceof QuarryError ? error.code : String(error)),
  );
});
