import type { IncomingMessage } from 'node:http';
import express, { type Request, type RequestHandler } from 'express';
import { QuarryError } from '../../core/errors.js';
import { coerceStrings } from '../../operations/coerce.js';
import type { Operation } from '../../operations/define.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the whole body as bytes, decompressed, up to `maxBytes`. */
export function readBody(maxBytes: number): RequestHandler {
  return express.raw({ limit: maxBytes, type: () => true });
}

/**
 * The JSON body; undefined when there is none.
 * @throws QuarryError INPUT_INVALID, FORMAT_UNSUPPORTED
 */
export function parseJsonBody(request: Request): unknown {
  const body: unknown = request.body;
  if (!(body instanceof Uint8Array) || body.length === 0) return undefined;
  if (!isJsonType(request)) {
    throw new QuarryError('FORMAT_UNSUPPORTED', 'The body is not declared as JSON.', {
      hint: 'Send Content-Type: application/json.',
    });
  }
  try {
    return JSON.parse(utf8.decode(body));
  } catch (error) {
    const isJson = error instanceof SyntaxError;
    throw new QuarryError('INPUT_INVALID', `The body is not ${isJson ? 'valid JSON' : 'UTF-8'}.`, {
      hint: 'Send one JSON object in UTF-8.',
      cause: error,
    });
  }
}

function isJsonType(request: IncomingMessage): boolean {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
}

/**
 * The untrusted input of an operation: path parameters and query string (given their types by the input schema) and the
 * JSON body, merged. A key given in two places is refused rather than guessed.
 * @throws QuarryError INPUT_INVALID, FORMAT_UNSUPPORTED
 */
export function gatherInput(request: Request, operation: Operation): Record<string, unknown> {
  const body = parseJsonBody(request) ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new QuarryError('INPUT_INVALID', `${operation.name} takes an object of named values.`, {
      hint: `Known keys: ${Object.keys(operation.input.shape).join(', ')}.`,
    });
  }
  const query = parseQuery(request.url);
  const keys = [request.params, query, body].flatMap((place) => Object.keys(place));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new QuarryError('INPUT_INVALID', `${JSON.stringify(twice.slice(0, 80))} is given in more than one place.`, {
      hint: 'Give each key once: in the path, the query string or the body.',
    });
  }
  return { ...coerceStrings(operation.inputSchema, { ...query, ...request.params }), ...body };
}

/**
 * The query string: one value as text, repeated ones as a list.
 * @throws QuarryError INPUT_INVALID for broken percent-encoding
 */
function parseQuery(url: string): Record<string, string | string[]> {
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at + 1);
  const values = new Map<string, string[]>();
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=');
    const key = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return Object.fromEntries(
    [...values].map(([key, list]) => {
      const [only] = list;
      return [key, list.length === 1 && only !== undefined ? only : list];
    }),
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch (error) {
    throw new QuarryError('INPUT_INVALID', 'The query string is not percent-encoded UTF-8.', {
      hint: 'Encode keys and values with encodeURIComponent.',
      cause: error,
    });
  }
}
