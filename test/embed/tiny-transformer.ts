import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bytesOf,
  ELEMENT,
  field,
  integer,
  message,
  model,
  node,
  tensor,
  text,
  value,
} from '../../src/core/static-model/onnx-format.js';

/** A BERT-shaped model of a few kilobytes, written from scratch, with all its weights at hand. */
export interface TinyTransformer {
  readonly dimensions: number;
  /** Longest input in tokens, special ones included. */
  readonly maxTokens: number;
  /** Ids of a text of lower-case words from the vocabulary, `[CLS]` and `[SEP]` included. */
  ids(words: string): number[];
  /** The model's output for one token of one segment. */
  row(id: number, type: number): number[];
  /** Weights of the score head. */
  readonly head: readonly number[];
}

const DIMENSIONS = 8;
const MAX_TOKENS = 16;
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
const WORDS =
  'query passage search document : a b c d e f g h i j k l m one two three four five six seven eight nine ten'.split(
    ' ',
  );
const VOCABULARY = [...SPECIAL, ...WORDS];
const CLS = 2;
const SEP = 3;

/** Writes the model into a folder, laid out as transformers.js wants it. `kind` says what its graph gives; `spread` is `hidden` with its weights in two files beside it. */
export async function writeTinyTransformer(
  folder: string,
  kind: 'hidden' | 'sentence' | 'score' | 'zero' | 'spread',
): Promise<TinyTransformer> {
  const table = numbers(VOCABULARY.length * DIMENSIONS, kind === 'zero' ? 0 : 1, 7);
  const segments = numbers(2 * DIMENSIONS, kind === 'zero' ? 0 : 1, 11);
  const head = numbers(DIMENSIONS, 3, 13);
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx', 'model_quantized.onnx'), graphOf(kind, { table, segments, head }));
  if (kind === 'spread') {
    await writeFile(join(folder, 'onnx', 'table.bin'), bytesOf(table));
    await writeFile(join(folder, 'onnx', 'segments.bin'), bytesOf(segments));
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config(kind)));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson()));
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'BertTokenizer', model_max_length: MAX_TOKENS, do_lower_case: true }),
  );
  const at = (array: Float32Array, row: number): number[] => [
    ...array.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS),
  ];
  return {
    dimensions: DIMENSIONS,
    maxTokens: MAX_TOKENS,
    ids: (words) => [
      CLS,
      ...words
        .split(' ')
        .filter(Boolean)
        .map((word) => VOCABULARY.indexOf(word)),
      SEP,
    ],
    row: (id, type) => at(table, id).map((entry, place) => entry + (at(segments, type)[place] ?? 0)),
    head: [...head],
  };
}

function config(kind: string): Record<string, unknown> {
  const architecture = kind === 'score' ? 'BertForSequenceClassification' : 'BertModel';
  return {
    model_type: 'bert',
    architectures: [architecture],
    hidden_size: DIMENSIONS,
    max_position_embeddings: MAX_TOKENS,
  };
}

/** Reproducible numbers between -scale and scale. */
function numbers(count: number, scale: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return scale * ((2 * state) / 2147483647 - 1);
  });
}

function graphOf(
  kind: string,
  weights: { table: Float32Array; segments: Float32Array; head: Float32Array },
): Uint8Array {
  const rows = weights.table.length / DIMENSIONS;
  const meanOverTokens = message(text(1, 'axes'), integer(8, 1), integer(20, 7));
  const dropAxis = message(text(1, 'keepdims'), integer(3, 0), integer(20, 2));
  const mean = (input: string, output: string): Uint8Array =>
    message(
      text(1, input),
      text(2, output),
      text(3, output),
      text(4, 'ReduceMean'),
      field(5, meanOverTokens),
      field(5, dropAxis),
    );
  const hidden = ['hidden', 'zero', 'spread'].includes(kind) ? 'last_hidden_state' : 'hidden';
  const nodes = [
    node('Gather', ['table', 'input_ids'], 'words'),
    node('Gather', ['segments', 'token_type_ids'], 'types'),
    node('Add', ['words', 'types'], hidden),
  ];
  if (kind === 'sentence') nodes.push(mean('hidden', 'sentence_embedding'));
  if (kind === 'score') nodes.push(node('MatMul', ['hidden', 'head'], 'scores'), mean('scores', 'logits'));
  const output =
    kind === 'score'
      ? value('logits', ELEMENT.float, ['batch', 1])
      : kind === 'sentence'
        ? value('sentence_embedding', ELEMENT.float, ['batch', DIMENSIONS])
        : value('last_hidden_state', ELEMENT.float, ['batch', 'tokens', DIMENSIONS]);
  const weightsOf = (name: string, count: number, entries: Float32Array): Uint8Array =>
    kind === 'spread'
      ? tensorBeside(name, [count, DIMENSIONS])
      : tensor(name, ELEMENT.float, [count, DIMENSIONS], bytesOf(entries));
  const inputs = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
    field(11, value(name, ELEMENT.int64, ['batch', 'tokens'])),
  );
  return model(
    message(
      ...nodes.map((each) => field(1, each)),
      text(2, 'tiny'),
      field(5, weightsOf('table', rows, weights.table)),
      field(5, weightsOf('segments', 2, weights.segments)),
      ...(kind === 'score' ? [field(5, tensor('head', ELEMENT.float, [DIMENSIONS, 1], bytesOf(weights.head)))] : []),
      ...inputs,
      field(12, output),
    ),
  );
}

/** A tensor whose numbers stand in a file of its name. */
function tensorBeside(name: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.map((size) => integer(1, size));
  const location = field(13, message(text(1, 'location'), text(2, `${name}.bin`)));
  return message(...sizes, integer(2, ELEMENT.float), text(8, name), location, integer(14, 1));
}

function tokenizerJson(): Record<string, unknown> {
  const special = (content: string) => ({
    id: VOCABULARY.indexOf(content),
    content,
    special: true,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
  });
  const token = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map(special),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [token('[CLS]', 0), sequence('A', 0), token('[SEP]', 0)],
      pair: [token('[CLS]', 0), sequence('A', 0), token('[SEP]', 0), sequence('B', 1), token('[SEP]', 1)],
      special_tokens: Object.fromEntries(
        ['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [VOCABULARY.indexOf(id)], tokens: [id] }]),
      ),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(VOCABULARY.map((word, id) => [word, id])),
    },
  };
}
