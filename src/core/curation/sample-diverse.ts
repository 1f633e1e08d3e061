import { dot } from '../ranking/cosine.js';
import { createRandom } from '../training/random.js';

/**
 * Greedy k-centre (Gonzalez, 1985; as core-set selection Sener and Savarese, 2018): begins with the vector nearest to the
 * mean, then takes again and again the one farthest from everything taken. Never more than twice the best possible
 * radius. Cost: `budget * vectors * dimensions`.
 * @param vectors unit vectors
 * @returns places in the order in which they were taken
 */
export function sampleCentres(vectors: readonly Float32Array[], budget: number): number[] {
  const wanted = Math.min(budget, vectors.length);
  if (wanted <= 0) return [];
  const nearest = new Float64Array(vectors.length).fill(Number.NEGATIVE_INFINITY);
  const taken: number[] = [];
  let next = nearestToMean(vectors);
  while (taken.length < wanted) {
    taken.push(next);
    const centre = vectors[next] ?? new Float32Array(0);
    nearest[next] = Number.POSITIVE_INFINITY;
    let farthest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < vectors.length; index++) {
      const known = nearest[index] ?? 0;
      if (known === Number.POSITIVE_INFINITY) continue;
      const similarity = Math.max(known, dot(vectors[index] ?? centre, centre));
      nearest[index] = similarity;
      if (similarity < farthest) {
        farthest = similarity;
        next = index;
      }
    }
  }
  return taken;
}

function nearestToMean(vectors: readonly Float32Array[]): number {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (vector[at] ?? 0);
  let best = 0;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const [index, vector] of vectors.entries()) {
    const score = dot(vector, mean);
    if (score > bestScore) {
      best = index;
      bestScore = score;
    }
  }
  return best;
}

/**
 * Maximal marginal relevance (Carbonell and Goldstein, 1998) over a whole set: takes again and again the item with the
 * highest `(1 - diversity) * relevance - diversity * (similarity to the nearest taken one)`. Ties go to the earlier item.
 * @param relevance worth of each item, best near 1
 * @param diversity 0 (only relevance) to 1 (only novelty)
 */
export function sampleMarginal(
  vectors: readonly Float32Array[],
  relevance: readonly number[],
  options: { readonly budget: number; readonly diversity: number },
): number[] {
  const wanted = Math.min(options.budget, vectors.length);
  const nearest = new Float64Array(vectors.length);
  const isTaken = new Uint8Array(vectors.length);
  const taken: number[] = [];
  while (taken.length < wanted) {
    let best = -1;
    let bestWorth = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < vectors.length; index++) {
      if (isTaken[index] === 1) continue;
      const worth =
        (1 - options.diversity) * (relevance[index] ?? 0) -
        options.diversity * (taken.length === 0 ? 0 : (nearest[index] ?? 0));
      if (worth > bestWorth) {
        best = index;
        bestWorth = worth;
      }
    }
    taken.push(best);
    isTaken[best] = 1;
    const centre = vectors[best] ?? new Float32Array(0);
    for (let index = 0; index < vectors.length; index++) {
      const similarity = dot(vectors[index] ?? centre, centre);
      if (taken.length === 1 || similarity > (nearest[index] ?? 0)) nearest[index] = similarity;
    }
  }
  return taken;
}

/** A seeded sample without replacement, in the order of the items. */
export function sampleRandom(size: number, budget: number, seed: number): number[] {
  const random = createRandom(seed);
  const places = Array.from({ length: size }, (_, index) => index);
  const wanted = Math.min(budget, size);
  for (let at = 0; at < wanted; at++) {
    const other = at + random.below(size - at);
    const kept = places[at] ?? 0;
    places[at] = places[other] ?? 0;
    places[other] = kept;
  }
  return places.slice(0, wanted).sort((a, b) => a - b);
}

/**
 * How many of each group to take so that groups come out as equal as they can: small ones whole, what they leave goes to
 * the larger ones ("water filling"). The counts add up to the budget or to everything there is.
 */
export function balanceBudget(sizes: readonly number[], budget: number): number[] {
  const quotas = sizes.map(() => 0);
  let left = Math.min(
    budget,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const open = sizes.map((_, index) => index).sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0) || a - b);
  for (const [position, index] of open.entries()) {
    const share = Math.floor(left / (open.length - position));
    const extra = left % (open.length - position) > 0 && position === open.length - 1 ? 1 : 0;
    const quota = Math.min(sizes[index] ?? 0, share + extra);
    quotas[index] = quota;
    left -= quota;
  }
  return quotas;
}
