import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { messageOf, QuarryError, systemCode } from '../../core/errors.js';

type Decoder = (bytes: Uint8Array, options: ZlibOptions) => Promise<Buffer>;

const decodeGzip: Decoder = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip);
const decodeZlib: Decoder = promisify<Uint8Array, ZlibOptions, Buffer>(inflate);
const decodeRaw: Decoder = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);
const decodeBrotli: Decoder = promisify(brotliDecompress);

/** RFC 9110 says `deflate` is the zlib format, yet some servers send the bare stream. */
const decodeDeflate: Decoder = (bytes, options) => {
  const [first = 0, second = 0] = bytes;
  const isZlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return isZlib ? decodeZlib(bytes, options) : decodeRaw(bytes, options);
};

const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  ['deflate', decodeDeflate],
  ['br', decodeBrotli],
]);

/** What {@link decodeContent} understands, as an Accept-Encoding header. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** More layers than this are an attack, not a transport. */
const MAX_LAYERS = 2;

/** The error for a body of more than `maxBytes` bytes. */
export function tooLarge(what: string, maxBytes: number): QuarryError {
  return new QuarryError('DOCUMENT_TOO_LARGE', `${what} is larger than ${maxBytes} bytes.`, {
    hint: 'It was not read. Raise the byte limit if you trust the origin.',
    details: { maxBytes },
  });
}

/** Unpacks one gzip stream of at most `maxBytes` unpacked bytes. @throws QuarryError DOCUMENT_TOO_LARGE, FETCH_FAILED */
export function unpackGzip(bytes: Uint8Array, what: string, maxBytes: number): Promise<Uint8Array> {
  return decodeContent(bytes, 'gzip', { what, maxBytes });
}

/**
 * Undoes a Content-Encoding. Unpacking stops at `maxBytes`, so a bomb costs no more than that.
 * @throws QuarryError DOCUMENT_TOO_LARGE, FETCH_FAILED (unknown coding, broken stream)
 */
export async function decodeContent(
  bytes: Uint8Array,
  encoding: string,
  limits: { readonly what: string; readonly maxBytes: number },
): Promise<Uint8Array> {
  const layers = encoding
    .toLowerCase()
    .split(',')
    .map((layer) => layer.trim())
    .filter((layer) => layer !== '' && layer !== 'identity')
    .reverse();
  if (layers.length > MAX_LAYERS) throw undecodable(limits.what, `${layers.length} layers of compression`);
  let decoded = bytes;
  for (const layer of layers) {
    const decoder = DECODERS.get(layer);
    if (decoder === undefined) throw undecodable(limits.what, `the coding ${JSON.stringify(layer)}`);
    if (decoded.length > 0) decoded = await runDecoder(decoder, decoded, limits);
  }
  if (decoded.length > limits.maxBytes) throw tooLarge(limits.what, limits.maxBytes);
  return decoded;
}

async function runDecoder(
  decoder: Decoder,
  bytes: Uint8Array,
  limits: { readonly what: string; readonly maxBytes: number },
): Promise<Uint8Array> {
  try {
    return await decoder(bytes, { maxOutputLength: limits.maxBytes });
  } catch (error) {
    if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limits.what, limits.maxBytes);
    throw new QuarryError(
      'FETCH_FAILED',
      `${limits.what} is compressed, but the stream is broken: ${messageOf(error)}.`,
      {
        hint: 'The origin sent damaged data; try again later.',
        cause: error,
      },
    );
  }
}

function undecodable(what: string, coding: string): QuarryError {
  return new QuarryError('FETCH_FAILED', `${what} came with ${coding}, which was not asked for.`, {
    hint: `Quarry accepts ${ACCEPT_ENCODING}; the origin ignores that.`,
  });
}
