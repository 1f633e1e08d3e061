import { plainWords } from '../curation/shingles.js';
import { dot } from '../ranking/cosine.js';
import { createRandom } from '../statistics/random.js';
import { COMMON_WORDS } from '../text/words.js';

/** A document to group. */
export interface ClusterItem {
  /** Unit vector. */
  readonly vector: Float32Array;
  readonly text: string;
}

/** Documents that belong together. */
export interface Cluster {
  /** Words that tell it from the others, most telling first. */
  readonly name: readonly string[];
  /** Places in the list that was given, nearest to the middle first. */
  readonly members: readonly number[];
  /** Mean cosine of the members to the middle. */
  readonly closeness: number;
}

const ROUNDS = 25;
const NAME_WORDS = 3;
/** Occurrences that a word is given beforehand, in parts of its share of all. */
const PRIOR = 20;

/**
 * Groups by spherical k-means (Dhillon and Modha, Machine Learning 42, 2001) from k-means++ seeds (Arthur and
 * Vassilvitskii, SODA 2007), and names each group by the words with the largest log odds against all others (Monroe,
 * Colaresi and Quinn, Political Analysis 16, 2008). The same items and seed give the same groups; the largest first.
 */
export function clusterItems(
  items: readonly ClusterItem[],
  options: { readonly count?: number; readonly seed?: number } = {},
): Cluster[] {
  if (items.length === 0) return [];
  const count = Math.min(
    items.length,
    options.count ?? Math.max(2, Math.min(20, Math.round(Math.sqrt(items.length / 2)))),
  );
  let centres = seedCentres(items, count, createRandom(options.seed ?? 1));
  let owners: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const next = items.map(({ vector }) => nearest(vector, centres));
    if (next.every((owner, at) => owner === owners[at])) break;
    owners = next;
    centres = centres.map((centre, at) => middleOf(items.filter((_, item) => owners[item] === at)) ?? centre);
  }
  const names = nameGroups(items, owners, count);
  return centres
    .map((centre, at): Cluster => {
      const near = (item: number): number => dot(items[item]?.vector ?? centre, centre);
      const members = owners
        .flatMap((owner, item) => (owner === at ? [item] : []))
        .sort((a, b) => near(b) - near(a) || a - b);
      const closeness = members.reduce((sum, item) => sum + near(item), 0) / Math.max(1, members.length);
      return { name: names[at] ?? [], members, closeness };
    })
    .filter(({ members }) => members.length > 0)
    .sort((a, b) => b.members.length - a.members.length || (a.members[0] ?? 0) - (b.members[0] ?? 0));
}

function seedCentres(items: readonly ClusterItem[], count: number, random: () => number): Float32Array[] {
  const first = items[Math.floor(random() * items.length)]?.vector;
  const centres = first === undefined ? [] : [first];
  while (centres.length < count) {
    const far = items.map(({ vector }) => Math.max(0, 1 - Math.max(...centres.map((centre) => dot(vector, centre)))));
    let left = random() * far.reduce((sum, value) => sum + value, 0);
    const at = far.findIndex((value) => {
      left -= value;
      return left < 0;
    });
    centres.push(items[at < 0 ? centres.length : at]?.vector ?? new Float32Array(0));
  }
  return centres;
}

function nearest(vector: Float32Array, centres: readonly Float32Array[]): number {
  let best = 0;
  for (let at = 1; at < centres.length; at++)
    if (dot(vector, centres[at] ?? vector) > dot(vector, centres[best] ?? vector)) best = at;
  return best;
}

function middleOf(items: readonly ClusterItem[]): Float32Array | undefined {
  const [first] = items;
  if (first === undefined) return undefined;
  const sum = Float64Array.from(first.vector, (_, at) => items.reduce((all, { vector }) => all + (vector[at] ?? 0), 0));
  const norm = Math.hypot(...sum);
  return norm === 0 ? undefined : Float32Array.from(sum, (value) => value / norm);
}

function nameGroups(items: readonly ClusterItem[], owners: readonly number[], count: number): string[][] {
  const own = Array.from({ length: count }, () => new Map<string, number>());
  const all = new Map<string, number>();
  items.forEach(({ text }, item) => {
    // A word counts once for each document, or one long document names the group.
    for (const word of new Set(plainWords(text))) {
      if (word.length < 3 || COMMON_WORDS.has(word) || /^\p{N}+$/u.test(word)) continue;
      const counts = own[owners[item] ?? 0];
      counts?.set(word, (counts.get(word) ?? 0) + 1);
      all.set(word, (all.get(word) ?? 0) + 1);
    }
  });
  const total = [...all.values()].reduce((sum, value) => sum + value, 0);
  return own.map((counts) => {
    const size = [...counts.values()].reduce((sum, value) => sum + value, 0);
    const score = (word: string): number => {
      const [here, everywhere] = [counts.get(word) ?? 0, all.get(word) ?? 0];
      const prior = (PRIOR * everywhere) / total;
      const inside = (here + prior) / (size + PRIOR - here);
      const outside = (everywhere - here + prior) / (total - size + PRIOR - everywhere + here);
      const variance = 1 / (here + prior) + 1 / (everywhere - here + prior);
      return (Math.log(inside) - Math.log(outside)) / Math.sqrt(variance);
    };
    return [...counts.keys()].sort((a, b) => score(b) - score(a) || (a < b ? -1 : 1)).slice(0, NAME_WORDS);
  });
}
