import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readParagraphs, seededNumbers, writePages } from './corpus.js';
import { ingest } from './load-server.js';
import { type Measurement, measured, percentile } from './measure.js';

const OURS = fileURLToPath(new URL('../../..', import.meta.url));
const CHILD = fileURLToPath(new URL('./queries-child.js', import.meta.url));
/** About ten thousand chunks. */
const PAGES = 2_000;
const QUERIES = 150;
const WARM_UP = 20;
const WORDS = 9;

/** Runs of words of the pages, each another one. */
async function makeQueries(): Promise<string[]> {
  const paragraphs = await readParagraphs();
  const next = seededNumbers(23);
  return Array.from({ length: QUERIES + WARM_UP }, () => {
    const words = (paragraphs[Math.floor(next() * paragraphs.length)] ?? '').split(/\s+/);
    const from = Math.floor(next() * Math.max(1, words.length - WORDS));
    return words.slice(from, from + WORDS).join(' ');
  });
}

async function start(checkout: string, pages: string): Promise<{ child: ChildProcess; home: string }> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-queries-'));
  await ingest(checkout, home, pages);
  const child = fork(CHILD, [checkout, home]);
  await once(child, 'message');
  return { child, home };
}

async function ask(child: ChildProcess, query: string): Promise<number> {
  child.send(query);
  const [milliseconds] = (await once(child, 'message')) as [number]; // As the child sends it.
  return milliseconds;
}

/** Searches of new words in about 10,000 chunks, beside another built checkout in turn, query by query. */
export async function benchQueries({ against }: { readonly against?: string } = {}): Promise<Measurement[]> {
  const pages = await mkdtemp(join(tmpdir(), 'quarry-pages-'));
  await writePages(pages, PAGES);
  const places: { child: ChildProcess; home: string; times: number[] }[] = [];
  try {
    for (const checkout of [OURS, ...(against === undefined ? [] : [against])])
      places.push({ ...(await start(checkout, pages)), times: [] });
    for (const [at, query] of (await makeQueries()).entries()) {
      for (const place of at % 2 === 0 ? places : places.toReversed()) {
        const time = await ask(place.child, query);
        if (at >= WARM_UP) place.times.push(time);
      }
    }
  } finally {
    for (const { child } of places) child.kill();
    for (const folder of [pages, ...places.map(({ home }) => home)]) await rm(folder, { recursive: true, force: true });
  }
  const [ours = Number.NaN, theirs] = places.map(({ times }) => percentile(times, 0.5));
  const own = [
    measured('search of new words in about 10,000 chunks, p50', ours, 'ms'),
    measured('the same, p95', percentile(places[0]?.times ?? [], 0.95), 'ms'),
  ];
  if (theirs === undefined) return own;
  return [
    ...own,
    measured(`the same, p50, ${against}`, theirs, 'ms'),
    measured(`search p50 over that of ${against}`, ours / theirs, 'times', { atMost: 1.1 }),
  ];
}
