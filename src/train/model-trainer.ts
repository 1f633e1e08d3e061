import { cp, rm, stat } from 'node:fs/promises';
import { QuarryError } from '../core/errors.js';
import type { TrainingRecord } from '../core/training/pair-corpus.js';
import type { ModelTrainer } from '../core/training/trainer-port.js';
import { fineTuneStaticModel } from './fine-tune-static-model.js';
import { readRecords } from './record-file.js';

/** The trainer of static models on this machine's processor. */
export function createModelTrainer(): ModelTrainer {
  return {
    readRecords: readAll,
    fineTune: ({ report, seed, ...order }) =>
      fineTuneStaticModel({
        ...order,
        options: { seed },
        report: ({ done, total, loss }) => report(done, total, loss ?? null),
      }),
    keep: (from, to) => cp(from, to, { recursive: true }),
    discard: (folder) => rm(folder, { recursive: true, force: true }),
  };
}

async function readAll(file: string): Promise<TrainingRecord[]> {
  const found = await stat(file).catch(() => undefined); // Whatever keeps it from being seen, it cannot be read.
  if (found?.isDirectory() === true) {
    throw new QuarryError('PATH_NOT_FOUND', `${JSON.stringify(file)} is a folder, not a file.`, {
      hint: 'Give the file in it: an export has its training rows in data/train.jsonl.',
    });
  }
  if (found?.isFile() !== true) {
    throw new QuarryError('PATH_NOT_FOUND', `There is no file ${JSON.stringify(file)}.`, {
      hint: 'Give a JSONL file of pairs {"anchor", "positive"}, triplets or records; dataset_export writes one.',
    });
  }
  const records: TrainingRecord[] = [];
  for await (const record of readRecords(file)) records.push(record);
  return records;
}
