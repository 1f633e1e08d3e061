import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writePages } from './corpus.js';
import { type Measurement, measured } from './measure.js';

const PAGES = 1000;
const Report = z.object({
  wallMs: z.number(),
  peakBytes: z.number(),
  state: z.literal('succeeded'),
  counts: z.record(z.string(), z.number()),
  result: z.object({ sources: z.array(z.object({ timings: z.record(z.string(), z.number()) })) }),
});

/** A thousand Markdown pages into an empty store, in a process of its own so that its memory is its own. */
export async function benchIngest(): Promise<Measurement[]> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  const folder = await mkdtemp(join(tmpdir(), 'quarry-pages-'));
  try {
    await writePages(folder, PAGES);
    const child = fork(fileURLToPath(new URL('./ingest-child.js', import.meta.url)), [home, folder]);
    const [message] = await once(child, 'message');
    const report = Report.parse(message);
    const chunks = report.counts['chunks'] ?? 0;
    const timings = report.result.sources[0]?.timings ?? {};
    const share = (stage: string): number => (100 * (timings[stage] ?? 0)) / (timings['wallMs'] ?? 1);
    return [
      measured(`ingest ${PAGES} Markdown pages`, report.wallMs / 1000, 's', { atMost: 20 }),
      measured('ingest rate', (1000 * chunks) / report.wallMs, 'chunks/s'),
      measured('share of chunking', share('chunkMs'), '% of wall time'),
      measured('share of embedding', share('embedMs'), '% of wall time'),
      measured('share of storing', share('storeMs'), '% of wall time'),
      measured('share of indexing', share('indexMs'), '% of wall time'),
      measured('peak memory of ingesting', report.peakBytes / 2 ** 20, 'MiB', { atMost: 600 }),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}
