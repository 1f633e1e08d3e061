import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Job, JsonObject } from '../../src/core/types.js';
import type { reportShape } from '../../src/operations/benchmark/report-shape.js';
import type { Quarry } from '../../src/quarry.js';
import { finishJob } from './workspace.js';

/** Folder of the suites that ship with the product. */
export const BUNDLED = fileURLToPath(new URL('../../../eval/', import.meta.url));

/** What run, score and compare give. */
export type Report = z.output<typeof reportShape>;

/** Runs an operation that gives a report. */
export async function reportOf(quarry: Quarry, operation: string, input: JsonObject): Promise<Report> {
  const { output } = await quarry.execute(operation, input);
  return output as unknown as Report; // The operation checks its own output against that shape.
}

/** Runs a suite and waits; gives the job. */
export async function runSuite(quarry: Quarry, input: JsonObject): Promise<Job> {
  const { output } = await quarry.execute('benchmark_run', input);
  return finishJob(quarry, output['jobId']);
}

/** Runs a suite, waits, and reports with per-query scores. */
export async function runAndReport(quarry: Quarry, input: JsonObject): Promise<Report> {
  const job = await runSuite(quarry, input);
  if (job.error !== null) throw new TypeError(`${job.error.code}: ${job.error.message}`);
  return reportOf(quarry, 'benchmark_report', { runs: [job.id], perQuery: true });
}

/** Writes files below a folder. */
export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

/** One JSON object per line. */
export function jsonLines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
