import type { TrainingRecord } from './pair-corpus.js';

/** A fine-tuning as a service asks for it. */
export interface FineTuneOrder {
  /** Folder of the static model to start from. */
  readonly modelFolder: string;
  readonly outputFolder: string;
  readonly records: readonly TrainingRecord[];
  readonly seed: number;
  /** Called with steps done and planned, and the loss in nats once there is one. */
  report(done: number, total: number, loss: number | null): void;
  readonly signal: AbortSignal;
}

/** What a fine-tuning came to. */
export interface FineTuneOutcome {
  readonly records: number;
  readonly steps: number;
  readonly loss: number;
  /** Words that got rows of their own. */
  readonly addedWords: readonly string[];
}

/** How a workshop is made. */
export interface WorkshopOrder {
  /** Whether an earlier model at the place is replaced when the new one is kept. */
  readonly overwrite: boolean;
  /** Whether nobody else makes a model for this place, so that workshops of killed processes are removed. Default: false. */
  readonly isSole?: boolean;
}

/** A new folder to work in, beside the place where a model is wanted. */
export interface Workshop {
  readonly folder: string;
  /** Puts a finished model folder where it is wanted. */
  keep(model: string): Promise<void>;
  /** Removes the folder, and the folders above it that were made for it and hold nothing. */
  discard(): Promise<void>;
}

/** Fits static models; the adapter runs on onnxruntime. */
export interface ModelTrainer {
  /** Records of a JSONL file, gzip or not. @throws QuarryError PATH_NOT_FOUND, TRAINING_INVALID */
  readRecords(file: string): Promise<TrainingRecord[]>;
  /** @throws QuarryError MODEL_UNAVAILABLE, TRAINING_INVALID, CANCELLED */
  fineTune(order: FineTuneOrder): Promise<FineTuneOutcome>;
  /**
   * @param output folder wanted for the model
   * @throws QuarryError ALREADY_EXISTS (something is there that may not be replaced), PATH_UNREADABLE
   */
  prepare(output: string, order: WorkshopOrder): Promise<Workshop>;
}
