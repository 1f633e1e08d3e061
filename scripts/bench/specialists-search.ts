import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openQuarry, type Quarry } from '../../src/quarry.js';

const DOCUMENTS = fileURLToPath(new URL('../../../eval/field-guide/documents/', import.meta.url));
const QUERIES = [
  'why does my index make writes slow',
  'certificate chain incomplete on phones',
  'undo a pushed commit',
  'pod killed with exit code 137',
  'how do retries make an outage worse',
  'type guard for unknown values',
];
const ROUNDS = 40;

/** What a search as a specialist costs beside the same search without, each as median processor time in milliseconds. */
export interface SearchCost {
  readonly plainMs: number;
  readonly specialistMs: number;
  readonly ratio: number;
}

/** Searches in turn without and as a specialist that reads the same collection with the same settings. */
export async function benchSpecialistSearch(): Promise<SearchCost> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  const quarry = await openQuarry({ home, logLevel: 'error', allowRemoteModels: false });
  try {
    const { output } = await quarry.execute('ingest', { target: DOCUMENTS, collection: 'guide' });
    await quarry.waitForJob(output.jobId);
    await quarry.execute('specialist_create', { name: 'guide', collections: ['guide'], alpha: 0.36 });
    const plain: number[] = [];
    const own: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      // Whoever goes first in a round pays for what both need.
      const isFirst = round % 2 === 0;
      const first = await costOf(quarry, isFirst ? {} : { specialist: 'guide' });
      const second = await costOf(quarry, isFirst ? { specialist: 'guide' } : {});
      if (round === 0) continue;
      plain.push(isFirst ? first : second);
      own.push(isFirst ? second : first);
    }
    const [plainMs, specialistMs] = [median(plain), median(own)];
    return { plainMs, specialistMs, ratio: specialistMs / plainMs };
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}

async function costOf(quarry: Quarry, extra: { readonly specialist?: string }): Promise<number> {
  const before = process.cpuUsage();
  for (const query of QUERIES) await quarry.execute('search', { query, collections: ['guide'], ...extra });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / QUERIES.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
