import {
  bytesOf,
  ELEMENT,
  field,
  fields,
  integer,
  invalidFile,
  message,
  model,
  node,
  tensor,
  text,
  value,
} from './onnx-format.js';

/** The parts of a static model's ONNX file: one row of small integers per token and one scale per row. */
export interface StaticWeights {
  /** Length of a vector. */
  readonly dimensions: number;
  /** Bits that an entry takes in the file: 8 for -127..127, 4 for -7..7. */
  readonly bits: 4 | 8;
  /** `vocabulary x dimensions`, row-major, one byte an entry whatever `bits` is. */
  readonly table: Int8Array;
  /** Length `vocabulary`; a token's vector is `scales[id] * table[id]`. */
  readonly scales: Float32Array;
}

/** Added to a 4-bit entry, so that the file holds numbers without sign. */
const NIBBLE_OFFSET = 8;

const attribute = (name: string, entry: number): Uint8Array =>
  field(5, message(text(1, name), integer(3, entry), integer(20, 2)));
const castToFloat = (from: string, to: string): Uint8Array =>
  message(node('Cast', [from], to), attribute('to', ELEMENT.float));

/**
 * An ONNX model that transformers.js runs as a feature extractor: `last_hidden_state[batch, tokens, dimensions] =
 * cast(table)[input_ids] * scales[input_ids]`. Mean pooling and normalisation are left to the pipeline. Two 4-bit entries
 * share a byte: entry d of a row in the high half of byte d, entry d + dimensions / 2 in the low half.
 * Written by hand because the graph is a few nodes; the field numbers are those of onnx.proto3.
 */
export function writeOnnx(weights: StaticWeights): Uint8Array {
  const { bits, dimensions } = weights;
  const rows = weights.scales.length;
  const table =
    bits === 8
      ? tensor('table', ELEMENT.int8, [rows, dimensions], bytesOf(weights.table))
      : tensor('table', ELEMENT.uint8, [rows, dimensions / 2], packNibbles(weights.table, dimensions));
  const graph = message(
    field(1, node('Gather', ['table', 'input_ids'], 'rows')),
    ...(bits === 8 ? [castToFloat('rows', 'wide_rows')] : unpackingNodes()).map((entry) => field(1, entry)),
    field(1, node('Gather', ['scales', 'input_ids'], 'row_scales')),
    field(1, node('Mul', ['wide_rows', 'row_scales'], 'last_hidden_state')),
    text(2, 'static-embedding'),
    field(5, table),
    field(5, tensor('scales', ELEMENT.float, [rows, 1], bytesOf(weights.scales))),
    ...(bits === 8 ? [] : [constant('sixteen', 16), constant('offset', NIBBLE_OFFSET)]),
    field(11, value('input_ids', ELEMENT.int64, ['batch', 'tokens'])),
    field(12, value('last_hidden_state', ELEMENT.float, ['batch', 'tokens', dimensions])),
  );
  return model(graph);
}

function constant(name: string, entry: number): Uint8Array {
  return field(5, tensor(name, ELEMENT.float, [1], bytesOf(Float32Array.of(entry))));
}

/** `high = floor(byte / 16)`, `low = byte - 16 high`, side by side, less the offset. */
function unpackingNodes(): Uint8Array[] {
  return [
    castToFloat('rows', 'pairs'),
    node('Div', ['pairs', 'sixteen'], 'sixteenths'),
    node('Floor', ['sixteenths'], 'high'),
    node('Mul', ['high', 'sixteen'], 'high_part'),
    node('Sub', ['pairs', 'high_part'], 'low'),
    message(node('Concat', ['high', 'low'], 'halves'), attribute('axis', 2)),
    node('Sub', ['halves', 'offset'], 'wide_rows'),
  ];
}

function packNibbles(table: Int8Array, dimensions: number): Uint8Array {
  const half = dimensions / 2;
  const packed = new Uint8Array(table.length / 2);
  for (let at = 0; at < packed.length; at++) {
    const high = Math.floor(at / half) * dimensions + (at % half);
    packed[at] = ((table[high] ?? 0) + NIBBLE_OFFSET) * 16 + (table[high + half] ?? 0) + NIBBLE_OFFSET;
  }
  return packed;
}

function unpackNibbles(packed: Uint8Array, half: number): Int8Array {
  const table = new Int8Array(packed.length * 2);
  for (let from = 0, into = 0; from < packed.length; from += half, into += half * 2) {
    for (let d = 0; d < half; d++) {
      const byte = packed[from + d] ?? 0;
      table[into + d] = (byte >> 4) - NIBBLE_OFFSET;
      table[into + half + d] = (byte & 15) - NIBBLE_OFFSET;
    }
  }
  return table;
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
  const [rows = 0, width = 0] = table?.shape ?? [];
  const isNibbles = table?.element === ELEMENT.uint8;
  if (!table || !scales || !(isNibbles || table.element === ELEMENT.int8) || scales.element !== ELEMENT.float) {
    throw invalidFile('it holds no table of 8 or 4 bits with scales');
  }
  if (table.raw.length !== rows * width || scales.raw.length !== rows * 4) throw invalidFile('a tensor is cut off');
  return {
    dimensions: isNibbles ? width * 2 : width,
    bits: isNibbles ? 4 : 8,
    table: isNibbles
      ? unpackNibbles(table.raw, width)
      : new Int8Array(table.raw.buffer, table.raw.byteOffset, table.raw.length),
    scales: new Float32Array(Uint8Array.from(scales.raw).buffer),
  };
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
