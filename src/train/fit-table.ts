import { performance } from 'node:perf_hooks';
import { QuarryError } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import type { ContrastiveEngine } from '../core/training/contrastive-engine.js';
import type { RowKernels } from '../core/training/embedding-bag.js';
import type { PairCorpus, ViewOptions } from '../core/training/pair-corpus.js';
import { BatchSource } from '../core/training/pair-sampler.js';
import { inverseFrequencyWeights, StaticTrainer } from '../core/training/static-trainer.js';
import type { TrainingConfig } from '../core/training/training-config.js';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint-file.js';

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
  const { config, report, signal, checkpoint, checkpointIntervalMs: interval = CHECKPOINT_INTERVAL_MS } = parts;
  const { corpus, tokenCounts } = prepared;
  const sourceParts = { corpus, config, options: viewOptions(config, tokenCounts) };
  const fingerprint = sha256(JSON.stringify([config, corpus.size, corpus.tokenCount]));
  const saved = checkpoint === undefined ? undefined : await readCheckpoint(checkpoint, fingerprint);
  const source = new BatchSource(sourceParts, saved?.position);
  const totalSteps = Math.max(1, Math.round(source.batchesPerPass * config.epochs));
  const trainer = new StaticTrainer({ ...parts, tokenCounts, totalSteps });
  if (saved) trainer.restore(saved.step, saved.arrays);

  const firstStep = trainer.step;
  const started = performance.now();
  let lastSaved = started;
  let recent = 0;
  while (trainer.step < totalSteps) {
    throwIfAborted(signal);
    recent += await trainer.train(drawBatch(source));
    const now = performance.now();
    if (trainer.step % STEPS_PER_REPORT === 0 || trainer.step === totalSteps) {
      const perStep = (now - started) / (trainer.step - firstStep);
      const loss = recent / (trainer.step % STEPS_PER_REPORT || STEPS_PER_REPORT);
      report({
        stage: 'training',
        done: trainer.step,
        total: totalSteps,
        loss,
        remainingMs: perStep * (totalSteps - trainer.step),
      });
      recent = 0;
    }
    if (checkpoint !== undefined && now - lastSaved >= interval) {
      await writeCheckpoint(checkpoint, {
        fingerprint,
        step: trainer.step,
        position: source.save(),
        arrays: trainer.arrays(),
      });
      lastSaved = now;
    }
  }
  if (checkpoint !== undefined) await removeCheckpoint(checkpoint);
  return trainer;
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
