import { type FileHandle, open } from 'node:fs/promises';
import { QuarryError } from '../core/errors.js';

/** Kinds of protobuf messages in an ONNX file on the way to its tensors. */
type Kind = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor' | 'entry';

/** Field numbers of onnx.proto3 that lead on to tensors, and what their messages are. */
const WAYS: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'entry' },
  entry: {},
};
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;
const WIRE_LENGTHS: Readonly<Record<number, number>> = { 1: 8, 5: 4 };
const WIRE_VARINT = 0;
const WIRE_BYTES = 2;
/** Subgraphs within subgraphs: real graphs have a few. */
const DEEPEST = 64;
const LONGEST_NAME = 4096;
const WINDOW = 256 * 1024;

/**
 * Names of the files beside a graph that hold weights of it, as the graph itself names them, sorted, each once. Reads
 * little of the file: the weights inside it are passed over.
 * @throws QuarryError MODEL_UNAVAILABLE when the file is no ONNX graph, or names files outside of its folder
 */
export async function externalFiles(graph: string): Promise<string[]> {
  const file = await open(graph, 'r');
  try {
    const { size } = await file.stat();
    const found = new Set<string>();
    await new GraphReader(file, found).read('model', { at: 0, end: size }, 0);
    return [...found].sort();
  } finally {
    await file.close();
  }
}

interface Span {
  readonly at: number;
  readonly end: number;
}

/** Reads an ONNX file field by field, going down only where tensors can be. */
class GraphReader {
  readonly #file: FileHandle;
  readonly #found: Set<string>;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  #at = 0;

  constructor(file: FileHandle, found: Set<string>) {
    this.#file = file;
    this.#found = found;
  }

  async read(kind: Kind, { at, end }: Span, depth: number): Promise<void> {
    if (depth > DEEPEST) throw notAGraph('it is nested too deeply');
    const entry = { key: '', value: '' };
    this.#at = at;
    while (this.#at < end) {
      const key = await this.#varint();
      const [number, wire] = [Math.floor(key / 8), key % 8];
      const length = await this.#lengthOf(wire);
      const next = this.#at + length;
      if (next > end) throw notAGraph('it is cut off');
      const within = WAYS[kind][number];
      if (wire === WIRE_BYTES && within !== undefined) await this.read(within, { at: this.#at, end: next }, depth + 1);
      else if (kind === 'entry' && number === ENTRY_KEY) entry.key = await this.#text(length);
      else if (kind === 'entry' && number === ENTRY_VALUE) entry.value = await this.#text(length);
      this.#at = next;
    }
    if (entry.key === 'location') this.#found.add(requireBeside(entry.value));
  }

  /** Bytes that the content of a field takes; a number is passed over at once. */
  async #lengthOf(wire: number): Promise<number> {
    if (wire === WIRE_BYTES) return this.#varint();
    if (wire === WIRE_VARINT) {
      await this.#varint();
      return 0;
    }
    const length = WIRE_LENGTHS[wire];
    if (length === undefined) throw notAGraph('it is no protobuf message');
    return length;
  }

  async #varint(): Promise<number> {
    let result = 0;
    for (let factor = 1, bytes = 0; bytes < 10; factor *= 128, bytes++) {
      const byte = await this.#byte();
      result += (byte % 128) * factor;
      if (byte < 128) return result;
    }
    throw notAGraph('it is no protobuf message');
  }

  async #byte(): Promise<number> {
    if (this.#at < this.#windowAt || this.#at >= this.#windowAt + this.#window.length) await this.#load(this.#at);
    const byte = this.#window[this.#at - this.#windowAt];
    if (byte === undefined) throw notAGraph('it is cut off');
    this.#at += 1;
    return byte;
  }

  async #text(length: number): Promise<string> {
    if (length > LONGEST_NAME) throw notAGraph('a name in it is too long');
    if (this.#at < this.#windowAt || this.#at + length > this.#windowAt + this.#window.length)
      await this.#load(this.#at);
    const start = this.#at - this.#windowAt;
    return this.#window.toString('utf8', start, start + length);
  }

  async #load(at: number): Promise<void> {
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(WINDOW), 0, WINDOW, at);
    this.#window = buffer.subarray(0, bytesRead);
    this.#windowAt = at;
  }
}

/** A name that stays in the graph's own folder. @throws QuarryError MODEL_UNAVAILABLE */
function requireBeside(name: string): string {
  const parts = name.split('/');
  const isBeside = !/^[A-Za-z]:|[\\\0]/.test(name) && parts.every((part) => !['', '.', '..'].includes(part));
  if (isBeside) return name;
  throw notAGraph(`it names weights outside of its folder (${JSON.stringify(name.slice(0, 100))})`);
}

function notAGraph(reason: string): QuarryError {
  return new QuarryError('MODEL_UNAVAILABLE', reason, { hint: 'Restore the model folder from a clean copy.' });
}
