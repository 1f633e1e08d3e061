import { QuarryError } from '../core/errors.js';

/** Which setting named the model. */
export type ModelSetting = 'QUARRY_MODEL' | 'QUARRY_RERANKER';

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
  const without =
    setting === 'QUARRY_MODEL'
      ? 'unset QUARRY_MODEL to use the bundled model'
      : 'unset QUARRY_RERANKER to search without one';
  return new QuarryError('MODEL_UNAVAILABLE', `The model ${JSON.stringify(model)} cannot be used: ${reason}.`, {
    hint:
      `Either set QUARRY_ALLOW_REMOTE_MODELS=true and be online, so that it is downloaded once; or copy config.json, tokenizer.json, ` +
      `tokenizer_config.json and onnx/model_quantized.onnx into ${cacheDir}/<organisation>/<name>/ (QUARRY_MODEL_CACHE names ` +
      `another folder); or set ${setting} to a folder with those files; or ${without}.`,
    details: { model, setting, cacheDir },
    cause,
  });
}
