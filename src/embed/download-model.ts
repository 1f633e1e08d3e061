import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, QuarryError } from '../core/errors.js';
import { makeFolder } from '../files/make-folder.js';
import { externalFiles } from './external-data.js';

/** Where a model comes from and goes to. */
export interface Download {
  /** Address of the folder that holds the files, with a final slash. */
  readonly base: string;
  /** Local folder; made when missing. */
  readonly folder: string;
  /** Weights under `onnx/`, of which the first that exists is taken. */
  readonly weights: readonly string[];
}

/** Files that say how to pool, prefix and cut, where the authors give them. */
const OPTIONAL_FILES = [
  'tokenizer_config.json',
  '1_Pooling/config.json',
  'config_sentence_transformers.json',
  'modules.json',
  'sentence_bert_config.json',
];

/**
 * Downloads a model. `config.json` comes last and marks the folder as whole: an interrupted download is begun again.
 * @throws QuarryError FETCH_FAILED naming what could not be had
 */
export async function downloadModel({ base, folder, weights }: Download): Promise<void> {
  await need(base, folder, 'tokenizer.json');
  let found = false;
  for (const file of weights) {
    found = await fetchFile(base, folder, `onnx/${file}`);
    if (!found) continue;
    for (const other of await externalFiles(join(folder, 'onnx', file))) await need(base, folder, `onnx/${other}`);
    break;
  }
  if (!found) throw new QuarryError('FETCH_FAILED', `${base} has no onnx/${weights.join(' or onnx/')}`);
  for (const file of OPTIONAL_FILES) await fetchFile(base, folder, file);
  await need(base, folder, 'config.json');
}

async function need(base: string, folder: string, file: string): Promise<void> {
  if (!(await fetchFile(base, folder, file))) throw new QuarryError('FETCH_FAILED', `${base} has no ${file}`);
}

/** Resolves to false where there is no such file. A file appears whole or not at all. */
async function fetchFile(base: string, folder: string, file: string): Promise<boolean> {
  const url = base + file;
  const response = await fetch(url, { redirect: 'follow' }).catch((error: unknown) => {
    throw new QuarryError('FETCH_FAILED', `${url} cannot be reached (${messageOf(error)})`, { cause: error });
  });
  // A repository that does not exist, or is private, answers 401.
  if (response.status === 404 || response.status === 401) {
    await response.body?.cancel();
    return false;
  }
  if (!response.ok || !response.body) throw new QuarryError('FETCH_FAILED', `${url} answered ${response.status}`);
  const target = join(folder, file);
  const partial = `${target}.${process.pid}.part`;
  await makeFolder(dirname(target));
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(partial));
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true });
    throw new QuarryError('FETCH_FAILED', `${url} broke off (${messageOf(error)})`, { cause: error });
  }
  return true;
}
