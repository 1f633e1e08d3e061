import { createTokenizer } from '../core/static-model/tokenizer.js';
import { countRawWords } from '../core/training/count-words.js';
import { extendVocabulary } from '../core/training/extend-vocabulary.js';
import { PairCorpus, type TrainingRecord } from '../core/training/pair-corpus.js';
import { dequantizeRows, quantizeRows } from '../core/training/quantize.js';
import { trainerLength } from '../core/training/static-trainer.js';
import { trainingConfigSchema } from '../core/training/training-config.js';
import { createKernels } from '../core/training/wasm-kernels.js';
import { fitTable, type ReportProgress } from './fit-table.js';
import { type ModelFolder, readModelFolder, writeModelFolder } from './model-folder.js';
import { createOnnxEngine } from './onnx-engine.js';

/** How a model is adapted; every value has a default that suits a hundred to ten thousand pairs. */
export interface FineTuningOptions {
  /** Seed of everything random. */
  readonly seed?: number;
  /** Passes over the pairs. Default: as many as give about 300 steps, 3 at least, 30 at most. */
  readonly epochs?: number;
  /** Highest step size. Default .002. */
  readonly learningRate?: number;
  /** How strongly rows are pulled back to where they started, 0 for not at all. Default 5. */
  readonly pull?: number;
  /** Pairs in a batch, at most. Default 512. */
  readonly batchSize?: number;
  /** At most this many new words get rows of their own. Default 2,000. */
  readonly newWords?: number;
}

/** What {@link fineTuneStaticModel} needs. */
export interface FineTuningRequest {
  /** Folder of the model to start from. */
  readonly modelFolder: string;
  /** Pairs (`kind: 'pair'`, one anchor and a text) or records of the user's own knowledge. */
  readonly records: Iterable<TrainingRecord>;
  /** Folder for the adapted model. */
  readonly outputFolder: string;
  readonly options?: FineTuningOptions;
  /** Threads of the matrix products; the result does not depend on it. Default 2. */
  readonly threads?: number;
  /** File to save progress in every minute, and to resume from. */
  readonly checkpointFile?: string;
  readonly report?: ReportProgress;
  readonly signal?: AbortSignal;
}

/** What a fine-tuning did. */
export interface FineTuningSummary {
  readonly records: number;
  readonly steps: number;
  /** Loss of the last steps, in nats. */
  readonly loss: number;
  /** Words that got rows of their own. */
  readonly addedWords: readonly string[];
}

const AIMED_STEPS = 300;
const MIN_WORD_COUNT = 2;

/**
 * Adapts a static model to new text: rows of its words move, pulled back towards where they were so that what the model
 * knew stays, and words that it had to spell in pieces get rows of their own. The same input gives the same bytes.
 *
 * @throws QuarryError MODEL_UNAVAILABLE, TRAINING_INVALID (fewer than two pairs), CANCELLED.
 */
export async function fineTuneStaticModel(request: FineTuningRequest): Promise<FineTuningSummary> {
  const { options = {}, signal, report = () => undefined } = request;
  const records = [...request.records];
  const start = extendForRecords(await readModelFolder(request.modelFolder), records, options.newWords ?? 2_000);
  const tokenizer = createTokenizer(start.tokenizerJson);
  const corpus = new PairCorpus();
  for (const record of records) corpus.add(record, tokenizer.encode);
  const batchSize = Math.max(2, Math.min(options.batchSize ?? 512, Math.ceil(records.length / 2)));
  const passes = Math.min(30, Math.max(3, Math.round((AIMED_STEPS * batchSize) / Math.max(1, records.length))));
  const config = trainingConfigSchema.parse({
    seed: options.seed ?? 1,
    dimensions: start.dimensions,
    batchSize,
    epochs: options.epochs ?? passes,
    learningRate: options.learningRate ?? 0.002,
    pull: options.pull ?? 5,
    warmUpSteps: 10,
    heldOutShare: 0,
  });
  let loss = 0;
  const follow: ReportProgress = (progress) => {
    loss = progress.loss ?? loss;
    report(progress);
  };
  const prepared = {
    corpus,
    tokenizerJson: start.tokenizerJson,
    tokenCounts: corpus.countTokens(tokenizer.vocabularySize),
  };
  const engine = createOnnxEngine(request.threads ?? 2);
  try {
    const kernels = createKernels(
      config.dimensions,
      trainerLength(tokenizer.vocabularySize, config, corpus.mostNegatives),
    );
    const parts = {
      config,
      engine,
      kernels,
      report: follow,
      signal,
      start: start.table,
      checkpoint: request.checkpointFile,
    };
    const trainer = await fitTable(prepared, parts);
    const weights = quantizeRows(trainer.state.table, config.dimensions, start.bits);
    await writeModelFolder(request.outputFolder, { tokenizerJson: start.tokenizerJson, weights });
    return { records: records.length, steps: trainer.step, loss, addedWords: start.added };
  } finally {
    await engine.close();
  }
}

function extendForRecords(folder: ModelFolder, records: readonly TrainingRecord[], limit: number) {
  const rawCounts = new Map<string, number>();
  for (const record of records) for (const text of [...record.anchors, record.text]) countRawWords(text, rawCounts);
  const { dimensions, bits } = folder.weights;
  const table = dequantizeRows(folder.weights);
  return {
    dimensions,
    bits,
    ...extendVocabulary({
      tokenizerJson: folder.tokenizerJson,
      table,
      dimensions,
      rawCounts,
      minimumCount: MIN_WORD_COUNT,
      limit,
    }),
  };
}
