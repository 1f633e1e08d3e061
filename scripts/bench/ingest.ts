import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writeRepository } from './code-corpus.js';
import { writePages } from './corpus.js';
import { type Measurement, measured, percentile } from './measure.js';

const OURS = fileURLToPath(new URL('../../..', import.meta.url));
const CHILD = fileURLToPath(new URL('./ingest-child.js', import.meta.url));
const PAGES = 1000;
const FILES = 2000;
/** Rounds in which two checkouts take turns. */
const ROUNDS = 5;

const Report = z.object({
  wallMs: z.number(),
  cpuMs: z.number(),
  peakBytes: z.number(),
  state: z.literal('succeeded'),
  counts: z.record(z.string(), z.number()),
  result: z.object({ sources: z.array(z.object({ timings: z.record(z.string(), z.number()) })) }),
});
type Report = z.infer<typeof Report>;

/** What is ingested, and how it is made. */
interface Corpus {
  readonly name: string;
  readonly count: number;
  readonly write: (folder: string, count: number) => Promise<void>;
}

const CORPORA: readonly Corpus[] = [
  { name: `${PAGES} Markdown pages`, count: PAGES, write: writePages },
  { name: `a code repository of ${FILES} files`, count: FILES, write: writeRepository },
];

/**
 * A thousand Markdown pages and a code repository into empty stores, each in a process of its own so that its memory is its own;
 * beside another built checkout in turn, where one is named.
 */
export async function benchIngest({ against }: { readonly against?: string } = {}): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const corpus of CORPORA) measurements.push(...(await benchCorpus(corpus, against)));
  return measurements;
}

async function benchCorpus(corpus: Corpus, against: string | undefined): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'quarry-ingest-'));
  const checkouts = [OURS, ...(against === undefined ? [] : [against])];
  const reports = checkouts.map((): Report[] => []);
  try {
    await corpus.write(folder, corpus.count);
    for (let round = 0; round < (against === undefined ? 1 : ROUNDS); round++) {
      const order = round % 2 === 0 ? [0, 1] : [1, 0];
      for (const at of order) {
        const checkout = checkouts[at];
        if (checkout !== undefined) reports[at]?.push(await ingestOnce(checkout, folder));
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const [ours = [], theirs] = reports;
  return [...alone(corpus, ours), ...(theirs === undefined ? [] : beside(corpus, ours, theirs))];
}

async function ingestOnce(checkout: string, folder: string): Promise<Report> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  try {
    const child = fork(CHILD, [home, folder, checkout]);
    const [message] = await once(child, 'message');
    return Report.parse(message);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const median = (reports: readonly Report[], value: (report: Report) => number): number =>
  percentile(reports.map(value), 0.5);

function alone({ name, count }: Corpus, reports: readonly Report[]): Measurement[] {
  const wallMs = median(reports, (report) => report.wallMs);
  const chunks = median(reports, (report) => report.counts['chunks'] ?? 0);
  const share = (stage: string): number =>
    median(reports, ({ result }) => {
      const timings = result.sources[0]?.timings ?? {};
      return (100 * (timings[stage] ?? 0)) / (timings['wallMs'] ?? 1);
    });
  const isPages = count === PAGES;
  const peak = median(reports, (report) => report.peakBytes) / 2 ** 20;
  return [
    measured(`ingest ${name}`, wallMs / 1000, 's', ...(isPages ? [{ atMost: 20 }] : [])),
    measured('ingest rate', (1000 * chunks) / wallMs, 'chunks/s'),
    measured('processor time', median(reports, (report) => report.cpuMs) / 1000, 's'),
    measured('share of waiting for chunks', share('chunkMs'), '% of wall time'),
    measured('share of embedding', share('embedMs'), '% of wall time'),
    measured('share of storing', share('storeMs'), '% of wall time'),
    measured('share of indexing', share('indexMs'), '% of wall time'),
    measured(`peak memory of ingesting ${name}`, peak, 'MiB', ...(isPages ? [{ atMost: 600 }] : [])),
  ];
}

function beside({ name }: Corpus, ours: readonly Report[], theirs: readonly Report[]): Measurement[] {
  const ratio = (value: (report: Report) => number): number => median(ours, value) / median(theirs, value);
  return [
    measured(
      `ingest ${name}: time over the other's`,
      ratio((report) => report.wallMs),
      'times',
      { atMost: 0.5 },
    ),
    measured(
      `ingest ${name}: processor time over the other's`,
      ratio((report) => report.cpuMs),
      'times',
    ),
    measured(
      `ingest ${name}: peak memory over the other's`,
      ratio((report) => report.peakBytes),
      'times',
      { atMost: 1 },
    ),
  ];
}
