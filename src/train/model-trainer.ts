import { mkdtemp, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { QuarryError, systemCode, toQuarryError } from '../core/errors.js';
import type { TrainingRecord } from '../core/training/pair-corpus.js';
import type { ModelTrainer, Workshop, WorkshopOrder } from '../core/training/trainer-port.js';
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
async function prepare(output: string, { overwrite, isSole = false }: WorkshopOrder): Promise<Workshop> {
  const made: string[] = [];
  try {
    await requireFree(output, overwrite);
    await makeFolder(dirname(output), { onMade: (folder) => made.push(folder) });
    if (isSole) await removeLeftBehind(output);
    const folder = await mkdtemp(`${output}${WORKSHOP}`);
    return {
      folder,
      keep: (model) => putInPlace(model, output, join(folder, 'earlier')),
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

/** What stands between the name of the wanted folder and what tells workshops apart. */
const WORKSHOP = '.training-';

/** Removes the workshops of killed processes. */
async function removeLeftBehind(output: string): Promise<void> {
  for (const name of (await namesIn(dirname(output))) ?? [])
    if (name.startsWith(`${basename(output)}${WORKSHOP}`))
      await rm(join(dirname(output), name), { recursive: true, force: true });
}

/** What a model's folder holds; anything else there is somebody's own. */
const MODEL_FILES: readonly string[] = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx'];

/** Only nothing, an empty folder, or (when asked) an earlier model may stand in the way. */
async function requireFree(output: string, overwrite: boolean): Promise<void> {
  const names = await namesIn(output);
  if (names === undefined || names.length === 0) return;
  const isModel = names.every((name) => MODEL_FILES.includes(name));
  if (isModel && overwrite) return;
  throw new QuarryError('ALREADY_EXISTS', `${JSON.stringify(output)} is there already.`, {
    hint: isModel
      ? 'Name another folder, or replace the earlier model with overwrite and confirm.'
      : 'It is no model, so it is not replaced. Name a folder that is not there.',
  });
}

/** Names in a folder; undefined when nothing is there, the path's own when it is a file. */
async function namesIn(output: string): Promise<string[] | undefined> {
  try {
    return await readdir(output);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (systemCode(error) === 'ENOTDIR') return [output];
    throw error;
  }
}

/** An earlier model goes where the workshop is removed with. */
async function putInPlace(model: string, output: string, earlier: string): Promise<void> {
  if (((await namesIn(output)) ?? []).length > 0) await rename(output, earlier);
  await rename(model, output);
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
