import { QuarryError } from '../core/errors.js';

/** What named the model: a setting, or the choice that `model use` made for the workspace. */
export type ModelSetting = 'QUARRY_MODEL' | 'QUARRY_RERANKER' | 'model use';

/** How each of them is done without, and how it names a folder. */
const WAYS_OUT: Readonly<Record<ModelSetting, { readonly without: string; readonly folder: string }>> = {
  QUARRY_MODEL: { without: 'unset QUARRY_MODEL to use the bundled model', folder: 'set QUARRY_MODEL to' },
  QUARRY_RERANKER: { without: 'unset QUARRY_RERANKER to search without one', folder: 'set QUARRY_RERANKER to' },
  'model use': { without: 'run `quarry model use bundled`', folder: 'run `quarry model use` with' },
};

/** What the error about a missing or broken model is made of. */
export interface UnavailableModel {
  readonly model: string;
  readonly setting: ModelSetting;
  /** Folder of downloaded models. */
  readonly cacheDir: string;
  /** What is wrong, a clause: `it is not on this machine`. */
  readonly reason: string;
  readonly cause?: unknown;
}

/** The one error about models that cannot be had; its hint says every way to get one. */
export function modelUnavailable({ model, setting, cacheDir, reason, cause }: UnavailableModel): QuarryError {
  const { without, folder } = WAYS_OUT[setting];
  return new QuarryError('MODEL_UNAVAILABLE', `The model ${JSON.stringify(model)} cannot be used: ${reason}.`, {
    hint:
      `Either set QUARRY_ALLOW_REMOTE_MODELS=true and be online, so that it is downloaded once; or copy config.json, tokenizer.json ` +
      `and onnx/model_quantized.onnx into ${cacheDir}/<organisation>/<name>/ (QUARRY_MODEL_CACHE names ` +
      `another folder); or ${folder} a folder with those files; or ${without}.`,
    details: { model, setting, cacheDir },
    cause,
  });
}
