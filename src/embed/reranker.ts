import type { QuarryError } from '../core/errors.js';
import type { Reranker } from '../core/ports.js';
import { createInference, signalForMany } from './inference.js';
import { findModel, type ModelRequest, unavailable, unusable } from './model-folder.js';
import { lengthLimit } from './model-settings.js';
import { modelThreads } from './model-threads.js';
import { loadTokenizer } from './model-tokenizer.js';

/** Which cross-encoder to open, and how. */
export interface RerankerOptions {
  /** A name such as `Xenova/ms-marco-MiniLM-L-6-v2`, or a local folder. */
  readonly model: string;
  /** Kind of weights; empty or absent for the best that is there. */
  readonly dtype?: string;
  /** Folder of downloaded models, laid out as `<org>/<name>/`. */
  readonly cacheDir: string;
  readonly allowRemote: boolean;
  /** Host that names are looked up on; default the Hugging Face hub. */
  readonly remoteHost?: string;
  /** 0 chooses by the number of cores. */
  readonly threads: number;
}

/** What a query keeps in tokens, at least, where it and the passage do not fit together; a longer one may not take the passage's place. */
const QUERY_TOKENS = 64;
/** Characters of a query or a passage that are looked at. */
const LONGEST_TEXT = 20_000;
/** Longest pair in tokens, whatever the model could take: time grows faster than length. */
const PAIR_TOKENS = 512;

/**
 * Opens a cross-encoder in a process of its own. Pairs take 512 tokens or the model's limit; only where a query and a passage
 * exceed that together, the query is cut to what the passage leaves, but not below 64 tokens, and then the passage.
 * @throws QuarryError MODEL_UNAVAILABLE saying how to get the model
 */
export async function openReranker(options: RerankerOptions): Promise<Reranker> {
  const request: ModelRequest = { ...options, dtype: options.dtype ?? '', setting: 'QUARRY_RERANKER' };
  const folder = await findModel(request);
  const tokenizer = await loadTokenizer(folder, request);
  const room = Math.min(PAIR_TOKENS, await lengthLimit(folder, request)) - tokenizer.pairSpecialTokens;
  const count = (text: string): number => tokenizer.count(text.slice(0, LONGEST_TEXT));
  const fail = (reason: string): QuarryError => unavailable(request, reason);
  const inference = createInference(
    {
      task: 'score',
      folder: folder.path,
      dtype: folder.dtype,
      pooling: 'none',
      threads: modelThreads(options.threads),
    },
    fail,
  );
  const rerank: Reranker['rerank'] = (query, passages, callersSignal) => {
    const signal = signalForMany(callersSignal);
    const queryTokens = count(query);
    const score = async (passage: string): Promise<number> => {
      const input = tokenizer.encodePair(query, passage, shareRoom(room, queryTokens, count(passage)));
      return scoreOf(await inference.run(input, { urgent: true, signal }), fail);
    };
    return Promise.all(passages.map(score));
  };
  try {
    await rerank('a', ['b']);
  } catch (error) {
    await inference.close();
    throw unusable(error, request);
  }
  return { model: folder.name, rerank, close: () => inference.close() };
}

/** Tokens of a pair's room for each side: all that both have where they fit together. */
export function shareRoom(room: number, query: number, passage: number): { query: number; passage: number } {
  const least = Math.min(QUERY_TOKENS, Math.floor(room / 2));
  const taken = Math.min(query, Math.max(least, room - passage));
  return { query: taken, passage: room - taken };
}

/** Relevance 0..1: the sigmoid of a single logit, or the share of the second of two classes, which comes to the same. */
function scoreOf(logits: Float32Array, fail: (reason: string) => QuarryError): number {
  const [first = 0, second] = logits;
  if (logits.length > 2 || !Number.isFinite(first)) throw fail('it is no cross-encoder with one score for a pair');
  const logit = second === undefined ? first : second - first;
  return 1 / (1 + Math.exp(-logit));
}
