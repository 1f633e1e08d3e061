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

/** The parts of a static model's ONNX file: one row of 8-bit weights per token and one scale per row. */
export interface StaticWeights {
  /** Length of a vector. */
  readonly dimensions: number;
  /** `vocabulary x dimensions`, row-major. */
  readonly table: Int8Array;
  /** Length `vocabulary`; a token's vector is `scales[id] * table[id]`. */
  readonly scales: Float32Array;
}

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
  return model(graph);
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
