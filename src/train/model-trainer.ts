import { mkdtemp, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QuarryError, systemCode, toQuarryError } from '../core/errors.js';
import type { TrainingRecord } from '../core/training/pair-corpus.js';
import type { ModelTrainer, Workshop } from '../core/training/trainer-port.js';
import { makeFolder } from '../files/make-folder.js';
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
    prepare,
  };
}

/** The model is renamed into place, so it has to be made on the same disk. */
async function prepare(output: string): Promise<Workshop> {
  const made: string[] = [];
  try {
    if (await isTaken(output)) {
      throw new QuarryError('ALREADY_EXISTS', `${JSON.stringify(output)} is there already.`, {
        hint: 'Give a folder that does not exist, or remove what is in this one.',
      });
    }
    await makeFolder(dirname(output), { onMade: (folder) => made.push(folder) });
    const folder = await mkdtemp(`${output}.training-`);
    return {
      folder,
      keep: (model) => rename(model, output),
      discard: async () => {
        await rm(folder, { recursive: true, force: true });
        await removeEmpty(made);
      },
    };
  } catch (error) {
    await removeEmpty(made);
    if (error instanceof QuarryError) throw error;
    throw new QuarryError('PATH_UNREADABLE', `The folder ${JSON.stringify(output)} cannot be made.`, {
      hint: 'Give one that you may write to.',
      cause: toQuarryError(error),
    });
  }
}

async function isTaken(output: string): Promise<boolean> {
  try {
    return (await readdir(output)).length > 0;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    if (systemCode(error) === 'ENOTDIR') return true;
    throw error;
  }
}

/** The innermost first, up to the first that holds something. */
async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of [...folders].reverse()) {
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      return; // Whatever holds it in use, it is not ours to force.
  }
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
