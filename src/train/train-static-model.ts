import { createTokenizer } from '../core/static-model/tokenizer.js';
import { buildTokenizerJson } from '../core/static-model/tokenizer-format.js';
import { countRawWords, foldCounts, learnCompounds } from '../core/training/count-words.js';
import { PairCorpus } from '../core/training/pair-corpus.js';
import { turnToPrincipalAxes } from '../core/training/principal-axes.js';
import { quantizeRows } from '../core/training/quantize.js';
import { trainerLength } from '../core/training/static-trainer.js';
import type { TrainingConfig } from '../core/training/training-config.js';
import { learnVocabulary } from '../core/training/vocabulary.js';
import { createKernels } from '../core/training/wasm-kernels.js';
import { fitTable, type PreparedCorpus, type ReportProgress, throwIfAborted } from './fit-table.js';
import { writeModelFolder } from './model-folder.js';
import { createOnnxEngine } from './onnx-engine.js';
import { readRecords } from './record-file.js';

const RECORDS_PER_REPORT = 20_000;

/**
 * Reads a corpus twice: once to learn the vocabulary, once to turn it into token ids. Never holds it as text.
 *
 * @throws QuarryError DATASET_INVALID at the first broken line, CANCELLED.
 */
export async function prepareCorpus(
  file: string,
  config: TrainingConfig,
  report: ReportProgress,
  signal?: AbortSignal,
): Promise<PreparedCorpus> {
  const rawCounts = new Map<string, number>();
  let done = 0;
  for await (const record of readRecords(file)) {
    for (const text of [...record.anchors, record.text]) countRawWords(text, rawCounts);
    if (++done % RECORDS_PER_REPORT !== 0) continue;
    throwIfAborted(signal);
    report({ stage: 'vocabulary', done, total: 0 });
  }
  const compounds = learnCompounds(rawCounts, {
    minimumCount: config.minimumCompoundCount,
    limit: config.compounds,
  });
  const vocabulary = learnVocabulary(foldCounts(rawCounts, compounds), {
    size: config.vocabularySize,
    continuations: config.continuations,
    minimumCount: config.minimumWordCount,
  });
  rawCounts.clear();
  return encodeCorpus(file, buildTokenizerJson(vocabulary, compounds), report, signal);
}

/** Reads a corpus once and turns it into token ids of a tokenizer that is given. */
export async function encodeCorpus(
  file: string,
  tokenizerJson: unknown,
  report: ReportProgress,
  signal?: AbortSignal,
): Promise<PreparedCorpus> {
  const tokenizer = createTokenizer(tokenizerJson);
  const corpus = new PairCorpus();
  for await (const record of readRecords(file)) {
    corpus.add(record, tokenizer.encode);
    if (corpus.size % RECORDS_PER_REPORT !== 0) continue;
    throwIfAborted(signal);
    report({ stage: 'corpus', done: corpus.size, total: 0 });
  }
  return { corpus, tokenizerJson, tokenCounts: corpus.countTokens(tokenizer.vocabularySize) };
}

/** What {@link trainStaticModel} needs. */
export interface TrainingRequest {
  /** JSONL file of records, gzip when its name ends in .gz. */
  readonly corpusFile: string;
  /** Folder to write the model to. */
  readonly outputFolder: string;
  readonly config: TrainingConfig;
  /** Threads of the matrix products; the result does not depend on it. Default 2. */
  readonly threads?: number;
  /** File to save progress in every minute, and to resume from. */
  readonly checkpointFile?: string;
  readonly report?: ReportProgress;
  readonly signal?: AbortSignal;
}

/** What a training leaves besides the model. */
export interface TrainingSummary {
  readonly records: number;
  readonly tokens: number;
  readonly steps: number;
  /** Names of the sources in the corpus, in order of appearance. */
  readonly sources: readonly string[];
}

/**
 * Trains a static embedding model from scratch and writes it as a folder that transformers.js loads.
 *
 * @throws QuarryError DATASET_INVALID, TRAINING_INVALID, CANCELLED.
 */
export async function trainStaticModel(request: TrainingRequest): Promise<TrainingSummary> {
  const { config, signal, report = () => undefined } = request;
  const prepared = await prepareCorpus(request.corpusFile, config, report, signal);
  const engine = createOnnxEngine(request.threads ?? 2);
  try {
    const kernels = createKernels(
      config.dimensions,
      trainerLength(prepared.tokenCounts.length, config, prepared.corpus.mostNegatives),
    );
    const trainer = await fitTable(prepared, {
      config,
      engine,
      kernels,
      report,
      signal,
      checkpoint: request.checkpointFile,
    });
    turnToPrincipalAxes(trainer.state.table, config.dimensions, prepared.tokenCounts);
    await writeModelFolder(request.outputFolder, {
      tokenizerJson: prepared.tokenizerJson,
      weights: quantizeRows(trainer.state.table, config.dimensions, config.bits),
    });
    const { size, tokenCount, sources } = prepared.corpus;
    return { records: size, tokens: tokenCount, steps: trainer.step, sources };
  } finally {
    await engine.close();
  }
}
