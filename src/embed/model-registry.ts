import type { EmbeddingFingerprint } from '../core/types.js';

/** What must be known of a model besides its files for its vectors to be right. */
export interface ModelTraits {
  readonly pooling: EmbeddingFingerprint['pooling'];
  /** Put before every query and every document, a final space included. */
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** Longest input in tokens, special tokens included; what the model was trained for where that is less than it can take. */
  readonly maxTokens: number;
}

interface Family extends Partial<ModelTraits> {
  /** Matched against the model's name without its organisation, in lower case. */
  readonly pattern: RegExp;
}

const SEARCH_INSTRUCTION = 'Represent this sentence for searching relevant passages: ';
const CHINESE_SEARCH_INSTRUCTION = '为这个句子生成表示以用于检索相关文章：';
const WEB_SEARCH_TASK = 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: ';

const PLAIN: ModelTraits = { pooling: 'mean', queryPrefix: '', documentPrefix: '', maxTokens: 512 };

/**
 * Families of embedding models as their authors' model cards describe them. The first match counts; what an entry leaves out is mean
 * pooling, no prefix, 512 tokens. Models with a projection behind their pooling (leaf, EmbeddingGemma) give finished vectors: pooling
 * `none`.
 */
const FAMILIES: readonly Family[] = [
  // Sentence-Transformers' own. The MiniLM limits are what they were trained with.
  { pattern: /^all-minilm-l6/, maxTokens: 256 },
  { pattern: /^all-minilm-l12|^paraphrase-(?:multilingual-)?m/, maxTokens: 128 },
  { pattern: /^all-mpnet/, maxTokens: 384 },
  { pattern: /^multi-qa-.*-dot/, pooling: 'cls' },
  { pattern: /^multi-qa-/ },
  // BAAI
  { pattern: /^bge-m3/, pooling: 'cls', maxTokens: 8192 },
  { pattern: /^bge-.*-zh/, pooling: 'cls', queryPrefix: CHINESE_SEARCH_INSTRUCTION },
  { pattern: /^bge-micro/ },
  { pattern: /^bge-/, pooling: 'cls', queryPrefix: SEARCH_INSTRUCTION },
  // intfloat
  { pattern: /^e5-mistral/, pooling: 'last', queryPrefix: WEB_SEARCH_TASK, maxTokens: 4096 },
  { pattern: /e5-.*instruct/, queryPrefix: WEB_SEARCH_TASK },
  { pattern: /^(?:multilingual-)?e5-/, queryPrefix: 'query: ', documentPrefix: 'passage: ' },
  // Alibaba
  { pattern: /^gte-.*qwen/, pooling: 'last', queryPrefix: WEB_SEARCH_TASK, maxTokens: 8192 },
  { pattern: /^gte-(?:multilingual|modernbert|.*-v1\.5)/, pooling: 'cls', maxTokens: 8192 },
  { pattern: /^gte-/ },
  {
    pattern: /^qwen3-embedding/,
    pooling: 'last',
    queryPrefix: 'Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:',
    maxTokens: 8192,
  },
  // Nomic
  { pattern: /^nomic-embed-text-v2/, queryPrefix: 'search_query: ', documentPrefix: 'search_document: ' },
  {
    pattern: /^nomic-embed-text|^modernbert-embed/,
    queryPrefix: 'search_query: ',
    documentPrefix: 'search_document: ',
    maxTokens: 8192,
  },
  // Snowflake
  { pattern: /arctic-embed-.*v2/, pooling: 'cls', queryPrefix: 'query: ', maxTokens: 8192 },
  { pattern: /arctic-embed-m-long/, pooling: 'cls', queryPrefix: SEARCH_INSTRUCTION, maxTokens: 2048 },
  { pattern: /arctic-embed/, pooling: 'cls', queryPrefix: SEARCH_INSTRUCTION },
  // Jina
  { pattern: /^jina-embeddings-v2/, maxTokens: 8192 },
  // Mixedbread
  { pattern: /^mxbai-embed-xsmall/, maxTokens: 4096 },
  { pattern: /^(?:deepset-)?mxbai-embed-de/, queryPrefix: 'query: ', documentPrefix: 'passage: ' },
  { pattern: /^mxbai-embed/, pooling: 'cls', queryPrefix: SEARCH_INSTRUCTION },
  // MongoDB
  { pattern: /^mdbr-leaf/, pooling: 'none', queryPrefix: SEARCH_INSTRUCTION },
  // Google
  {
    pattern: /^embeddinggemma/,
    pooling: 'none',
    queryPrefix: 'task: search result | query: ',
    documentPrefix: 'title: none | text: ',
    maxTokens: 2048,
  },
  // IBM
  { pattern: /^granite-embedding-.*r2/, pooling: 'cls', maxTokens: 8192 },
  { pattern: /^granite-embedding/, pooling: 'cls' },
];

/** The traits of a model of a known family, by its name or folder; undefined for any other. */
export function knownTraits(model: string): ModelTraits | undefined {
  const name =
    model
      .split(/[\\/]/)
      .filter((part) => part !== '')
      .at(-1)
      ?.toLowerCase() ?? '';
  const family = FAMILIES.find(({ pattern }) => pattern.test(name));
  if (!family) return undefined;
  const { pattern: _, ...traits } = family;
  return { ...PLAIN, ...traits };
}

/** What is assumed of a model of which nothing is known. */
export const DEFAULT_TRAITS: ModelTraits = PLAIN;
