import type { TrainingPair, ViewOptions } from './pair-corpus.js';
import { drawPair, KINDS, type PairCorpus } from './pair-corpus.js';
import { isHeldOut } from './pair-sampler.js';
import { createRandom } from './random.js';
import type { TrainingConfig } from './training-config.js';

/** Pairs of each kind that are looked at, at most. */
const MAX_PAIRS = 1_000;

/** The held-out pairs of each kind of record: headings or subject and text, the same for every training with these records. */
export function drawHeldOut(corpus: PairCorpus, config: TrainingConfig, options: ViewOptions): TrainingPair[][] {
  const random = createRandom(config.seed);
  const pairs: TrainingPair[][] = KINDS.map(() => []);
  for (let record = 0; record < corpus.size; record++) {
    if (!isHeldOut(corpus, record, config.heldOutShare)) continue;
    const ofKind = pairs[corpus.kind(record)];
    if (ofKind === undefined || ofKind.length >= MAX_PAIRS) continue;
    const pair = drawPair(record, 'anchors', { corpus, options, random });
    if (pair) ofKind.push(pair);
  }
  return pairs.filter((ofKind) => ofKind.length > 1);
}

/**
 * Mean reciprocal rank, 0..1, of each query's own passage among all passages of its kind, averaged over kinds; undefined
 * without held-out pairs.
 */
export function scoreHeldOut(
  table: Float32Array,
  dimensions: number,
  kinds: readonly TrainingPair[][],
): number | undefined {
  if (kinds.length === 0) return undefined;
  const scores = kinds.map((pairs) => {
    const queries = pairs.map((pair) => unitSum(table, dimensions, pair.query));
    const passages = pairs.map((pair) => unitSum(table, dimensions, pair.passage));
    const ranks = queries.map((query, own) => {
      const bar = dot(query, passages[own] ?? query);
      return 1 + passages.filter((passage, at) => at !== own && dot(query, passage) >= bar).length;
    });
    return ranks.reduce((sum, rank) => sum + 1 / rank, 0) / ranks.length;
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function unitSum(table: Float32Array, dimensions: number, tokens: readonly number[]): Float32Array {
  const sum = new Float32Array(dimensions);
  for (const token of tokens) {
    for (let d = 0; d < dimensions; d++) sum[d] = (sum[d] ?? 0) + (table[token * dimensions + d] ?? 0);
  }
  const norm = Math.sqrt(dot(sum, sum)) || 1;
  return sum.map((entry) => entry / norm);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] ?? 0) * (b[d] ?? 0);
  return sum;
}

/** Follows the held-out score from pass to pass, and says when to stop. */
export class HeldOutWatch {
  readonly #patience: number;
  #scores: number[] = [];
  #best: Float32Array | undefined;

  /** @param patience passes without a better score after which training stops; 0 for never. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Score of each pass so far. */
  get scores(): readonly number[] {
    return this.#scores;
  }

  /** The rows with the best score, where they are kept. */
  get best(): Float32Array | undefined {
    return this.#best;
  }

  /** Takes the score of a finished pass and the rows that have it. */
  add(score: number, table: Float32Array): void {
    const isBest = score > Math.max(0, ...this.#scores);
    this.#scores.push(score);
    if (isBest && this.#patience > 0) this.#best = table.slice();
  }

  /** Whether the last passes have brought nothing. */
  get isStalled(): boolean {
    if (this.#patience === 0) return false;
    return this.#scores.length - 1 - this.#scores.indexOf(Math.max(...this.#scores)) >= this.#patience;
  }

  /** Goes back to a saved state. */
  restore(scores: readonly number[], best: Float32Array | undefined): void {
    this.#scores = [...scores];
    this.#best = best;
  }
}
