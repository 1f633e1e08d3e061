import { drawPair, KINDS, type PairCorpus, type TrainingPair, type View, type ViewOptions } from './pair-corpus.js';
import { type Random, shuffle } from './random.js';
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
export function planEpoch(corpus: PairCorpus, config: TrainingConfig, random: Random): Int32Array {
  const plan: number[] = [];
  for (let record = 0; record < corpus.size; record++) {
    if (isHeldOut(corpus, record, config.heldOutShare)) continue;
    const rates = config.views[KINDS[corpus.kind(record)] ?? 'pair'];
    VIEWS.forEach((view, number) => {
      const rate = rates?.[view] ?? 0;
      const times = Math.floor(rate) + (rate % 1 > 0 && random.next() < rate % 1 ? 1 : 0);
      for (let time = 0; time < times; time++) plan.push(record * VIEWS.length + number);
    });
  }
  const order = Int32Array.from(plan);
  shuffle(order, random);
  return config.sourceBlock > 1 ? blockBySource(order, corpus, config.sourceBlock, random) : order;
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

/** Draws the pair of one entry of a plan; undefined where the record does not give this view. */
export function drawPlanned(
  corpus: PairCorpus,
  entry: number,
  options: ViewOptions,
  random: Random,
): TrainingPair | undefined {
  const view = VIEWS[entry % VIEWS.length] ?? 'anchors';
  return drawPair(corpus, Math.floor(entry / VIEWS.length), view, options, random);
}
