import { drawPair, KINDS, type PairCorpus, type TrainingPair, type View, type ViewOptions } from './pair-corpus.js';
import { createRandom, type Random, shuffle } from './random.js';
import type { TrainingConfig } from './training-config.js';

const VIEWS: readonly View[] = ['anchors', 'lastAnchor', 'sentence', 'keywords', 'halves'];

/** Where a record belongs: its document decides, so that sections of one document stay on one side. */
export function isHeldOut(corpus: PairCorpus, record: number, share: number): boolean {
  // Multiplication by a large odd number scatters neighbouring document numbers over the whole range.
  const scattered = Math.imul(corpus.group(record) + 1, 0x9e3779b1) >>> 0;
  return scattered / 2 ** 32 < share;
}

/**
 * The pairs of one pass, as numbers `record * VIEWS + view`, in random order; with `sourceBlock` above 1, pairs of one
 * source stand together in blocks of that many.
 */
function planEpoch(corpus: PairCorpus, config: TrainingConfig, random: Random): Int32Array {
  const plan: number[] = [];
  const shares = balanceSources(corpus, config.sourceBalance);
  for (let record = 0; record < corpus.size; record++) {
    if (isHeldOut(corpus, record, config.heldOutShare)) continue;
    const rates = config.views[KINDS[corpus.kind(record)] ?? 'pair'];
    VIEWS.forEach((view, number) => {
      const rate = (rates?.[view] ?? 0) * (shares[corpus.source(record)] ?? 1);
      const times = Math.floor(rate) + (rate % 1 > 0 && random.next() < rate % 1 ? 1 : 0);
      for (let time = 0; time < times; time++) plan.push(record * VIEWS.length + number);
    });
  }
  const order = Int32Array.from(plan);
  shuffle(order, random);
  return config.sourceBlock > 1 ? blockBySource(order, corpus, config.sourceBlock, random) : order;
}

/** Bounds of how much more or less often than others a source's records are drawn. */
const [LEAST_SHARE, MOST_SHARE] = [0.25, 4];

/** How often the records of each source are drawn, relative to 1: `(mean size / size) ^ power`, bounded. */
function balanceSources(corpus: PairCorpus, power: number): Float64Array {
  const sizes = new Float64Array(corpus.sources.length);
  for (let record = 0; record < corpus.size; record++) {
    const source = corpus.source(record);
    sizes[source] = (sizes[source] ?? 0) + 1;
  }
  const average = corpus.size / sizes.length;
  return sizes.map((size) => Math.min(MOST_SHARE, Math.max(LEAST_SHARE, (average / size) ** power)));
}

/** Gathers each source's pairs into blocks, keeps their random order inside, and shuffles the blocks. */
function blockBySource(order: Int32Array, corpus: PairCorpus, size: number, random: Random): Int32Array {
  const bySource = new Map<number, number[]>();
  const blocks: number[][] = [];
  for (const entry of order) {
    const source = corpus.source(Math.floor(entry / VIEWS.length));
    const block = bySource.get(source) ?? [];
    if (block.length === 0) {
      blocks.push(block);
      bySource.set(source, block);
    }
    block.push(entry);
    if (block.length === size) bySource.delete(source);
  }
  const places = Int32Array.from(blocks.keys());
  shuffle(places, random);
  return Int32Array.from([...places].flatMap((place) => blocks[place] ?? []));
}

/** Where a {@link BatchSource} stands; plain numbers, so that it can be written to a file. */
export interface BatchPosition {
  /** State of the random source when the current pass was planned. */
  readonly passStart: readonly number[];
  /** Entries of the pass that have been drawn. */
  readonly consumed: number;
  /** State of the random source now. */
  readonly now: readonly number[];
}

/** What a {@link BatchSource} draws from. */
export interface BatchSourceParts {
  readonly corpus: PairCorpus;
  readonly config: TrainingConfig;
  readonly options: ViewOptions;
}

/** Endless batches, pass after pass; the same seed gives the same batches, also across a saved and restored position. */
export class BatchSource {
  readonly #parts: BatchSourceParts;
  #random: Random;
  #passStart: readonly number[];
  #plan: Int32Array;
  #consumed = 0;

  constructor(parts: BatchSourceParts, position?: BatchPosition) {
    this.#parts = parts;
    this.#random = createRandom(position?.passStart ?? parts.config.seed + 1);
    this.#passStart = this.#random.save();
    this.#plan = planEpoch(parts.corpus, parts.config, this.#random);
    if (!position) return;
    this.#consumed = position.consumed;
    this.#random = createRandom(position.now);
  }

  /** Batches in one pass, the last one perhaps smaller. */
  get batchesPerPass(): number {
    return Math.ceil(this.#plan.length / this.#parts.config.batchSize);
  }

  /** The next batch: full, but at the end of a pass; empty only when the corpus gives no pair at all. */
  next(): TrainingPair[] {
    const { corpus, config, options } = this.#parts;
    if (this.#consumed >= this.#plan.length) {
      this.#passStart = this.#random.save();
      this.#plan = planEpoch(corpus, config, this.#random);
      this.#consumed = 0;
    }
    const batch: TrainingPair[] = [];
    while (batch.length < config.batchSize && this.#consumed < this.#plan.length) {
      const entry = this.#plan[this.#consumed++] ?? 0;
      const view = VIEWS[entry % VIEWS.length] ?? 'anchors';
      const pair = drawPair(Math.floor(entry / VIEWS.length), view, { corpus, options, random: this.#random });
      if (pair) batch.push(pair);
    }
    return batch;
  }

  save(): BatchPosition {
    return { passStart: this.#passStart, consumed: this.#consumed, now: this.#random.save() };
  }
}
