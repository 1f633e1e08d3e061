import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelFolder, type ModelRequest, unavailable } from './model-folder.js';

/** Token ids ready for a model. */
export interface EncodedInput {
  readonly ids: readonly number[];
  /** Segment of each token: 0, or 1 for the passage of a pair where the model tells them apart. */
  readonly types: readonly number[];
}

/** Turns text into ids as the model's own tokenizer does, but cuts long input without losing the special tokens. */
export interface ModelTokenizer {
  /** Tokens of the text itself. */
  count(text: string): number;
  /** At most `limit` ids, special tokens included; the text's end is cut. */
  encode(text: string, limit: number): EncodedInput;
  /** A query with a passage, each cut to its own limit (special tokens not counted). */
  encodePair(
    query: string,
    passage: string,
    limits: { readonly query: number; readonly passage: number },
  ): EncodedInput;
  /** Special tokens around a text, and around and between a pair. */
  readonly specialTokens: number;
  readonly pairSpecialTokens: number;
}

/** Loads a model's tokenizer. @throws QuarryError MODEL_UNAVAILABLE when its files are broken */
export async function loadTokenizer(folder: ModelFolder, request: ModelRequest): Promise<ModelTokenizer> {
  try {
    const { AutoTokenizer, PreTrainedTokenizer, env, LogLevel } = await import('@xenova/transformers');
    env.logLevel = LogLevel.NONE;
    env.allowRemoteModels = false;
    const file = await readFile(join(folder.path, 'tokenizer.json'), 'utf8');
    // tokenizer.json says how to cut text; the other file, which some folders lack, adds only its names and its length.
    const tokenizer = existsSync(join(folder.path, 'tokenizer_config.json'))
      ? await AutoTokenizer.from_pretrained(folder.path, { local_files_only: true })
      : new PreTrainedTokenizer(JSON.parse(file), {});
    const encodeIds = (text: string, textPair?: string): number[] =>
      tokenizer.encode(text, { add_special_tokens: true, ...(textPair === undefined ? {} : { text_pair: textPair }) });
    const bare = (text: string): number[] => (text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }));
    return createModelTokenizer(bare, encodeIds);
  } catch (error) {
    throw unavailable(request, 'its tokenizer cannot be loaded', error);
  }
}

/** No text has longer tokens on average; spares the tokenizing of megabytes of which a few hundred tokens are kept. */
const LONGEST_TOKEN = 200;

/** Words that every vocabulary can write, to find where the special tokens stand. */
const PROBE = ['a', 'b'] as const;

function createModelTokenizer(
  bare: (text: string) => number[],
  withSpecials: (text: string, textPair?: string) => number[],
): ModelTokenizer {
  const [first, second] = PROBE;
  const single = split(withSpecials(first), bare(first));
  const pair = split(withSpecials(first, second), bare(first));
  const passage = split(pair.after, bare(second));
  // BERT's pairs are told apart by types, and only they have exactly one separator between query and passage.
  const passageType = passage.before.length === 1 ? 1 : 0;
  const specialTokens = single.before.length + single.after.length;
  const pairSpecialTokens = pair.before.length + passage.before.length + passage.after.length;
  return {
    specialTokens,
    pairSpecialTokens,
    count: (text) => bare(text).length,
    encode: (text, limit) => {
      const body = bare(text.slice(0, limit * LONGEST_TOKEN)).slice(0, Math.max(0, limit - specialTokens));
      const ids = [...single.before, ...body, ...single.after];
      return { ids, types: ids.map(() => 0) };
    },
    encodePair: (query, text, limits) => {
      const left = [
        ...pair.before,
        ...bare(query.slice(0, limits.query * LONGEST_TOKEN)).slice(0, limits.query),
        ...passage.before,
      ];
      const right = [...bare(text.slice(0, limits.passage * LONGEST_TOKEN)).slice(0, limits.passage), ...passage.after];
      return { ids: [...left, ...right], types: [...left.map(() => 0), ...right.map(() => passageType)] };
    },
  };
}

/** What stands before and behind the first place where `body` occurs; everything before it when it does not. */
function split(
  ids: readonly number[],
  body: readonly number[],
): { before: readonly number[]; after: readonly number[] } {
  for (let at = 0; at + body.length <= ids.length; at++) {
    if (body.every((id, offset) => ids[at + offset] === id)) {
      return { before: ids.slice(0, at), after: ids.slice(at + body.length) };
    }
  }
  return { before: ids, after: [] };
}
