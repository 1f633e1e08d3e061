import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { QuarryError } from '../../core/errors.js';
import { type ParsedParts, putLongTexts } from './long-texts.js';
import type { ReceivedBody } from './received-body.js';

/** Bytes of JSON that are parsed at once; parsing more would keep every other request waiting. */
const SMALL_BYTES = 128 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A part of a body; none when it is complete. */
export interface ParseRequest {
  readonly id: number;
  readonly part?: Uint8Array;
}

/** What the worker answers: the value in parts, or what was wrong with the bytes. */
export interface ParseAnswer {
  readonly id: number;
  readonly parsed?: ParsedParts;
  readonly fault?: ParseFault;
}

type ParseFault = 'JSON' | 'UTF-8';

interface Parsed {
  readonly value?: unknown;
  readonly fault?: ParseFault;
}

/**
 * Parses JSON in UTF-8; large bodies on a thread of their own, to which they go, and from which their long texts come back,
 * piece by piece.
 * @throws QuarryError INPUT_INVALID
 */
export async function parseJson(body: ReceivedBody): Promise<unknown> {
  const isSmall = body.length <= SMALL_BYTES;
  const { fault, value } = isSmall ? parseBytes(body.parts) : await parseElsewhere(body.parts);
  if (fault === undefined) return value;
  throw new QuarryError('INPUT_INVALID', `The body is not ${fault === 'JSON' ? 'valid JSON' : 'UTF-8'}.`, {
    hint: 'Send one JSON object in UTF-8.',
  });
}

/** The value of the bytes, or what is wrong with them. Never throws. */
export function parseBytes(parts: readonly Uint8Array[]): Parsed {
  let text: string;
  try {
    text = utf8.decode(Buffer.concat(parts));
  } catch {
    return { fault: 'UTF-8' }; // Told by the caller.
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: 'JSON' }; // Told by the caller.
  }
}

const waiting = new Map<number, { resolve(answer: ParseAnswer): void; reject(error: Error): void }>();
let worker: Worker | undefined;
let lastId = 0;

async function parseElsewhere(parts: readonly Uint8Array[]): Promise<Parsed> {
  const { thread, id } = begin();
  const answered = new Promise<ParseAnswer>((resolve, reject) => waiting.set(id, { resolve, reject }));
  // Told to the caller below, however early it fails.
  answered.catch(() => undefined);
  for (const part of parts) {
    const copy = new Uint8Array(part);
    thread.postMessage({ id, part: copy } satisfies ParseRequest, [copy.buffer]);
    await nextTurn();
  }
  thread.postMessage({ id } satisfies ParseRequest);
  const { fault, parsed } = await answered;
  if (parsed === undefined) return { fault: fault ?? 'JSON' };
  return { value: await putLongTexts(parsed, () => nextTurn()) };
}

function begin(): { readonly thread: Worker; readonly id: number } {
  worker ??= startWorker();
  lastId += 1;
  return { thread: worker, id: lastId };
}

/** One worker for all servers of the process; it never keeps the process alive. */
function startWorker(): Worker {
  const started = new Worker(new URL('./parse-json-worker.js', import.meta.url));
  started.unref();
  started.on('message', (answer: ParseAnswer) => {
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });
  started.on('error', (error) => {
    worker = undefined;
    const lost = [...waiting.values()];
    waiting.clear();
    for (const { reject } of lost) reject(error);
  });
  return started;
}
