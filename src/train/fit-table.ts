import { performance } from 'node:perf_hooks';
import { QuarryError } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import type { ContrastiveEngine } from '../core/training/contrastive-engine.js';
import type { RowKernels } from '../core/training/embedding-bag.js';
import { drawHeldOut, HeldOutWatch, scoreHeldOut } from '../core/training/held-out.js';
import type { PairCorpus, ViewOptions } from '../core/training/pair-corpus.js';
import { BatchSource } from '../core/training/pair-sampler.js';
import { inverseFrequencyWeights, StaticTrainer } from '../core/training/static-trainer.js';
import type { TrainingConfig } from '../core/training/training-config.js';
import { type Checkpoint, readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint-file.js';

/** How far a training has come. */
export interface TrainingProgress {
  readonly stage: 'vocabulary' | 'corpus' | 'training';
  /** Records read or steps done. */
  readonly done: number;
  /** Steps in all; 0 while unknown. */
  readonly total: number;
  /** Mean loss of the latest steps, in nats; only while training. */
  readonly loss?: number;
  /** Expected time left, in milliseconds; only while training. */
  readonly remainingMs?: number;
  /** Mean reciprocal rank of held-out pairs after the last whole pass, 0..1. */
  readonly heldOut?: number;
}

/** Called from time to time; must be quick. */
export type ReportProgress = (progress: TrainingProgress) => void;

/** Training text as token ids, with the tokenizer that made them. */
export interface PreparedCorpus {
  readonly corpus: PairCorpus;
  readonly tokenizerJson: unknown;
  /** Occurrences of each token. */
  readonly tokenCounts: Float64Array;
}

/** What {@link fitTable} needs besides the corpus. */
export interface FitParts {
  readonly config: TrainingConfig;
  readonly engine: ContrastiveEngine;
  readonly kernels: RowKernels;
  readonly report: ReportProgress;
  readonly signal?: AbortSignal | undefined;
  /** Rows to start from, instead of random ones; they are also what `config.pull` pulls towards. */
  readonly start?: Float32Array | undefined;
  /** File to save progress in and to resume from. */
  readonly checkpoint?: string | undefined;
  /** Time between two savings. Default: a minute. */
  readonly checkpointIntervalMs?: number | undefined;
}

const STEPS_PER_REPORT = 20;
const CHECKPOINT_INTERVAL_MS = 60_000;

/** Throws CANCELLED once the signal is aborted. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new QuarryError('CANCELLED', 'The training was cancelled.');
}

/**
 * Trains for the configured number of passes and gives the rows. The same corpus, configuration and platform give the
 * same bytes, whether or not the work was interrupted and resumed.
 *
 * @throws QuarryError CANCELLED; TRAINING_INVALID when the corpus gives no pairs or the checkpoint is damaged.
 */
export async function fitTable(prepared: PreparedCorpus, parts: FitParts): Promise<StaticTrainer> {
  const { config, signal, checkpoint } = parts;
  const { corpus, tokenCounts } = prepared;
  const options = viewOptions(config, tokenCounts);
  const fingerprint = sha256(JSON.stringify([config, corpus.size, corpus.tokenCount]));
  const saved = checkpoint === undefined ? undefined : await readCheckpoint(checkpoint, fingerprint);
  const source = new BatchSource({ corpus, config, options }, saved?.position);
  const stepsPerPass = saved?.stepsPerPass ?? source.batchesPerPass;
  const totalSteps = Math.max(1, Math.round(stepsPerPass * config.epochs));
  const trainer = new StaticTrainer({ ...parts, tokenCounts, totalSteps, mostNegatives: corpus.mostNegatives });
  const watch = new HeldOutWatch(config.patience);
  if (saved) {
    trainer.restore(saved.step, saved.arrays.slice(0, 3));
    watch.restore(saved.heldOut, saved.arrays[3]);
  }
  const heldOut = drawHeldOut(corpus, config, options);
  const reporter = new StepReporter(parts.report, trainer.step, totalSteps);
  const keeper = new CheckpointKeeper(parts);

  while (trainer.step < totalSteps && !watch.isStalled) {
    throwIfAborted(signal);
    const loss = await trainer.train(drawBatch(source));
    if (trainer.step % stepsPerPass === 0) {
      const score = scoreHeldOut(trainer.state.table, config.dimensions, heldOut);
      if (score !== undefined) watch.add(score, trainer.state.table);
    }
    reporter.add(trainer.step, loss, watch.scores.at(-1));
    await keeper.keep(() => ({
      fingerprint,
      step: trainer.step,
      stepsPerPass,
      heldOut: watch.scores,
      position: source.save(),
      arrays: watch.best ? [...trainer.arrays(), watch.best] : trainer.arrays(),
    }));
  }
  if (watch.best) trainer.state.table.set(watch.best);
  if (checkpoint !== undefined) await removeCheckpoint(checkpoint);
  return trainer;
}

/** Turns single steps into a report now and then. */
class StepReporter {
  readonly #report: ReportProgress;
  readonly #firstStep: number;
  readonly #total: number;
  readonly #started = performance.now();
  #losses: number[] = [];

  constructor(report: ReportProgress, firstStep: number, total: number) {
    this.#report = report;
    this.#firstStep = firstStep;
    this.#total = total;
  }

  add(step: number, loss: number, heldOut: number | undefined): void {
    this.#losses.push(loss);
    if (step % STEPS_PER_REPORT !== 0 && step !== this.#total) return;
    const perStep = (performance.now() - this.#started) / (step - this.#firstStep);
    this.#report({
      stage: 'training',
      done: step,
      total: this.#total,
      loss: this.#losses.reduce((sum, entry) => sum + entry, 0) / this.#losses.length,
      remainingMs: perStep * (this.#total - step),
      ...(heldOut === undefined ? {} : { heldOut }),
    });
    this.#losses = [];
  }
}

/** Writes a checkpoint whenever the interval has passed. */
class CheckpointKeeper {
  readonly #file: string | undefined;
  readonly #intervalMs: number;
  #lastMs = performance.now();

  constructor({ checkpoint, checkpointIntervalMs = CHECKPOINT_INTERVAL_MS }: FitParts) {
    this.#file = checkpoint;
    this.#intervalMs = checkpointIntervalMs;
  }

  async keep(describe: () => Checkpoint): Promise<void> {
    if (this.#file === undefined || performance.now() - this.#lastMs < this.#intervalMs) return;
    await writeCheckpoint(this.#file, describe());
    this.#lastMs = performance.now();
  }
}

function viewOptions(config: TrainingConfig, tokenCounts: Float64Array): ViewOptions {
  return {
    maxTokens: config.maxTokens,
    keepSentence: config.keepSentence,
    addAnchors: config.addAnchors,
    keywordWeights: inverseFrequencyWeights(tokenCounts, config.frequencyDamping),
  };
}

/** The next batch with at least two pairs: one pair alone has no negatives. */
function drawBatch(source: BatchSource) {
  for (let attempt = 0; attempt < 4; attempt++) {
    const batch = source.next();
    if (batch.length > 1) return batch;
  }
  throw new QuarryError('TRAINING_INVALID', 'The training text gives fewer than two pairs.', {
    hint: 'Give more records, each with a text and something that stands for it (a heading, a question).',
  });
}
