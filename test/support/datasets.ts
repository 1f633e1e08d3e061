import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Job } from '../../src/core/types.js';
import type { Quarry } from '../../src/quarry.js';
import { jsonLines } from './benchmark.js';
import { finishJob } from './workspace.js';

/** Imports rows into a dataset by way of a JSONL file in a folder, and waits for it to succeed. */
export async function importRows(
  quarry: Quarry,
  { folder, name }: { folder: string; name: string },
  rows: readonly object[],
): Promise<Job> {
  const path = join(folder, `${name}-${rows.length}.jsonl`);
  await writeFile(path, jsonLines(rows));
  const { output } = await quarry.execute('dataset_import', { name, path });
  const job = await finishJob(quarry, output.jobId);
  expect({ state: job.state, error: job.error }).toEqual({ state: 'succeeded', error: null });
  return job;
}
