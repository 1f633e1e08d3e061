/** One field of a protobuf message. */
export interface ProtobufField {
  readonly number: number;
  /** 0 for a number, 2 for bytes, 1 and 5 for eight and four bytes. */
  readonly kind: number;
  readonly value: bigint;
  readonly bytes: Buffer;
}

/** The number in a field; 0 where there is none. */
export function numberOf(fields: readonly ProtobufField[], wanted: number): number {
  return Number(fields.find(({ number }) => number === wanted)?.value ?? 0n);
}

/** The fields of a message in their order. @throws RangeError when it is none */
export function* fieldsOf(message: Buffer): Generator<ProtobufField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = Number(varint());
    const kind = tag & 7;
    const field = { number: tag >> 3, kind, value: 0n, bytes: message.subarray(0, 0) };
    if (kind === 0) {
      yield { ...field, value: varint() };
      continue;
    }
    const length = kind === 2 ? Number(varint()) : kind === 1 ? 8 : kind === 5 ? 4 : Number.NaN;
    if (!(at + length <= message.length)) throw new RangeError('A field beyond the end, or of no known kind.');
    yield { ...field, bytes: message.subarray(at, at + length) };
    at += length;
  }
}

/** A field as it stands in a message. */
export function encodeField({ number, kind, value, bytes }: ProtobufField): Buffer {
  const tag = varintOf(BigInt((number << 3) | kind));
  if (kind === 0) return Buffer.concat([tag, varintOf(value)]);
  if (kind === 2) return Buffer.concat([tag, varintOf(BigInt(bytes.length)), bytes]);
  return Buffer.concat([tag, bytes]);
}

/** A field that holds a number. */
export function encodeNumber(number: number, value: number): Buffer {
  return encodeField({ number, kind: 0, value: BigInt(value), bytes: Buffer.alloc(0) });
}

function varintOf(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}
