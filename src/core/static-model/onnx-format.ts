import { QuarryError } from '../errors.js';

/** Element types of onnx.proto3 that we write. */
export const ELEMENT = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

const WIRE = { varint: 0, eightBytes: 1, bytes: 2, fourBytes: 5 } as const;
const OPSET = 13;
const IR_VERSION = 8;

/** A protobuf message: its encoded fields in a row. */
export function message(...parts: readonly Uint8Array[]): Uint8Array {
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

/** A field that holds a non-negative integer. */
export function integer(number: number, content: number): Uint8Array {
  return message(varint(number * 8 + WIRE.varint), varint(content));
}

/** A field that holds bytes or a message. */
export function field(number: number, content: Uint8Array): Uint8Array {
  return message(varint(number * 8 + WIRE.bytes), varint(content.length), content);
}

/** A field that holds text. */
export function text(number: number, content: string): Uint8Array {
  return field(number, Buffer.from(content, 'utf8'));
}

/** A node of a graph with one output, named after it. */
export function node(operator: string, inputs: readonly string[], output: string, attribute?: Uint8Array): Uint8Array {
  return message(
    ...inputs.map((input) => text(1, input)),
    text(2, output),
    text(3, output),
    text(4, operator),
    ...(attribute ? [field(5, attribute)] : []),
  );
}

/** A constant of a graph; `raw` is little-endian and row-major. */
export function tensor(name: string, element: number, shape: readonly number[], raw: Uint8Array): Uint8Array {
  return message(...shape.map((size) => integer(1, size)), integer(2, element), text(8, name), field(9, raw));
}

/** An input or output of a graph; names stand for sizes known at run time. */
export function value(name: string, element: number, shape: readonly (string | number)[]): Uint8Array {
  const sizes = shape.map((size) => field(1, typeof size === 'number' ? integer(1, size) : text(2, size)));
  return message(text(1, name), field(2, field(1, message(integer(1, element), field(2, message(...sizes))))));
}

/** A complete model file around a graph's fields. */
export function model(graph: Uint8Array): Uint8Array {
  return message(
    integer(1, IR_VERSION),
    text(2, 'quarry'),
    field(7, graph),
    field(8, message(text(1, ''), integer(2, OPSET))),
  );
}

/** One field as read: an integer, or bytes. */
export interface Field {
  readonly number: number;
  readonly integer: number;
  readonly bytes: Uint8Array | undefined;
}

/**
 * The top-level fields of a protobuf message, in order.
 *
 * @throws QuarryError MODEL_UNAVAILABLE when the bytes are cut off or no protobuf.
 */
export function* fields(bytes: Uint8Array): Generator<Field> {
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

/** The error for a file that is not what we write. */
export function invalidFile(reason: string): QuarryError {
  return new QuarryError('MODEL_UNAVAILABLE', `This ONNX file is not a static model of Quarry's: ${reason}.`, {
    hint: 'Restore the model folder from a clean copy, or load the model through transformers.js.',
  });
}

/** The memory of a typed array, as bytes. */
export function bytesOf(array: Int8Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
