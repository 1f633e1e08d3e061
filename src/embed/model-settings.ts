import { join } from 'node:path';
import { z } from 'zod';
import { type ModelFolder, type ModelRequest, readModelJson, unavailable } from './model-folder.js';
import { DEFAULT_TRAITS, knownTraits, type ModelTraits } from './model-registry.js';

/** Both layouts of `1_Pooling/config.json`: one flag per mode, or the mode's name. */
const PoolingFile = z.object({
  pooling_mode: z.union([z.string(), z.array(z.string())]).optional(),
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_lasttoken: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
});
const ModulesFile = z.array(z.object({ type: z.string() }));
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
  const prompts = (await read('config_sentence_transformers.json', PromptFile))?.prompts ?? {};
  const length = (await read('sentence_bert_config.json', LengthFile))?.max_seq_length ?? DEFAULT_TRAITS.maxTokens;
  // A projection behind the pooling is no matter of this program: only the graph itself can hold it.
  const isProjected = (await read('modules.json', ModulesFile))?.some(({ type }) => type.endsWith('.Dense')) ?? false;
  const pooling = isProjected ? 'none' : poolingOf(await read('1_Pooling/config.json', PoolingFile));
  if (!pooling) throw unavailable(request, 'it pools its tokens in a way other than mean, first or last');
  return {
    pooling,
    queryPrefix: prompts['query'] ?? '',
    documentPrefix: prompts['document'] ?? prompts['passage'] ?? prompts['corpus'] ?? '',
    maxTokens: length,
  };
}

/** Undefined for a way of pooling that is not offered. */
function poolingOf(file: z.infer<typeof PoolingFile> | undefined): 'mean' | 'cls' | 'last' | undefined {
  if (!file || file.pooling_mode_mean_tokens || file.pooling_mode === 'mean') return 'mean';
  if (file.pooling_mode_cls_token || file.pooling_mode === 'cls') return 'cls';
  if (file.pooling_mode_lasttoken || file.pooling_mode === 'lasttoken') return 'last';
  return undefined;
}
