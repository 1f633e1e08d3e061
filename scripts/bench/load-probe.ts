import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { z } from 'zod';

/** Pause between two questions. */
const PAUSE_MS = 3;

/** Asks `/healthz` again and again from a thread of its own, so that what the bench does meanwhile is not measured. */
export interface Probe {
  /** Milliseconds of every answer since the last call. */
  take(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** Starts asking. */
export function startProbe(url: string): Probe {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url } });
  return {
    take: () =>
      new Promise((resolve) => {
        worker.once('message', resolve);
        worker.postMessage('take');
      }),
    async stop() {
      await worker.terminate();
    },
  };
}

async function probe(url: string): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  let times: number[] = [];
  let onTaken: (() => void) | undefined;
  parentPort?.on('message', () => {
    // The question under way belongs to what is asked for.
    onTaken = () => {
      parentPort?.postMessage(times);
      times = [];
      onTaken = undefined;
    };
  });
  for (;;) {
    const begun = performance.now();
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${url}/healthz`, { agent }, (response) => response.resume().on('end', resolve));
      request.on('error', () => resolve()).end();
    });
    times.push(performance.now() - begun);
    onTaken?.();
    await sleep(PAUSE_MS);
  }
}

if (!isMainThread && parentPort !== null) await probe(z.object({ url: z.string() }).parse(workerData).url);
