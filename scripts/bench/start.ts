import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { writePages } from './corpus.js';
import { ingest } from './load-server.js';
import { type Measurement, measured, percentile } from './measure.js';

const OURS = fileURLToPath(new URL('../../..', import.meta.url));
const ROUNDS = 15;
const PAGES = 1_000;
const QUERY = 'how is the cache invalidated';

/** A built checkout with a workspace of its own making. */
interface Place {
  readonly main: string;
  readonly home: string;
}

/** Something to be timed; resolves to milliseconds. */
type Way = () => Promise<number>;

/** Node on these words, from its start to its end. */
async function run(...words: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null]; // As the event is declared.
  if (code !== 0) throw new RangeError(`node ${words.join(' ')} ended with ${code}.`);
  return performance.now() - begun;
}

/** From the start of `quarry mcp` to the answer of a first search. */
async function firstAnswer({ main, home }: Place): Promise<number> {
  const begun = performance.now();
  const client = new Client({ name: 'bench', version: '1' });
  const args = [main, 'mcp', '--home', home];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }));
  await client.callTool({ name: 'search', arguments: { query: QUERY } });
  const took = performance.now() - begun;
  await client.close();
  return took;
}

async function prepare(checkout: string, pages: string): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-bench-'));
  await ingest(checkout, home, pages);
  return { main: join(checkout, 'dist', 'src', 'main.js'), home };
}

/** Median of each way, measured in turn; the first round is left out, for it finds files that are not yet in memory. */
async function medians(ways: ReadonlyMap<string, Way>): Promise<(name: string) => number> {
  const times = new Map([...ways.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, way] of ways) {
      const took = await way();
      if (round > 0) times.get(name)?.push(took);
    }
  }
  return (name) => percentile(times.get(name) ?? [], 0.5);
}

function waysOf(place: Place, name: string): [string, Way][] {
  return [
    [`search ${name}`, () => run(place.main, 'search', QUERY, '--home', place.home)],
    [`answer ${name}`, () => firstAnswer(place)],
  ];
}

/** Start of the program: words that need no workspace, a search from the shell, and `quarry mcp` to its first answer. */
export async function benchStart({ against }: { readonly against?: string } = {}): Promise<Measurement[]> {
  const pages = await mkdtemp(join(tmpdir(), 'quarry-pages-'));
  const homes: string[] = [];
  try {
    await writePages(pages, PAGES);
    const ours = await prepare(OURS, pages);
    homes.push(ours.home);
    const ways = new Map<string, Way>([
      ['bare', () => run('-e', '0')],
      ['version', () => run(ours.main, '--version')],
      ['help', () => run(ours.main, '--help')],
      ...waysOf(ours, 'ours'),
    ]);
    if (against !== undefined) {
      const theirs = await prepare(against, pages);
      homes.push(theirs.home);
      for (const [name, way] of waysOf(theirs, 'theirs')) ways.set(name, way);
    }
    return report(await medians(ways), against);
  } finally {
    for (const folder of [pages, ...homes]) await rm(folder, { recursive: true, force: true });
  }
}

function report(median: (name: string) => number, against: string | undefined): Measurement[] {
  const over = (name: string, other: string): number => median(name) / median(other);
  const own = [
    measured('node -e 0, p50', median('bare'), 'ms'),
    measured('quarry --version over node -e 0', over('version', 'bare'), 'times', { atMost: 2 }),
    measured('quarry --help over node -e 0', over('help', 'bare'), 'times', { atMost: 2 }),
    measured(`quarry search of ${PAGES} pages from the shell, p50`, median('search ours'), 'ms'),
    measured('process start to first answer over stdio, p50', median('answer ours') / 1000, 's', { atMost: 1.5 }),
  ];
  if (against === undefined) return own;
  const beside = (what: string, way: string): Measurement =>
    measured(`${what} over that of ${against}`, over(`${way} ours`, `${way} theirs`), 'times', { atMost: 0.55 });
  return [...own, beside('quarry search from the shell', 'search'), beside('first answer over stdio', 'answer')];
}
