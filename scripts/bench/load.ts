import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readParagraphs, seededNumbers, writePages } from './corpus.js';
import { startProbe } from './load-probe.js';
import { REFUSED } from './load-refused.js';
import { ingest, type LoadServer, send, serve } from './load-server.js';
import { type Measurement, measured, percentile } from './measure.js';

const OURS = fileURLToPath(new URL('../../..', import.meta.url));
const PAGES = 300;
const BURST = 200;
const ROUNDS = 3;
/** Requests of a refused kind that are sent at once. */
const AT_ONCE = 4;
/** How long memory may take to come back. */
const REST_MS = 4_000;

/** What one checkout came to; each list has a value for each round. */
interface Figures {
  readonly medianShare: number[];
  readonly perSecond: number[];
  readonly starvation: number[];
  readonly memory: number[];
  /** Worst pause over the idle p95, by kind of refused input. */
  readonly pauses: Record<string, number[]>;
}

const middle = (values: readonly number[]): number => percentile(values, 0.5);

/** Queries of real words, the same for every checkout. */
async function makeQueries(): Promise<() => string> {
  const paragraphs = await readParagraphs();
  const next = seededNumbers(7);
  return () => {
    const words = (paragraphs[Math.floor(next() * paragraphs.length)] ?? '').split(/\s+/).slice(2, 9);
    return JSON.stringify({ query: words.join(' ') });
  };
}

async function search(server: LoadServer, body: string, from?: string): Promise<number> {
  const begun = performance.now();
  const status = await send(`${server.url}/api/v1/search`, { body, ...(from === undefined ? {} : { from }) });
  if (status !== 200) throw new RangeError(`A search was answered with ${status}.`);
  return performance.now() - begun;
}

/** Milliseconds from the beginning of the burst to each answer. */
function burst(server: LoadServer, query: () => string): Promise<number[]> {
  return Promise.all(Array.from({ length: BURST }, () => search(server, query())));
}

async function measureBurst(server: LoadServer, query: () => string, figures: Figures): Promise<void> {
  const before = await server.memory();
  const times = await burst(server, query);
  const whole = Math.max(...times);
  figures.medianShare.push(middle(times) / whole);
  figures.perSecond.push((BURST / whole) * 1_000);
  await sleep(REST_MS);
  figures.memory.push((await server.memory()) / before);
}

/** A client's search while another client has sent a burst, over the same search alone. */
async function measureStarvation(server: LoadServer, query: () => string, figures: Figures): Promise<void> {
  const alone: number[] = [];
  for (let n = 0; n < 15; n++) alone.push(await search(server, query(), '127.0.0.2'));
  let isOver = false;
  const other = burst(server, query).finally(() => {
    isOver = true;
  });
  const beside: number[] = [];
  while (!isOver) beside.push(await search(server, query(), '127.0.0.2'));
  await other;
  figures.starvation.push(middle(beside) / middle(alone));
}

async function measurePauses(server: LoadServer, figures: Figures): Promise<void> {
  const probe = startProbe(server.url);
  await sleep(500);
  await probe.take();
  await sleep(1_500);
  const idle = percentile(await probe.take(), 0.95);
  for (const [kind, { path, sending }] of Object.entries(REFUSED)) {
    const statuses = await Promise.all(Array.from({ length: AT_ONCE }, () => send(server.url + path, sending)));
    const worst = Math.max(...(await probe.take()));
    // MCP refuses within answers of status 200.
    const isAccepted = path !== '/mcp' && statuses.some((status) => status >= 200 && status < 400);
    if (isAccepted) throw new RangeError(`${kind} were accepted.`);
    figures.pauses[kind] = [...(figures.pauses[kind] ?? []), worst / idle];
    await sleep(200);
    await probe.take();
  }
  await probe.stop();
}

async function prepare(checkout: string, pages: string): Promise<{ readonly checkout: string; readonly home: string }> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-load-'));
  await ingest(checkout, home, pages);
  return { checkout, home };
}

async function round(place: { readonly checkout: string; readonly home: string }, figures: Figures): Promise<void> {
  const query = await makeQueries();
  const server = await serve(place.checkout, place.home);
  try {
    // Twice, for the second burst finds everything that the first has made ready.
    for (let n = 0; n < 2; n++) await burst(server, query);
    await sleep(REST_MS);
    await measureBurst(server, query, figures);
    await measureStarvation(server, query, figures);
    await measurePauses(server, figures);
  } finally {
    await server.stop();
  }
}

/** What a checkout must reach; another one is only told beside it. */
function report(figures: Figures, name: string, isOurs: boolean): Measurement[] {
  const line = (what: string, values: readonly number[], unit: string, atMost?: number): Measurement =>
    measured(`${what}${name}`, middle(values), unit, isOurs && atMost !== undefined ? { atMost } : undefined);
  return [
    line(`median answer of ${BURST} searches at once over the whole time`, figures.medianShare, 'times', 0.6),
    line(`memory after ${BURST} searches over before`, figures.memory, 'times', 1.3),
    line(`searches a second of ${BURST} at once`, figures.perSecond, '/s'),
    line(`one client's search beside ${BURST} of another over alone`, figures.starvation, 'times'),
    ...Object.entries(figures.pauses).map(([kind, values]) =>
      line(`worst pause of /healthz over idle p95, ${kind}`, values, 'times', 10),
    ),
  ];
}

/** How a server bears many searches and refused input, beside another built checkout where one is named. */
export async function benchLoad({ against }: { readonly against?: string } = {}): Promise<Measurement[]> {
  const pages = await mkdtemp(join(tmpdir(), 'quarry-pages-'));
  await writePages(pages, PAGES);
  const checkouts = [OURS, ...(against === undefined ? [] : [against])];
  const places = [];
  for (const checkout of checkouts) places.push(await prepare(checkout, pages));
  const all = places.map((place) => ({
    place,
    figures: { medianShare: [], perSecond: [], starvation: [], memory: [], pauses: {} } as Figures, // Filled by the rounds.
  }));
  try {
    for (let n = 0; n < ROUNDS; n++) for (const { place, figures } of all) await round(place, figures);
  } finally {
    for (const folder of [pages, ...places.map(({ home }) => home)]) await rm(folder, { recursive: true, force: true });
  }
  const [ours, theirs] = all;
  if (ours === undefined) return [];
  if (theirs === undefined) return report(ours.figures, '', true);
  const throughput = middle(ours.figures.perSecond) / middle(theirs.figures.perSecond);
  return [
    ...report(ours.figures, '', true),
    ...report(theirs.figures, `, ${theirs.place.checkout}`, false),
    measured(`searches a second over those of ${theirs.place.checkout}`, throughput, 'times', { atLeast: 0.9 }),
  ];
}
