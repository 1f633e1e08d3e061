import { SPECIAL_TOKENS } from '../static-model/tokenizer-format.js';
import type { ContrastiveEngine } from './contrastive-engine.js';
import {
  type AdamState,
  correctBias,
  PackScratch,
  packLists,
  type RowKernels,
  type TokenLists,
} from './embedding-bag.js';
import { MOST_NEGATIVES, pickGivenNegatives } from './given-negatives.js';
import type { TrainingPair } from './pair-corpus.js';
import { createRandom } from './random.js';
import type { TrainingConfig } from './training-config.js';

/** What a {@link StaticTrainer} works with. */
export interface TrainerParts {
  readonly config: TrainingConfig;
  readonly engine: ContrastiveEngine;
  readonly kernels: RowKernels;
  /** Occurrences of each token in the corpus. */
  readonly tokenCounts: Float64Array;
  /** Negatives of its own that a pair has, at most; default 0. */
  readonly mostNegatives?: number;
  /** Steps planned in all, for the schedule. */
  readonly totalSteps: number;
  /** Rows to start from and to be pulled towards; random rows without it. */
  readonly start?: Float32Array | undefined;
}

/** The share of the highest step size at a step (from 1): a linear rise, then a linear fall to `finalRate`. */
export function scheduleRate(step: number, totalSteps: number, config: TrainingConfig): number {
  if (step <= config.warmUpSteps) return step / config.warmUpSteps;
  const left = Math.max(0, totalSteps - step) / Math.max(1, totalSteps - config.warmUpSteps);
  return config.finalRate + (1 - config.finalRate) * left;
}

/** Smooth inverse frequency (Arora et al., 2017): `a / (a + p(token))`, 1 for tokens that never occur. */
export function inverseFrequencyWeights(counts: Float64Array, damping: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  return counts.map((count) => damping / (damping + count / total));
}

/** Token lists in a batch, at most: a query, a passage and negatives of each pair. */
function batchLists({ batchSize }: TrainingConfig, mostNegatives: number): number {
  return batchSize * (2 + Math.min(MOST_NEGATIVES, mostNegatives));
}

/** Numbers that a trainer allocates from its kernels, for pairs with at most so many negatives of their own. */
export function trainerLength(vocabularySize: number, config: TrainingConfig, mostNegatives = 0): number {
  return (4 * vocabularySize + 2 * batchLists(config, mostNegatives) + 64) * config.dimensions;
}

/** Trains the rows of a static model: forward, loss, backward and Adam, one batch at a time. */
export class StaticTrainer {
  readonly state: AdamState;
  readonly #parts: TrainerParts;
  readonly #scratch: PackScratch;
  #sums: Float32Array;
  #listGradients: Float32Array;
  #gradients: Float32Array;
  #step = 0;

  constructor(parts: TrainerParts) {
    const { config, kernels, tokenCounts, mostNegatives = 0 } = parts;
    const vocabularySize = tokenCounts.length;
    const length = vocabularySize * config.dimensions;
    this.#parts = parts;
    this.state = {
      table: kernels.allocate(length),
      first: kernels.allocate(length),
      second: kernels.allocate(length),
      dimensions: config.dimensions,
      rowRates: new Float32Array(vocabularySize).fill(1),
    };
    this.#scratch = new PackScratch(vocabularySize);
    const batchLength = batchLists(config, mostNegatives) * config.dimensions;
    this.#sums = kernels.allocate(batchLength);
    this.#listGradients = kernels.allocate(batchLength);
    this.#gradients = kernels.allocate(vocabularySize * config.dimensions);
    if (parts.start) this.state.table.set(parts.start);
    else this.#initialize();
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** Rows, first and second moments: what {@link restore} takes. */
  arrays(): Float32Array[] {
    return [this.state.table, this.state.first, this.state.second];
  }

  /** Goes back to a saved state. */
  restore(step: number, arrays: readonly Float32Array[]): void {
    this.#step = step;
    this.arrays().forEach((array, number) => {
      array.set(arrays[number] ?? []);
    });
  }

  #initialize(): void {
    const { config, tokenCounts } = this.#parts;
    const random = createRandom(config.seed);
    const weights = inverseFrequencyWeights(tokenCounts, config.frequencyDamping);
    const { table, rowRates, dimensions } = this.state;
    const special = Object.keys(SPECIAL_TOKENS).length;
    weights.forEach((weight, token) => {
      const spread = token < special ? 0 : (weight * config.initialNorm) / Math.sqrt(dimensions);
      for (let at = token * dimensions; at < (token + 1) * dimensions; at++) table[at] = random.normal() * spread;
      if (config.scaleRates) rowRates[token] = weight;
    });
  }

  /** One step on a batch of at most `batchSize` pairs; gives the loss in nats. */
  async train(pairs: readonly TrainingPair[]): Promise<number> {
    const { config, kernels, totalSteps } = this.#parts;
    const { dimensions } = config;
    const negatives = pickGivenNegatives(pairs, this.#step);
    const contents = [...pairs.map((pair) => pair.query), ...pairs.map((pair) => pair.passage), ...negatives.lists];
    const lists = packLists(contents, this.#scratch);
    const length = contents.length * dimensions;
    const sums = this.#sums.subarray(0, length);
    const listGradients = this.#listGradients.subarray(0, length).fill(0);
    kernels.sumRows(this.state.table, lists, dimensions, sums);
    const queryGroups = Int32Array.from(pairs, (pair) => pair.group);
    const passageGroups = Int32Array.from([...queryGroups, ...negatives.groups]);
    const batch = { sums, listGradients, queryGroups, passageGroups };
    let loss = await this.#addLoss(batch, dimensions, 1);
    for (const { dimensions: prefix, weight } of config.matryoshka) {
      loss += await this.#addLoss(batch, prefix, weight);
    }
    this.#applyGradients(lists, listGradients, totalSteps);
    return loss;
  }

  #applyGradients(lists: TokenLists, listGradients: Float32Array, totalSteps: number): void {
    const { config, kernels, start } = this.#parts;
    kernels.spreadGradients(listGradients, lists, config.dimensions, this.#gradients);
    this.#step++;
    const rate = config.learningRate * scheduleRate(this.#step, totalSteps, config);
    kernels.updateRows(this.state, lists, this.#gradients, correctBias(rate, this.#step));
    if (start && config.pull > 0) pullRows(this.state, start, lists.rows, Math.min(1, rate * config.pull));
  }

  /** Adds the gradient of the loss on the first `prefix` dimensions to `listGradients`. */
  async #addLoss(batch: SummedBatch, prefix: number, weight: number): Promise<number> {
    const { config, engine } = this.#parts;
    const { queryGroups, passageGroups } = batch;
    const { vectors, norms } = normalizePrefixes(batch.sums, config.dimensions, prefix);
    const count = queryGroups.length;
    const result = await engine.contrast(
      {
        queries: vectors.subarray(0, count * prefix),
        passages: vectors.subarray(count * prefix),
        dimensions: prefix,
        queryGroups,
        passageGroups,
      },
      config.temperature,
    );
    norms.forEach((norm, list) => {
      const gradients = list < count ? result.queryGradients : result.passageGradients;
      const from = (list < count ? list : list - count) * prefix;
      const at = list * prefix;
      let along = 0;
      for (let d = 0; d < prefix; d++) along += (gradients[from + d] ?? 0) * (vectors[at + d] ?? 0);
      const factor = weight / norm;
      const into = list * config.dimensions;
      for (let d = 0; d < prefix; d++) {
        const change = factor * ((gradients[from + d] ?? 0) - along * (vectors[at + d] ?? 0));
        batch.listGradients[into + d] = (batch.listGradients[into + d] ?? 0) + change;
      }
    });
    return weight * result.loss;
  }
}

/** Queries, then passages, then further negatives, as sums of rows, with room for their gradients. */
interface SummedBatch {
  readonly sums: Float32Array;
  readonly listGradients: Float32Array;
  readonly queryGroups: Int32Array;
  readonly passageGroups: Int32Array;
}

/** The first `prefix` entries of each row, scaled to unit length, and their lengths before. */
function normalizePrefixes(
  sums: Float32Array,
  dimensions: number,
  prefix: number,
): { vectors: Float32Array; norms: Float64Array } {
  const rows = sums.length / dimensions;
  const vectors = new Float32Array(rows * prefix);
  const norms = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let squares = 1e-12;
    for (let d = 0; d < prefix; d++) squares += (sums[row * dimensions + d] ?? 0) ** 2;
    const norm = Math.sqrt(squares);
    norms[row] = norm;
    for (let d = 0; d < prefix; d++) vectors[row * prefix + d] = (sums[row * dimensions + d] ?? 0) / norm;
  }
  return { vectors, norms };
}

/** Moves the given rows a share of the way back to where they started: decoupled weight decay, with the start for zero. */
function pullRows({ table, dimensions }: AdamState, start: Float32Array, rows: Int32Array, share: number): void {
  for (const row of rows) {
    for (let at = row * dimensions; at < (row + 1) * dimensions; at++) {
      table[at] = (table[at] ?? 0) + share * ((start[at] ?? 0) - (table[at] ?? 0));
    }
  }
}
