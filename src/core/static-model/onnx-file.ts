import { QuarryError } from '../errors.js';

/** The parts of a static model's ONNX file: one row of 8-bit weights per token and one scale per row. */
export interface StaticWeights {
  /** Length of a vector. */
  readonly dimensions: number;
  /** `vocabulary x dimensions`, row-major. */
  readonly table: Int8Array;
  /** Length `vocabulary`; a token's vector is `scales[id] * table[id]`. */
  readonly scales: Float32Array;
}

const ELEMENT = { float: 1, int8: 3, int64: 7 } as const;
const WIRE = { varint: 0, eightBytes: 1, bytes: 2, fourBytes: 5 } as const;
const OPSET = 13;
const IR_VERSION = 8;

/**
 * An ONNX model that transformers.js runs as a feature extractor: `last_hidden_state[batch, tokens, dimensions] =
 * cast(table)[input_ids] * scales[input_ids]`. Mean pooling and normalisation are left to the pipeline.
 * Written by hand because the graph is four nodes; the field numbers are those of onnx.proto3.
 */
export function writeOnnx(weights: StaticWeights): Uint8Array {
  const rows = weights.scales.length;
  const graph = message(
    field(1, node('Gather', ['table', 'input_ids'], 'rows')),
    field(1, node('Cast', ['rows'], 'wide_rows', message(text(1, 'to'), integer(3, ELEMENT.float), integer(20, 2)))),
    field(1, node('Gather', ['scales', 'input_ids'], 'row_scales')),
    field(1, node('Mul', ['wide_rows', 'row_scales'], 'last_hidden_state')),
    text(2, 'static-embedding'),
    field(5, tensor('table', ELEMENT.int8, [rows, weights.dimensions], bytesOf(weights.table))),
    field(5, tensor('scales', ELEMENT.float, [rows, 1], bytesOf(weights.scales))),
    field(11, value('input_ids', ELEMENT.int64, ['batch', 'tokens'])),
    field(12, value('last_hidden_state', ELEMENT.float, ['batch', 'tokens', weights.dimensions])),
  );
  return message(
    integer(1, IR_VERSION),
    text(2, 'quarry'),
    field(7, graph),
    field(8, message(text(1, ''), integer(2, OPSET))),
  );
}

/**
 * The weights in a file written by {@link writeOnnx}.
 *
 * @throws QuarryError MODEL_UNAVAILABLE when the bytes are cut off or hold another graph.
 */
export function readOnnx(bytes: Uint8Array): StaticWeights {
  const graph = [...fields(bytes)].find((entry) => entry.number === 7)?.bytes;
  if (!graph) throw invalidFile('it has no graph');
  const tensors = new Map<string, TensorParts>();
  for (const entry of fields(graph)) {
    if (entry.number !== 5 || !entry.bytes) continue;
    const parts = readTensor(entry.bytes);
    tensors.set(parts.name, parts);
  }
  const table = tensors.get('table');
  const scales = tensors.get('scales');
  const [rows = 0, dimensions = 0] = table?.shape ?? [];
  if (!table || !scales || table.element !== ELEMENT.int8 || scales.element !== ELEMENT.float) {
    throw invalidFile('it holds no 8-bit table with scales');
  }
  if (table.raw.length !== rows * dimensions || scales.raw.length !== rows * 4)
    throw invalidFile('a tensor is cut off');
  return {
    dimensions,
    table: new Int8Array(table.raw.buffer, table.raw.byteOffset, table.raw.length),
    scales: new Float32Array(Uint8Array.from(scales.raw).buffer),
  };
}

function invalidFile(reason: string): QuarryError {
  return new QuarryError('MODEL_UNAVAILABLE', `This ONNX file is not a static model of Quarry's: ${reason}.`, {
    hint: 'Restore the model folder from a clean copy, or load the model through transformers.js.',
  });
}

function bytesOf(array: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function message(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function varint(number: number): Uint8Array {
  const bytes: number[] = [];
  let rest = number;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function integer(number: number, content: number): Uint8Array {
  return message(varint(number * 8 + WIRE.varint), varint(content));
}

function field(number: number, content: Uint8Array): Uint8Array {
  return message(varint(number * 8 + WIRE.bytes), varint(content.length), content);
}

function text(number: number, content: string): Uint8Array {
  return field(number, Buffer.from(content, 'utf8'));
}

function node(operator: string, inputs: readonly string[], output: string, attribute?: Uint8Array): Uint8Array {
  return message(
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, operator),
    ...(attribute ? [field(5, attribute)] : []),
  );
}

function tensor(name: string, element: number, shape: readonly number[], raw: Uint8Array): Uint8Array {
  return message(...shape.map((size) => integer(1, size)), integer(2, element), text(8, name), field(9, raw));
}

function value(name: string, element: number, shape: readonly (string | number)[]): Uint8Array {
  const sizes = shape.map((size) => field(1, typeof size === 'number' ? integer(1, size) : text(2, size)));
  return message(text(1, name), field(2, field(1, message(integer(1, element), field(2, message(...sizes))))));
}

interface Field {
  readonly number: number;
  readonly integer: number;
  readonly bytes: Uint8Array | undefined;
}

/** The top-level fields of a protobuf message, in order. */
function* fields(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  const readVarint = (): number => {
    let result = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw invalidFile('it is cut off');
      result += (byte % 128) * factor;
      if (byte < 128) return result;
    }
  };
  const readBytes = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw invalidFile('it is cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = readVarint();
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (wire === WIRE.varint) yield { number, integer: readVarint(), bytes: undefined };
    else if (wire === WIRE.bytes) yield { number, integer: 0, bytes: readBytes(readVarint()) };
    else if (wire === WIRE.fourBytes) yield { number, integer: 0, bytes: readBytes(4) };
    else if (wire === WIRE.eightBytes) yield { number, integer: 0, bytes: readBytes(8) };
    else throw invalidFile('it is no protobuf message');
  }
}

interface TensorParts {
  readonly name: string;
  readonly element: number;
  readonly shape: readonly number[];
  readonly raw: Uint8Array;
}

function readTensor(bytes: Uint8Array): TensorParts {
  const shape: number[] = [];
  let element = 0;
  let name = '';
  let raw: Uint8Array = new Uint8Array();
  for (const entry of fields(bytes)) {
    if (entry.number === 1) shape.push(entry.integer);
    else if (entry.number === 2) element = entry.integer;
    else if (entry.number === 8 && entry.bytes) name = Buffer.from(entry.bytes).toString('utf8');
    else if (entry.number === 9 && entry.bytes) raw = entry.bytes;
  }
  return { name, element, shape, raw };
}
