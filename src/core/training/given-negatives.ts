import type { TrainingPair } from './pair-corpus.js';

/** Token lists that are negatives for a whole batch. */
export interface GivenNegatives {
  readonly lists: readonly (readonly number[])[];
  /** Group of the pair whose passage each list holds, and for which it is thus no negative; {@link NO_GROUP} for none. */
  readonly groups: Int32Array;
}

/** Group of a negative that holds no passage of its batch. */
export const NO_GROUP = -1;

/** Negatives of one pair in one step, at most; of more, others at each step. */
export const MOST_NEGATIVES = 8;

/** Words in a row that are compared. */
const RUN = 3;
/** Share of a passage's runs, from which a negative counts as holding it. */
const HELD_SHARE = 0.5;

/**
 * The negatives of all pairs, {@link MOST_NEGATIVES} of each at most. What is wrong for one query is often right for
 * another of the same batch: such a negative gets that pair's group.
 */
export function pickGivenNegatives(pairs: readonly TrainingPair[], step: number): GivenNegatives {
  const lists = pairs.flatMap(({ negatives }) => {
    const from = (step * MOST_NEGATIVES) % Math.max(1, negatives.length);
    return negatives.length <= MOST_NEGATIVES
      ? negatives
      : [...negatives, ...negatives].slice(from, from + MOST_NEGATIVES);
  });
  if (lists.length === 0) return { lists, groups: new Int32Array(0) };
  const holders = new Map<string, Set<number>>();
  const sizes = pairs.map((pair, at) => {
    const runs = new Set(runsOf(pair.passage));
    for (const run of runs) holders.set(run, (holders.get(run) ?? new Set<number>()).add(at));
    return runs.size;
  });
  return { lists, groups: Int32Array.from(lists, (list) => groupHeldBy(list, { pairs, holders, sizes })) };
}

interface BatchRuns {
  readonly pairs: readonly TrainingPair[];
  /** Numbers of the pairs whose passages have a run. */
  readonly holders: ReadonlyMap<string, ReadonlySet<number>>;
  /** Number of different runs of each passage. */
  readonly sizes: readonly number[];
}

function groupHeldBy(list: readonly number[], { pairs, holders, sizes }: BatchRuns): number {
  const counts = new Map<number, number>();
  for (const run of new Set(runsOf(list))) {
    for (const at of holders.get(run) ?? []) counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  let group = NO_GROUP;
  let most = HELD_SHARE;
  for (const [at, count] of counts) {
    const share = count / (sizes[at] ?? count);
    if (share < most) continue;
    most = share;
    group = pairs[at]?.group ?? NO_GROUP;
  }
  return group;
}

/** The runs of a list; a shorter list is one run. */
function* runsOf(list: readonly number[]): Generator<string> {
  for (let at = 0; at < Math.max(1, list.length - RUN + 1); at++) yield list.slice(at, at + RUN).join(' ');
}
