import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { RequestHandler } from 'express';
import { QuarryError } from '../../core/errors.js';
import { JsonStructure, MAX_STRUCTURE_BYTES } from '../../core/json-structure.js';
import { pace } from './pace.js';
import { ReceivedBody } from './received-body.js';

/** How much of a body is read, and how long is waited for it. */
export interface BodyLimits {
  /** Most bytes, counted as sent and again after decompression. */
  readonly maxBytes: number;
  /** How long a client may send nothing. */
  readonly idleMs: number;
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Reads the body, decompressed, as a {@link ReceivedBody} into `request.body`; a body that declares too much is refused before it is read. */
export function readBody(limits: BodyLimits): RequestHandler {
  return async (request, _response, next) => {
    request.body = await collect(request, limits);
    next();
  };
}

/** @throws QuarryError BODY_TOO_LARGE, FORMAT_UNSUPPORTED, INPUT_INVALID, REQUEST_TIMEOUT, CANCELLED */
async function collect(request: IncomingMessage, limits: BodyLimits): Promise<ReceivedBody> {
  if (Number(request.headers['content-length'] ?? 0) > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const decoder = decoderOf(request.headers['content-encoding']);
  const cleanUp: (() => void)[] = [];
  try {
    return await new Promise<ReceivedBody>((resolve, reject) => {
      const listen = (stream: Readable, event: string, listener: (part: Buffer) => void): void => {
        stream.on(event, listener);
        cleanUp.push(() => stream.off(event, listener));
      };
      const timer = setTimeout(() => reject(tooSlow(limits.idleMs)), limits.idleMs);
      cleanUp.push(() => clearTimeout(timer));
      const sent = createCounter(limits.maxBytes);
      listen(request, 'data', (part) => {
        timer.refresh();
        if (!sent(part)) reject(tooLarge(limits.maxBytes));
      });
      listen(request, 'close', () => {
        if (!request.complete) reject(brokenOff());
      });
      listen(request, 'error', () => reject(brokenOff()));
      gather(decoder ?? request, { listen, resolve, reject, maxBytes: limits.maxBytes });
      if (decoder === undefined) {
        cleanUp.push(pace(request));
        return;
      }
      // Stays when the reading is over: a decoder that is given up may still fail.
      decoder.on('error', (error) => reject(undecodable(error)));
      request.pipe(decoder);
    });
  } finally {
    for (const step of cleanUp) step();
    if (decoder !== undefined) {
      request.unpipe(decoder);
      decoder.destroy();
    }
  }
}

/** Collects what a stream gives, as long as it is small and simple enough. */
function gather(
  stream: Readable,
  {
    listen,
    resolve,
    reject,
    maxBytes,
  }: {
    listen(stream: Readable, event: string, listener: (part: Buffer) => void): void;
    resolve(body: ReceivedBody): void;
    reject(error: QuarryError): void;
    readonly maxBytes: number;
  },
): void {
  const body = new ReceivedBody();
  const structure = new JsonStructure();
  listen(stream, 'data', (part) => {
    if (body.length + part.length > maxBytes) reject(tooLarge(maxBytes));
    else if (!structure.push(part)) reject(tooStructured());
    else body.push(part);
  });
  listen(stream, 'end', () => resolve(body));
}

/** Counts bytes and says whether they are still no more than `maxBytes`. */
function createCounter(maxBytes: number): (part: Buffer) => boolean {
  let bytes = 0;
  return (part) => {
    bytes += part.length;
    return bytes <= maxBytes;
  };
}

function decoderOf(encoding: string | undefined): Transform | undefined {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity') return undefined;
  const create = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (create !== undefined) return create();
  throw new QuarryError('FORMAT_UNSUPPORTED', 'The content encoding of the body is not known.', {
    hint: 'Send the body plain, or compressed with gzip, deflate or br.',
  });
}

function tooLarge(maxBytes: number): QuarryError {
  return new QuarryError('BODY_TOO_LARGE', 'The request body is too large.', {
    hint: `At most ${maxBytes} bytes are read here, after decompression. Send less at once; QUARRY_MAX_BODY_BYTES can only lower the limit of an operation.`,
    details: { maxBytes },
  });
}

function tooStructured(): QuarryError {
  return new QuarryError('BODY_TOO_LARGE', 'The request body has too many values.', {
    hint: `At most ${MAX_STRUCTURE_BYTES} bytes of JSON are read outside of its texts. Send fewer values at once, without indentation.`,
  });
}

function brokenOff(): QuarryError {
  return new QuarryError('CANCELLED', 'The request ended before its body was complete.');
}

function tooSlow(idleMs: number): QuarryError {
  return new QuarryError('REQUEST_TIMEOUT', `Nothing of the body arrived for ${Math.ceil(idleMs / 1000)} s.`, {
    hint: 'Send the whole body at once.',
  });
}

function undecodable(cause: unknown): QuarryError {
  return new QuarryError('INPUT_INVALID', 'The body of the request cannot be decoded.', {
    hint: 'Compress a body only with what Content-Encoding says.',
    cause,
  });
}
