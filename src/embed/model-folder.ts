import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import type { z } from 'zod';
import { messageOf, QuarryError } from '../core/errors.js';
import { downloadModel } from './download-model.js';
import { externalFiles } from './external-data.js';
import { type ModelSetting, modelUnavailable } from './model-unavailable.js';

/** Which model is wanted, and where it may come from. */
export interface ModelRequest {
  /** A name such as `Xenova/bge-small-en-v1.5`, or a local folder. */
  readonly model: string;
  readonly setting: ModelSetting;
  /** Weights wanted; empty for the best that is there. */
  readonly dtype: string;
  /** Folder of downloaded models, laid out as `<org>/<name>/`. */
  readonly cacheDir: string;
  readonly allowRemote: boolean;
  /** Host that names are looked up on; default the Hugging Face hub. */
  readonly remoteHost?: string | undefined;
  /** Whether a name is looked up in the cache alone, and not in the folder that the process was started in. */
  readonly isCacheOnly?: boolean | undefined;
}

/** A model whose files are on this machine. */
export interface ModelFolder {
  readonly path: string;
  /** Its name for fingerprints: as it was asked for, or the folder's own name. */
  readonly name: string;
  readonly dtype: string;
  /** sha256 (hex) of the weights: of the graph and of every file that it names. */
  readonly revision: string;
}

/** File name of each kind of weights under `onnx/`, in the order of preference on a CPU. */
const WEIGHTS: Readonly<Record<string, string>> = {
  q8: 'model_quantized.onnx',
  int8: 'model_int8.onnx',
  uint8: 'model_uint8.onnx',
  fp32: 'model.onnx',
  fp16: 'model_fp16.onnx',
  q4: 'model_q4.onnx',
  q4f16: 'model_q4f16.onnx',
  bnb4: 'model_bnb4.onnx',
};

/** Names of repositories: one organisation at most, and nothing that could leave the cache. */
const MODEL_NAME = /^(?!\.)[\w.-]+(?:\/(?!\.)[\w.-]+)?$/;

/** Whether the text can be the name of a model: `name` or `org/name`. */
export function isModelName(model: string): boolean {
  return MODEL_NAME.test(model);
}

/**
 * Finds a model on this machine, or downloads it into the cache where that is allowed.
 * @throws QuarryError MODEL_UNAVAILABLE
 */
export async function findModel(request: ModelRequest): Promise<ModelFolder> {
  const { model, dtype } = request;
  if (dtype !== '' && !Object.hasOwn(WEIGHTS, dtype)) {
    throw unavailable(request, `${JSON.stringify(dtype)} is no kind of weights (${Object.keys(WEIGHTS).join(', ')})`);
  }
  const path = localFolder(request) ?? (await remoteFolder(request));
  const kinds = (dtype === '' ? Object.keys(WEIGHTS) : [dtype]).filter((kind) => existsSync(weightsPath(path, kind)));
  const [kind] = kinds;
  if (kind === undefined) throw unavailable(request, `${path} has no ${missingWeights(path, dtype)}`);
  if (!existsSync(join(path, 'tokenizer.json'))) throw unavailable(request, `${path} has no tokenizer.json`);
  const isNamed = isModelName(model) && path === resolve(request.cacheDir, model);
  const revision = await hashWeights(weightsPath(path, kind), request);
  return { path, name: isNamed ? model : basename(path), dtype: kind, revision };
}

/** The folder of a model that is here; undefined when it is not. */
export function localFolder(request: Pick<ModelRequest, 'model' | 'cacheDir' | 'isCacheOnly'>): string | undefined {
  const { model, cacheDir, isCacheOnly = false } = request;
  const here = isCacheOnly && isModelName(model) ? [] : [resolve(model)];
  const candidates = isModelName(model) ? [...here, resolve(cacheDir, model)] : here;
  return candidates.find((folder) => existsSync(join(folder, 'config.json')));
}

async function remoteFolder(request: ModelRequest): Promise<string> {
  const { model, cacheDir, dtype } = request;
  const isPath = isAbsolute(model) || model.startsWith('.') || (sep === '\\' && model.includes(sep));
  if (isPath || !isModelName(model)) throw unavailable(request, 'there is no such folder with a config.json in it');
  if (!request.allowRemote) throw unavailable(request, 'it is not on this machine and downloads are not allowed');
  const weights = dtype === '' ? [WEIGHTS['q8'], WEIGHTS['fp32']] : [WEIGHTS[dtype]];
  const folder = resolve(cacheDir, model);
  try {
    await downloadModel({
      base: `${request.remoteHost ?? 'https://huggingface.co'}/${model}/resolve/main/`,
      folder,
      weights: weights.filter((file) => file !== undefined),
    });
  } catch (error) {
    throw unavailable(request, error instanceof Error ? error.message : 'the download failed', error);
  }
  return folder;
}

function weightsPath(folder: string, kind: string): string {
  return join(folder, 'onnx', WEIGHTS[kind] ?? '');
}

function missingWeights(folder: string, dtype: string): string {
  if (dtype === '') return 'weights: onnx/model_quantized.onnx is missing';
  const others = Object.keys(WEIGHTS).filter((kind) => existsSync(weightsPath(folder, kind)));
  return `onnx/${WEIGHTS[dtype]} (it has ${others.join(', ') || 'no weights at all'})`;
}

async function hashWeights(graph: string, request: ModelRequest): Promise<string> {
  const others = await externalFiles(graph).catch((error: unknown) => {
    throw unavailable(request, `${graph} cannot be read: ${messageOf(error)}`, error);
  });
  const hash = createHash('sha256');
  for (const file of [graph, ...others.map((name) => join(dirname(graph), name))]) {
    if (!existsSync(file)) throw unavailable(request, `${graph} names weights in ${basename(file)}, which is missing`);
    // Where one of several files ends must count too.
    if (others.length > 1) hash.update(`${basename(file)} ${(await stat(file)).size}\n`);
    for await (const bytes of createReadStream(file)) hash.update(bytes);
  }
  return hash.digest('hex');
}

/** Reads a JSON file of a model; undefined when it is absent. @throws QuarryError MODEL_UNAVAILABLE when it is broken */
export async function readModelJson<T>(
  file: string,
  schema: z.ZodType<T>,
  request: ModelRequest,
): Promise<T | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw unavailable(request, `${file} is broken`, error);
  }
}

/** The error about this model. */
export function unavailable(request: ModelRequest, reason: string, cause?: unknown) {
  const { model, setting, cacheDir } = request;
  return modelUnavailable({ model, setting, cacheDir, reason, cause });
}

/** The error about a model that failed on its first input: as it stands it cannot be used at all. */
export function unusable(error: unknown, request: ModelRequest): unknown {
  const isItsFault = error instanceof QuarryError && error.code === 'EMBEDDING_FAILED';
  return isItsFault ? unavailable(request, `it fails on a first input (${error.message})`, error) : error;
}
