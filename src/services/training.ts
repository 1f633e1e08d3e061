import { join, resolve } from 'node:path';
import { QuarryError } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import type { Embedder } from '../core/ports.js';
import type { Reach } from '../core/reach.js';
import { bootstrapMean } from '../core/statistics/bootstrap.js';
import { countWins } from '../core/statistics/count-wins.js';
import { mean } from '../core/statistics/mean.js';
import { pairedRandomization } from '../core/statistics/paired-randomization.js';
import type { TrainingRecord } from '../core/training/pair-corpus.js';
import { rankHeldOut } from '../core/training/rank-held-out.js';
import type { Job, JsonObject } from '../core/types.js';
import { requireReadable } from './access/read-access.js';
import { requireWritable } from './access/write-access.js';
import type { ServiceContext } from './context.js';
import type { JobHandle, JobService } from './jobs.js';

/** One record in this many is held out, chosen by its text's hash, so that more data never moves a record. */
const HELD_OUT_ONE_IN = 5;
const MIN_RECORDS = 50;
/** Held-out queries are ranked among at most this many texts. */
const MAX_CANDIDATES = 20_000;
const SIGNIFICANCE = 0.05;

/** A model to adapt. */
export interface TrainingOrder {
  /** JSONL file of pairs, triplets or records. */
  readonly data: string;
  /** Folder for the adapted model. */
  readonly output: string;
  /** Folder or name of the static model to start from; empty for the bundled one. */
  readonly base: string;
  readonly seed: number;
  /** Whether a gain on held-out pairs is enough to keep the model. */
  readonly acceptPairs: boolean;
  /** Whether an earlier model in the folder is replaced, and whether that was said twice. */
  readonly overwrite: boolean;
  readonly confirm: boolean;
}

/** Before and after on held-out pairs, as nDCG@10. */
interface Proof {
  readonly queries: number;
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly isGain: boolean;
}

/** Adapts the static model to a user's own knowledge, and keeps the result only when held-out pairs prove it better. */
export class TrainingService {
  readonly #context: ServiceContext;
  readonly #jobs: JobService;

  constructor(context: ServiceContext, jobs: JobService) {
    this.#context = context;
    this.#jobs = jobs;
  }

  /**
   * Starts a job; its result has the proof, and the folder when the model was kept.
   * @throws QuarryError PATH_UNREADABLE, ALREADY_EXISTS, CONFIRMATION_REQUIRED
   */
  async start(given: TrainingOrder, reach: Reach): Promise<Job> {
    const order = await withinReach(given, reach);
    return this.#jobs.start({
      kind: 'train',
      subject: order.output,
      input: { ...order },
      work: async (handle) => {
        await withinReach(order, reach);
        return this.#run(order, handle);
      },
    });
  }

  async #run(order: TrainingOrder, handle: JobHandle): Promise<JsonObject> {
    const trainer = await this.#context.trainer();
    const base = await this.#context.staticModel(order.base);
    handle.report({ stage: 'read', done: 0, total: 0 });
    const { train, heldOut } = split(await trainer.readRecords(order.data));
    const workshop = await trainer.prepare(order.output, { overwrite: order.overwrite });
    const scratch = join(workshop.folder, 'model');
    try {
      const outcome = await trainer.fineTune({
        modelFolder: base.folder,
        outputFolder: scratch,
        records: train,
        seed: order.seed,
        signal: handle.signal,
        report: (done, total, loss) =>
          handle.report({
            stage: 'train',
            done,
            total,
            ...(loss === null ? {} : { message: `loss ${loss.toFixed(3)}` }),
          }),
      });
      handle.report({ stage: 'prove', done: 0, total: heldOut.length });
      const tuned = await this.#context.staticModel(scratch);
      const proof = await prove({ before: base.embedder, after: tuned.embedder, train, heldOut, seed: order.seed });
      const isKept = proof.isGain && order.acceptPairs;
      if (isKept) await workshop.keep(scratch);
      const { records, steps, loss, addedWords } = outcome;
      return {
        kept: isKept,
        model: isKept ? order.output : null,
        records,
        steps,
        loss,
        addedWords: addedWords.length,
        proof: { ...proof },
        lines: describe(order, proof),
      };
    } finally {
      await workshop.discard();
    }
  }
}

/** The order with the places that it may read from and write to. */
async function withinReach(order: TrainingOrder, reach: Reach): Promise<TrainingOrder> {
  const { overwrite, confirm, base } = order;
  return {
    ...order,
    data: await requireReadable(reach, resolve(order.data)),
    base: base === '' ? '' : await requireReadable(reach, base),
    output: await requireWritable(reach, { path: order.output, kind: 'folder', overwrite, confirm }),
  };
}

/** Splits by the text's hash; both sides keep the order of the file. @throws QuarryError TRAINING_INVALID when there are too few */
function split(records: readonly TrainingRecord[]): { train: TrainingRecord[]; heldOut: TrainingRecord[] } {
  const isHeldOut = (record: TrainingRecord): boolean =>
    Number.parseInt(sha256(record.text).slice(0, 8), 16) % HELD_OUT_ONE_IN === 0;
  const heldOut = distinct(records.filter((record) => isHeldOut(record) && record.anchors.length > 0));
  const train = records.filter((record) => !isHeldOut(record));
  if (records.length >= MIN_RECORDS && heldOut.length >= 5) return { train, heldOut };
  throw new QuarryError('TRAINING_INVALID', `${records.length} records are too few to train and to prove the result.`, {
    hint: `Give at least ${MIN_RECORDS} different texts, better some hundreds.`,
  });
}

/** A pair counts once however many rows give it a negative each: the test takes its queries for independent. */
function distinct(records: readonly TrainingRecord[]): TrainingRecord[] {
  return [...new Map(records.map((record) => [JSON.stringify([record.anchors, record.text]), record])).values()];
}

async function prove(parts: {
  before: Embedder;
  after: Embedder;
  train: readonly TrainingRecord[];
  heldOut: readonly TrainingRecord[];
  seed: number;
}): Promise<Proof> {
  const texts = [...new Set([...parts.heldOut, ...parts.train].map((record) => record.text))].slice(0, MAX_CANDIDATES);
  const places = new Map(texts.map((text, at) => [text, at]));
  const queries = parts.heldOut.map((record) => record.anchors.join(' '));
  const answers = parts.heldOut.map((record) => places.get(record.text) ?? -1);
  const scoresOf = async (embedder: Embedder): Promise<number[]> =>
    rankHeldOut(await embedder.embed(queries, 'query'), await embedder.embed(texts, 'document'), answers);
  const before = await scoresOf(parts.before);
  const after = await scoresOf(parts.after);
  const differences = Float64Array.from(after, (score, i) => score - (before[i] ?? 0));
  const { mean: difference, low, high } = bootstrapMean(differences, { seed: parts.seed });
  const { p } = pairedRandomization(differences, { seed: parts.seed });
  return {
    queries: queries.length,
    before: mean(before),
    after: mean(after),
    difference,
    low,
    high,
    p,
    ...countWins(differences),
    isGain: difference > 0 && p < SIGNIFICANCE,
  };
}

function describe(order: TrainingOrder, proof: Proof): string[] {
  const numbers = `nDCG@10 on ${proof.queries} held-out pairs: ${proof.before.toFixed(3)} before, ${proof.after.toFixed(3)} after (difference ${proof.difference.toFixed(3)}, 95% interval ${proof.low.toFixed(3)} to ${proof.high.toFixed(3)}, p ${proof.p.toFixed(4)}).`;
  if (!proof.isGain) return [numbers, 'No significant gain: nothing was kept.'];
  const worth =
    'These pairs are of the kind that it learned from: that it ranks them better tells nothing of questions that people ask.';
  return order.acceptPairs
    ? [numbers, worth, `The model is kept in ${order.output}. Take it into use with: quarry model use ${order.output}`]
    : [
        numbers,
        `${worth} So it was not kept. Prove it on judged questions: train_start with kind static, a suite, and these pairs as its dataset; or keep it on the pairs alone, with acceptPairs.`,
      ];
}
