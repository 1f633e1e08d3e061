import { Worker } from 'node:worker_threads';
import { QuarryError } from '../../core/errors.js';

/** Bytes of JSON that are parsed at once; parsing more would keep every other request waiting. */
const SMALL_BYTES = 128 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What the worker answers: the value, or what was wrong with the bytes. */
export interface ParseAnswer {
  readonly id: number;
  readonly value?: unknown;
  readonly fault?: 'JSON' | 'UTF-8';
}

/**
 * Parses JSON in UTF-8; large bodies on a thread of their own, to which their memory is handed over: it must belong to
 * nobody else, and the bytes are gone afterwards.
 * @throws QuarryError INPUT_INVALID
 */
export async function parseJson(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const { fault, value } = bytes.length <= SMALL_BYTES ? parseBytes(bytes) : await parseElsewhere(bytes);
  if (fault === undefined) return value;
  throw new QuarryError('INPUT_INVALID', `The body is not ${fault === 'JSON' ? 'valid JSON' : 'UTF-8'}.`, {
    hint: 'Send one JSON object in UTF-8.',
  });
}

/** The value of the bytes, or what is wrong with them. Never throws. */
export function parseBytes(bytes: Uint8Array): Omit<ParseAnswer, 'id'> {
  let text: string;
  try {
    text = utf8.decode(bytes);
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

async function parseElsewhere(bytes: Uint8Array<ArrayBuffer>): Promise<ParseAnswer> {
  worker ??= startWorker();
  lastId += 1;
  const id = lastId;
  worker.postMessage({ id, bytes }, [bytes.buffer]);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
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
