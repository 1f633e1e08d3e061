import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import { QuarryError } from '../../core/errors.js';
import { coerceStrings } from '../../operations/coerce.js';
import type { Operation } from '../../operations/define.js';
import { parseJson } from './parse-json.js';
import { ReceivedBody } from './received-body.js';

/**
 * The JSON body; undefined when there is none.
 * @throws QuarryError INPUT_INVALID, FORMAT_UNSUPPORTED
 */
export async function parseJsonBody(request: Request): Promise<unknown> {
  const body: unknown = request.body;
  if (!(body instanceof ReceivedBody) || body.length === 0) return undefined;
  if (isJsonType(request)) return parseJson(body);
  throw new QuarryError('FORMAT_UNSUPPORTED', 'The body is not declared as JSON.', {
    hint: 'Send Content-Type: application/json.',
  });
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
export async function gatherInput(request: Request, operation: Operation): Promise<Record<string, unknown>> {
  const body = (await parseJsonBody(request)) ?? {};
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new QuarryError('INPUT_INVALID', `${operation.name} takes an object of named values.`, {
      hint: `Known keys: ${Object.keys(operation.input.shape).join(', ')}.`,
    });
  }
  const query = parseQuery(request.url);
  const twice = repeatedKey([request.params, query, body]);
  if (twice !== undefined) {
    throw new QuarryError('INPUT_INVALID', `${JSON.stringify(twice.slice(0, 80))} is given in more than one place.`, {
      hint: 'Give each key once: in the path, the query string or the body.',
    });
  }
  return { ...coerceStrings(operation.inputSchema, { ...query, ...request.params }), ...body };
}

/** The first key that more than one of the objects has. */
function repeatedKey(places: readonly object[]): string | undefined {
  const seen = new Set<string>();
  for (const place of places) {
    const keys = Object.keys(place);
    const twice = keys.find((key) => seen.has(key));
    if (twice !== undefined) return twice;
    for (const key of keys) seen.add(key);
  }
  return undefined;
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
    const list = values.get(key);
    if (list === undefined) values.set(key, [value]);
    else list.push(value);
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
