import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Answer, Command } from './change-child.js';
import { readParagraphs, seededNumbers } from './corpus.js';
import { type Measurement, measured, percentile } from './measure.js';

const OURS = fileURLToPath(new URL('../../..', import.meta.url));
const CHILD = fileURLToPath(new URL('./change-child.js', import.meta.url));
/** Documents of twenty chunks. */
const SMALL = 500;
const LARGE = 5_000;
/** How long is searched, with pauses, until what a process reads ahead has been read. */
const WARM_UP_MS = 40_000;
const WARM_UP_SMALL_MS = 6_000;
const PAUSE_MS = 20;
const ROUNDS = 40;
const STREAM_SECONDS = 20;
const CLIENTS = 32;
const SEARCHES_PER_CLIENT = 4;
const RECALL_QUERIES = 20;
/** Documents that a job changes. */
const JOB = 100;

/** Begins of addresses, and tags, by the share of documents that they admit. */
const SHARES: Readonly<Record<string, string>> = { '1%': 'abc', '10%': 'ab', '50%': 'a' };

/** A checkout at work, and what its searches took in each state. */
interface Place {
  readonly checkout: string;
  readonly home: string;
  readonly child: ChildProcess;
  readonly times: Record<string, number[]>;
  readonly told: Record<string, Answer>;
}

async function start(checkout: string): Promise<Place> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-change-'));
  const child = fork(CHILD, [checkout, home]);
  await once(child, 'message');
  return { checkout, home, child, times: {}, told: {} };
}

async function tell({ child }: Place, command: Command): Promise<Answer> {
  child.send(command);
  const [answer] = (await once(child, 'message')) as [Answer]; // As the child sends it.
  return answer;
}

/** Six words of a paragraph, each time of another one. */
async function queryMaker(): Promise<() => string> {
  const paragraphs = await readParagraphs();
  const next = seededNumbers(41);
  return () => (paragraphs[Math.floor(next() * paragraphs.length)] ?? '').split(/\s+/).slice(3, 9).join(' ');
}

/** Measures checkouts in one state after another. */
class Comparison {
  readonly #places: readonly Place[];
  readonly #query: () => string;

  constructor(places: readonly Place[], query: () => string) {
    this.#places = places;
    this.#query = query;
  }

  async all(command: Command): Promise<void> {
    for (const place of this.#places) await tell(place, command);
  }

  /** The same command to each, told under a name. */
  async note(name: string, command: Command): Promise<void> {
    for (const place of this.#places) place.told[name] = await tell(place, command);
  }

  /** The same queries to each in turn. */
  async search(state: string, filter?: object, rounds = ROUNDS): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const query = this.#query();
      for (const place of round % 2 === 0 ? this.#places : this.#places.toReversed()) {
        const { milliseconds } = await tell(place, {
          do: 'search',
          query,
          ...(filter === undefined ? {} : { filter }),
        });
        place.times[state] = [...(place.times[state] ?? []), milliseconds];
      }
    }
  }

  async warmUp(milliseconds: number): Promise<void> {
    for (const end = performance.now() + milliseconds; performance.now() < end; await delay(PAUSE_MS))
      await this.search('warming up', undefined, 1);
  }

  async recall(state: string): Promise<void> {
    const queries = Array.from({ length: RECALL_QUERIES }, this.#query);
    await this.note(`recall ${state}`, { do: 'recall', queries });
  }

  async atOnce(): Promise<void> {
    const queries = Array.from({ length: CLIENTS * SEARCHES_PER_CLIENT }, this.#query);
    await this.note('at once', { do: 'searchAtOnce', queries });
  }

  /** Searches while a document is written each second. */
  async stream(state: string): Promise<void> {
    for (const place of this.#places) {
      const times: number[] = [];
      const begun = performance.now();
      for (let second = 0; second < STREAM_SECONDS; second++) {
        await tell(place, { do: 'fill', from: second, to: second + 1, edition: 9 });
        // At least once: a document that is replaced in a large table takes about a second itself.
        do times.push((await tell(place, { do: 'search', query: this.#query() })).milliseconds);
        while (performance.now() - begun < (second + 1) * 1_000);
      }
      place.times[state] = times;
    }
  }
}

/** All states of a collection of a size, measured. */
async function measureStates(comparison: Comparison): Promise<void> {
  await comparison.warmUp(WARM_UP_MS);
  await comparison.search('at rest');
  await comparison.recall('at rest');
  await comparison.atOnce();
  for (const [share, tag] of Object.entries(SHARES)) {
    for (const [name, filter] of Object.entries({ tag: { tags: [tag] }, prefix: { uriPrefix: `bench:${tag}` } })) {
      await comparison.search('warming up', filter, 2);
      await comparison.search(`${name} ${share}`, filter, ROUNDS / 2);
    }
  }
  await comparison.all({ do: 'fill', from: LARGE, to: LARGE + 1 });
  await comparison.search('one document added');
  await comparison.recall('one document added');
  await comparison.all({ do: 'fill', from: 7, to: 8, edition: 1 });
  await comparison.search('one document changed');
  await comparison.recall('one document changed');
  await comparison.all({ do: 'remove', number: 8 });
  await comparison.search('one document removed');
  await comparison.recall('one document removed');
  await comparison.note('sync of one document', { do: 'maintain' });
  await comparison.stream('a document a second');
  await comparison.recall('a document a second');
  await comparison.all({ do: 'maintain' });
  await comparison.all({ do: 'fill', from: 1_000, to: 1_000 + JOB, edition: 2 });
  await comparison.note('fold', { do: 'maintain' });
  await comparison.search('after the fold');
  await comparison.recall('after the fold');
}

const STATES = [
  'one document added',
  'one document changed',
  'one document removed',
  'a document a second',
  'after the fold',
];

function p50({ times }: Place, state: string): number {
  return percentile(times[state] ?? [], 0.5);
}

function p95({ times }: Place, state: string): number {
  return percentile(times[state] ?? [], 0.95);
}

function reportOwn(place: Place, size: string): Measurement[] {
  const rest = p50(place, 'at rest');
  const filters = Object.keys(SHARES).flatMap((share) => [`tag ${share}`, `prefix ${share}`]);
  return [
    measured(`search p50, ${size}, at rest`, rest, 'ms'),
    measured(`search p95, ${size}, at rest`, p95(place, 'at rest'), 'ms'),
    ...STATES.flatMap((state) => [
      measured(`p50 over that at rest, ${state}`, p50(place, state) / rest, 'times', { atMost: 1.3 }),
      measured(`p95 over that at rest, ${state}`, p95(place, state) / p95(place, 'at rest'), 'times', { atMost: 2 }),
    ]),
    ...filters.map((filter) =>
      measured(`p50 over that without a filter, ${filter}`, p50(place, filter) / rest, 'times', { atMost: 1.2 }),
    ),
    ...['at rest', ...STATES].map((state) =>
      measured(`recall@10 of the vector leg, ${state}`, place.told[`recall ${state}`]?.recall ?? 0, '', {
        atLeast: 0.99,
      }),
    ),
    measured('work of a sync of one document', place.told['sync of one document']?.milliseconds ?? 0, 'ms', {
      atMost: 100,
    }),
    measured(`folding of ${JOB} changed documents`, place.told['fold']?.milliseconds ?? 0, 'ms'),
  ];
}

function reportBeside(ours: Place, theirs: Place): Measurement[] {
  const ratio = (
    name: string,
    of: (place: Place) => number,
    bound: { atMost: number } | { atLeast: number },
  ): Measurement => measured(`${name}, over ${theirs.checkout}`, of(ours) / of(theirs), 'times', bound);
  const told = (name: string, part: 'milliseconds' | 'cpuMilliseconds') => (place: Place) =>
    place.told[name]?.[part] ?? 0;
  return [
    ratio('search p50 at rest', (place) => p50(place, 'at rest'), { atMost: 0.5 }),
    ratio(`searches a second of ${CLIENTS} clients`, (place) => 1 / told('at once', 'milliseconds')(place), {
      atLeast: 2,
    }),
    ratio(`time of folding ${JOB} changed documents`, told('fold', 'milliseconds'), { atMost: 0.1 }),
    ratio(`processor time of folding ${JOB} changed documents`, told('fold', 'cpuMilliseconds'), { atMost: 0.1 }),
  ];
}

/** Search while things change, at 10,000 and at 100,000 chunks, beside another built checkout in turn where one is named. */
export async function benchChange({ against }: { readonly against?: string } = {}): Promise<Measurement[]> {
  const places: Place[] = [];
  try {
    for (const checkout of [OURS, ...(against === undefined ? [] : [against])]) places.push(await start(checkout));
    const comparison = new Comparison(places, await queryMaker());
    const [ours, theirs] = places;
    if (ours === undefined) return [];
    await comparison.all({ do: 'fill', from: 0, to: SMALL });
    await comparison.all({ do: 'maintain' });
    await comparison.warmUp(WARM_UP_SMALL_MS);
    await comparison.search('small');
    await comparison.all({ do: 'fill', from: SMALL, to: LARGE });
    await comparison.all({ do: 'maintain' });
    await measureStates(comparison);
    const small = [measured('search p50, 10,000 chunks', p50(ours, 'small'), 'ms')];
    if (theirs === undefined) return [...small, ...reportOwn(ours, '100,000 chunks')];
    const smallRatio = p50(ours, 'small') / p50(theirs, 'small');
    return [
      ...small,
      measured(`search p50, 10,000 chunks, over ${theirs.checkout}`, smallRatio, 'times', { atMost: 0.2 }),
      ...reportOwn(ours, '100,000 chunks'),
      ...reportBeside(ours, theirs),
    ];
  } finally {
    for (const { child, home } of places) {
      child.kill();
      await rm(home, { recursive: true, force: true });
    }
  }
}
