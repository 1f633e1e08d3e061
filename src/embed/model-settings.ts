import { join } from 'node:path';
import { z } from 'zod';
import { type ModelFolder, type ModelRequest, readModelJson } from './model-folder.js';
import { DEFAULT_TRAITS, knownTraits, type ModelTraits } from './model-registry.js';

const PoolingFile = z.object({
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_lasttoken: z.boolean().optional(),
});
const PromptFile = z.object({ prompts: z.record(z.string(), z.string()).nullish() });
const LengthFile = z.object({ max_seq_length: z.number().int().positive().nullish() });
const ConfigFile = z.object({
  model_type: z.string().optional(),
  max_position_embeddings: z.number().int().positive().nullish(),
});
const TokenizerConfigFile = z.object({ model_max_length: z.number().positive().nullish() });

/** Models whose first positions are taken by padding: RoBERTa's 514 positions hold 512 tokens. */
const OFFSET_POSITIONS: ReadonlySet<string> = new Set(['roberta', 'xlm-roberta', 'camembert', 'mpnet']);

/**
 * How a model is to be used: as the registry says, else as the Sentence-Transformers files beside it say, else mean pooling
 * without prefixes. Its length is never more than its tokenizer and its positions allow.
 * @throws QuarryError MODEL_UNAVAILABLE when a file is broken
 */
export async function readModelSettings(folder: ModelFolder, request: ModelRequest): Promise<ModelTraits> {
  const traits = knownTraits(folder.name) ?? (await describedTraits(folder, request));
  return { ...traits, maxTokens: Math.min(traits.maxTokens, await lengthLimit(folder, request)) };
}

/** Most tokens, special ones included, that a model's files allow. */
export async function lengthLimit(folder: ModelFolder, request: ModelRequest): Promise<number> {
  const config = await readModelJson(join(folder.path, 'config.json'), ConfigFile, request);
  const tokenizer = await readModelJson(join(folder.path, 'tokenizer_config.json'), TokenizerConfigFile, request);
  const offset = OFFSET_POSITIONS.has(config?.model_type ?? '') ? 2 : 0;
  const positions = (config?.max_position_embeddings ?? Number.POSITIVE_INFINITY) - offset;
  return Math.min(positions, tokenizer?.model_max_length ?? Number.POSITIVE_INFINITY);
}

async function describedTraits(folder: ModelFolder, request: ModelRequest): Promise<ModelTraits> {
  const read = <T>(file: string, schema: z.ZodType<T>) => readModelJson(join(folder.path, file), schema, request);
  const pooling = await read('1_Pooling/config.json', PoolingFile);
  const prompts = (await read('config_sentence_transformers.json', PromptFile))?.prompts ?? {};
  const length = (await read('sentence_bert_config.json', LengthFile))?.max_seq_length ?? DEFAULT_TRAITS.maxTokens;
  return {
    pooling: pooling?.pooling_mode_cls_token ? 'cls' : pooling?.pooling_mode_lasttoken ? 'last' : 'mean',
    queryPrefix: prompts['query'] ?? '',
    documentPrefix: prompts['document'] ?? prompts['passage'] ?? prompts['corpus'] ?? '',
    maxTokens: length,
  };
}
