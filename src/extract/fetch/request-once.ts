import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { throwIfCancelled } from '../../core/errors.js';
import { parseContentType } from './content-type.js';
import { startDeadline } from './deadline.js';
import { decodeContent, tooLarge } from './decode-content.js';
import { timedOut } from './fetch-error.js';
import { showUrl } from './url-guard.js';

/** One attempt at one address. */
export interface Attempt {
  readonly dispatcher: Dispatcher;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly wantsBody: (answer: { readonly url: string; readonly mediaType: string }) => boolean;
}

/** What came back. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly mediaType: string;
  readonly charset: string;
  readonly body: Uint8Array;
  readonly hasBody: boolean;
}

/** Bytes of an unwanted body that are read to keep the connection, before it is cut instead. */
const DUMP_BYTES = 64 * 1024;

const EMPTY = new Uint8Array();

/**
 * Sends one GET and reads the answer within the limits. No redirects, no retries.
 * @throws QuarryError FETCH_TIMEOUT, DOCUMENT_TOO_LARGE, CANCELLED; whatever the connection throws otherwise
 */
export async function requestOnce(attempt: Attempt): Promise<Exchange> {
  const deadline = startDeadline(attempt.timeoutMs, attempt.signal);
  const what = showUrl(attempt.url);
  try {
    return await exchange(attempt, deadline.signal);
  } catch (error) {
    throwIfCancelled(attempt.signal);
    if (deadline.hasPassed()) throw timedOut(what, `${attempt.timeoutMs} ms in all`, error);
    throw error;
  } finally {
    deadline.dispose();
  }
}

async function exchange(attempt: Attempt, signal: AbortSignal): Promise<Exchange> {
  const answer = await attempt.dispatcher.request({
    origin: attempt.url.origin,
    path: `${attempt.url.pathname}${attempt.url.search}`,
    method: 'GET',
    headers: attempt.headers,
    headersTimeout: attempt.idleTimeoutMs,
    bodyTimeout: attempt.idleTimeoutMs,
    signal,
  });
  const headers = flatten(answer.headers);
  const { mediaType, charset } = parseContentType(headers['content-type']);
  const status = answer.statusCode;
  const shared = { status, headers, mediaType, charset };
  if (status < 200 || status > 299) {
    await answer.body.dump({ limit: DUMP_BYTES });
    return { ...shared, body: EMPTY, hasBody: false };
  }
  if (!attempt.wantsBody({ url: attempt.url.href, mediaType })) {
    cut(answer.body);
    return { ...shared, body: EMPTY, hasBody: false };
  }
  return { ...shared, body: await readBody(attempt, answer.body, headers), hasBody: true };
}

async function readBody(
  attempt: Attempt,
  stream: Dispatcher.ResponseData['body'],
  headers: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const what = showUrl(attempt.url);
  const { maxBytes } = attempt;
  if (Number(headers['content-length'] ?? 0) > maxBytes) {
    cut(stream);
    throw tooLarge(what, maxBytes);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    // undici's body yields Buffers, which are Uint8Arrays, unless an encoding is set on it.
    const bytes = part as Uint8Array;
    size += bytes.length;
    if (size > maxBytes) throw tooLarge(what, maxBytes);
    parts.push(bytes);
  }
  return decodeContent(Buffer.concat(parts, size), headers['content-encoding'] ?? '', { what, maxBytes });
}

/** Closes the connection instead of reading on; the error that this raises on the stream is our own doing. */
function cut(stream: Dispatcher.ResponseData['body']): void {
  stream.on('error', () => undefined);
  stream.destroy();
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name !== 'set-cookie') flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
