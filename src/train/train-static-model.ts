import { performance } from 'node:perf_hooks';
import { QuarryError } from '../core/errors.js';
import { countWords, createTokenizer } from '../core/static-model/tokenizer.js';
import { buildTokenizerJson } from '../core/static-model/tokenizer-format.js';
import type { ContrastiveEngine } from '../core/training/contrastive-engine.js';
import type { RowKernels } from '../core/training/embedding-bag.js';
import { PairCorpus, type TrainingPair, type ViewOptions } from '../core/training/pair-corpus.js';
import { drawPlanned, planEpoch } from '../core/training/pair-sampler.js';
import { createRandom, type Random } from '../core/training/random.js';
import { inverseFrequencyWeights, StaticTrainer } from '../core/training/static-trainer.js';
import type { TrainingConfig } from '../core/training/training-config.js';
import { learnVocabulary } from '../core/training/vocabulary.js';
import { readRecords } from './record-file.js';

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

/** A corpus ready for training. */
export interface PreparedCorpus {
  readonly corpus: PairCorpus;
  readonly tokenizerJson: unknown;
  readonly tokenCounts: Float64Array;
}

const RECORDS_PER_REPORT = 20_000;

/** Reads the corpus twice: once for the vocabulary, once to turn it into token ids. */
export async function prepareCorpus(
  file: string,
  config: TrainingConfig,
  report: ReportProgress,
  signal?: AbortSignal,
): Promise<PreparedCorpus> {
  const counts = new Map<string, number>();
  let done = 0;
  for await (const record of readRecords(file)) {
    for (const anchor of record.anchors) countWords(anchor, counts);
    countWords(record.text, counts);
    if (++done % RECORDS_PER_REPORT === 0) {
      throwIfAborted(signal);
      report({ stage: 'vocabulary', done, total: 0 });
    }
  }
  const vocabulary = learnVocabulary(counts, {
    size: config.vocabularySize,
    continuations: config.continuations,
    minimumCount: config.minimumWordCount,
  });
  counts.clear();
  const tokenizerJson = buildTokenizerJson(vocabulary);
  const tokenizer = createTokenizer(tokenizerJson);
  const corpus = new PairCorpus();
  done = 0;
  for await (const record of readRecords(file)) {
    corpus.add(record, tokenizer.encode);
    if (++done % RECORDS_PER_REPORT === 0) {
      throwIfAborted(signal);
      report({ stage: 'corpus', done, total: 0 });
    }
  }
  return { corpus, tokenizerJson, tokenCounts: corpus.countTokens(tokenizer.vocabularySize) };
}

function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw new QuarryError('CANCELLED', 'The training was cancelled.');
}

/** What {@link fitTable} needs besides the corpus. */
export interface FitParts {
  readonly config: TrainingConfig;
  readonly engine: ContrastiveEngine;
  readonly kernels: RowKernels;
  readonly report: ReportProgress;
  readonly signal?: AbortSignal | undefined;
}

const STEPS_PER_REPORT = 20;

/** Trains from random rows for the configured number of passes; gives the trainer with its table. */
export async function fitTable(prepared: PreparedCorpus, parts: FitParts): Promise<StaticTrainer> {
  const { config, report, signal } = parts;
  const { corpus, tokenCounts } = prepared;
  const random = createRandom(config.seed + 1);
  const options: ViewOptions = {
    maxTokens: config.maxTokens,
    keepSentence: config.keepSentence,
    addAnchors: config.addAnchors,
    keywordWeights: inverseFrequencyWeights(tokenCounts, config.frequencyDamping),
  };
  const stepsPerEpoch = Math.ceil(planEpoch(corpus, config, createRandom(config.seed)).length / config.batchSize);
  const totalSteps = Math.max(1, Math.round(stepsPerEpoch * config.epochs));
  const trainer = new StaticTrainer({ ...parts, tokenCounts, totalSteps });
  const started = performance.now();
  let recent = 0;
  while (trainer.step < totalSteps) {
    for (const batch of drawBatches({ corpus, config, options, random })) {
      throwIfAborted(signal);
      recent += await trainer.train(batch);
      if (trainer.step % STEPS_PER_REPORT === 0) {
        const remainingMs = ((performance.now() - started) / trainer.step) * (totalSteps - trainer.step);
        report({
          stage: 'training',
          done: trainer.step,
          total: totalSteps,
          loss: recent / STEPS_PER_REPORT,
          remainingMs,
        });
        recent = 0;
      }
      if (trainer.step >= totalSteps) break;
    }
  }
  return trainer;
}

/** The batches of one pass; a last one of less than half the size is left out. */
function* drawBatches(parts: {
  corpus: PairCorpus;
  config: TrainingConfig;
  options: ViewOptions;
  random: Random;
}): Generator<TrainingPair[]> {
  const { corpus, config, options, random } = parts;
  let batch: TrainingPair[] = [];
  for (const entry of planEpoch(corpus, config, random)) {
    const pair = drawPlanned(corpus, entry, options, random);
    if (pair) batch.push(pair);
    if (batch.length < config.batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length * 2 >= config.batchSize) yield batch;
}
