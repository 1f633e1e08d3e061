import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  bytesOf,
  ELEMENT,
  field,
  integer,
  message,
  model,
  tensor,
  text,
  value,
} from '../../src/core/static-model/onnx-format.js';
import { seededNumbers } from './corpus.js';

/** The shape of all-MiniLM-L6-v2; the weights are random, so it serves to measure speed and nothing else. */
const LAYERS = 6;
const HIDDEN = 384;
const HEADS = 12;
const INNER = 1536;
const VOCABULARY = 30_522;
const POSITIONS = 512;

const TokenizerFile = z.looseObject({ model: z.looseObject({ vocab: z.record(z.string(), z.number()) }) });

const ints = (name: string, values: readonly number[]): Uint8Array =>
  message(text(1, name), ...values.map((item) => integer(8, item)), integer(20, 7));
const int = (name: string, item: number): Uint8Array => message(text(1, name), integer(3, item), integer(20, 2));

/** Gathers nodes and constants of a graph; names are made by counting. */
class GraphBuilder {
  readonly nodes: Uint8Array[] = [];
  readonly constants: Uint8Array[] = [];
  readonly #next: () => number;
  #count = 0;

  constructor(seed: number) {
    this.#next = seededNumbers(seed);
  }

  #name(): string {
    this.#count += 1;
    return `t${this.#count}`;
  }

  /** Adds a node and gives the names of its outputs. */
  op(
    operator: string,
    inputs: readonly string[],
    options: { outputs?: number; attributes?: readonly Uint8Array[]; as?: string } = {},
  ): string[] {
    const outputs =
      options.as === undefined ? Array.from({ length: options.outputs ?? 1 }, () => this.#name()) : [options.as];
    const parts = [
      ...inputs.map((input) => text(1, input)),
      ...outputs.map((output) => text(2, output)),
      text(3, outputs[0] ?? ''),
      text(4, operator),
    ];
    this.nodes.push(message(...parts, ...(options.attributes ?? []).map((attribute) => field(5, attribute))));
    return outputs;
  }

  /** Adds a node with one output. */
  one(operator: string, inputs: readonly string[], attributes: readonly Uint8Array[] = []): string {
    return this.op(operator, inputs, { attributes })[0] ?? '';
  }

  floats(values: readonly number[], shape: readonly number[]): string {
    const name = this.#name();
    this.constants.push(tensor(name, ELEMENT.float, shape, bytesOf(Float32Array.from(values))));
    return name;
  }

  longs(values: readonly number[]): string {
    const name = this.#name();
    const raw = new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    this.constants.push(tensor(name, ELEMENT.int64, [values.length], raw));
    return name;
  }

  /** Random 8-bit weights. */
  bytes(shape: readonly [number, number]): string {
    const name = this.#name();
    const raw = Int8Array.from({ length: shape[0] * shape[1] }, () => Math.floor(this.#next() * 255) - 127);
    this.constants.push(tensor(name, ELEMENT.int8, shape, bytesOf(raw)));
    return name;
  }

  /** A dense layer with 8-bit weights and dynamically quantised activations, as `q8` exports have it. */
  linear(input: string, from: number, to: number): string {
    const [quantised = '', scale = '', zero = ''] = this.op('DynamicQuantizeLinear', [input], { outputs: 3 });
    const product = this.one('MatMulInteger', [quantised, this.bytes([from, to]), zero]);
    const factor = this.one('Mul', [scale, this.floats([1 / (127 * Math.sqrt(from))], [1])]);
    const scaled = this.one('Mul', [this.one('Cast', [product], [int('to', ELEMENT.float)]), factor]);
    return this.one('Add', [scaled, this.floats(new Array<number>(to).fill(0.01), [to])]);
  }

  normalise(input: string): string {
    const last = [ints('axes', [2])];
    const centred = this.one('Sub', [input, this.one('ReduceMean', [input], last)]);
    const variance = this.one('ReduceMean', [this.one('Mul', [centred, centred])], last);
    const deviation = this.one('Sqrt', [this.one('Add', [variance, this.floats([1e-12], [1])])]);
    return this.one('Div', [centred, deviation]);
  }

  gelu(input: string): string {
    const half = this.one('Mul', [input, this.floats([0.5], [1])]);
    const erf = this.one('Erf', [this.one('Div', [input, this.floats([Math.SQRT2], [1])])]);
    return this.one('Mul', [half, this.one('Add', [erf, this.floats([1], [1])])]);
  }

  /** Splits the hidden size into heads: [batch, heads, tokens, size], or transposed for keys. */
  heads(input: string, order: readonly number[]): string {
    const split = this.one('Reshape', [input, this.longs([0, 0, HEADS, HIDDEN / HEADS])]);
    return this.one('Transpose', [split], [ints('perm', order)]);
  }

  attention(input: string, bias: string): string {
    const query = this.heads(this.linear(input, HIDDEN, HIDDEN), [0, 2, 1, 3]);
    const key = this.heads(this.linear(input, HIDDEN, HIDDEN), [0, 2, 3, 1]);
    const content = this.heads(this.linear(input, HIDDEN, HIDDEN), [0, 2, 1, 3]);
    const scores = this.one('Mul', [
      this.one('MatMul', [query, key]),
      this.floats([1 / Math.sqrt(HIDDEN / HEADS)], [1]),
    ]);
    const weights = this.one('Softmax', [this.one('Add', [scores, bias])], [int('axis', 3)]);
    const mixed = this.one('Transpose', [this.one('MatMul', [weights, content])], [ints('perm', [0, 2, 1, 3])]);
    return this.linear(this.one('Reshape', [mixed, this.longs([0, 0, HIDDEN])]), HIDDEN, HIDDEN);
  }
}

function buildGraph(): Uint8Array {
  const graph = new GraphBuilder(1);
  const embed = (rows: number, ids: string): string => {
    const gathered = graph.one('Gather', [graph.bytes([rows, HIDDEN]), ids]);
    return graph.one('Mul', [graph.one('Cast', [gathered], [int('to', ELEMENT.float)]), graph.floats([0.01], [1])]);
  };
  const mask = graph.one('Cast', ['attention_mask'], [int('to', ELEMENT.float)]);
  const wide = graph.one('Unsqueeze', [mask, graph.longs([1, 2])]);
  const bias = graph.one('Mul', [graph.one('Sub', [wide, graph.floats([1], [1])]), graph.floats([10_000], [1])]);
  // Positions count up along the tokens: a running sum of ones.
  const ones = graph.one('Add', [graph.one('Mul', [mask, graph.floats([0], [1])]), graph.floats([1], [1])]);
  const counted = graph.one('Sub', [graph.one('CumSum', [ones, graph.longs([1])]), graph.floats([1], [1])]);
  const positions = graph.one('Cast', [counted], [int('to', ELEMENT.int64)]);
  const sum = graph.one('Add', [
    graph.one('Add', [embed(VOCABULARY, 'input_ids'), embed(POSITIONS, positions)]),
    embed(2, 'token_type_ids'),
  ]);
  let hidden = graph.normalise(sum);
  for (let layer = 0; layer < LAYERS; layer++) {
    const attended = graph.normalise(graph.one('Add', [hidden, graph.attention(hidden, bias)]));
    const inner = graph.gelu(graph.linear(attended, HIDDEN, INNER));
    hidden = graph.normalise(graph.one('Add', [attended, graph.linear(inner, INNER, HIDDEN)]));
  }
  graph.op('Identity', [hidden], { as: 'last_hidden_state' });
  const inputs = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
    field(11, value(name, ELEMENT.int64, ['batch', 'tokens'])),
  );
  const output = field(12, value('last_hidden_state', ELEMENT.float, ['batch', 'tokens', HIDDEN]));
  return model(
    message(
      ...graph.nodes.map((node) => field(1, node)),
      text(2, 'shape'),
      ...graph.constants.map((constant) => field(5, constant)),
      ...inputs,
      output,
    ),
  );
}

/** Writes a model of MiniLM's shape, 8-bit, laid out as transformers.js loads it, with the first pieces of a given tokenizer. */
export async function writeMiniLmShaped(folder: string, tokenizerFile: string): Promise<void> {
  const tokenizer = TokenizerFile.parse(JSON.parse(await readFile(tokenizerFile, 'utf8')));
  const vocab = Object.fromEntries(Object.entries(tokenizer.model.vocab).filter(([, id]) => id < VOCABULARY));
  const config = {
    model_type: 'bert',
    architectures: ['BertModel'],
    hidden_size: HIDDEN,
    num_hidden_layers: LAYERS,
    num_attention_heads: HEADS,
    intermediate_size: INNER,
    max_position_embeddings: POSITIONS,
    vocab_size: VOCABULARY,
  };
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await writeFile(join(folder, 'onnx', 'model_quantized.onnx'), buildGraph());
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(
    join(folder, 'tokenizer.json'),
    JSON.stringify({ ...tokenizer, model: { ...tokenizer.model, vocab } }),
  );
  await writeFile(
    join(folder, 'tokenizer_config.json'),
    JSON.stringify({ tokenizer_class: 'BertTokenizer', model_max_length: POSITIONS }),
  );
}
