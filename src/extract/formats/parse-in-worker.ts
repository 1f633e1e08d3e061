import { Worker } from 'node:worker_threads';
import { type ErrorReport, messageOf, QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { ParsedBody } from './parsed-document.js';

/** A document whose parser could be slow or hungry. */
export type WorkerRequest =
  | { readonly kind: 'pdf'; readonly bytes: Uint8Array; readonly maxCharacters: number }
  | { readonly kind: 'office'; readonly bytes: Uint8Array; readonly uri: string }
  | { readonly kind: 'html' | 'asciidoc'; readonly text: string; readonly uri: string };

/** What the worker sends back. */
export type WorkerAnswer = { readonly body: ParsedBody } | { readonly error: ErrorReport };

const HEAP_MEGABYTES = 512;
const WATCH_MS = 100;
const IDLE_MS = 10_000;

/** What one document may cost. */
export interface WorkerLimits {
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Growth of the whole process in bytes: buffers lie outside of the thread's heap limit. */
  readonly maxMemoryBytes: number;
  readonly signal?: AbortSignal | undefined;
}

let idle: Worker | undefined;
let retirement: NodeJS.Timeout | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Parses in a thread of its own, one document after the other. A document that takes more time or memory than it should
 * costs the thread, not the process.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE, TIMEOUT, CANCELLED
 */
export function parseInWorker(request: WorkerRequest, limits: WorkerLimits): Promise<ParsedBody> {
  const turn = last.then(() => runOnce(request, limits));
  // The next document waits for this one, however it ends.
  last = turn.catch(() => undefined);
  return turn;
}

async function runOnce(request: WorkerRequest, limits: WorkerLimits): Promise<ParsedBody> {
  throwIfCancelled(limits.signal);
  const worker = takeWorker();
  try {
    const answer = await exchange(worker, request, limits);
    keepWorker(worker);
    if ('body' in answer) return answer.body;
    const { code, message, ...extras } = answer.error;
    throw new QuarryError(code, message, { hint: extras.hint, details: extras.details });
  } catch (error) {
    if (idle !== worker) await worker.terminate();
    throw error;
  }
}

function takeWorker(): Worker {
  clearTimeout(retirement);
  const worker =
    idle ??
    new Worker(new URL('./parse-worker.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
  idle = undefined;
  worker.ref();
  return worker;
}

/** Keeps the thread for the next document, without keeping the process alive. */
function keepWorker(worker: Worker): void {
  worker.unref();
  idle = worker;
  retirement = setTimeout(() => {
    if (idle === worker) idle = undefined;
    void worker.terminate();
  }, IDLE_MS).unref();
}

function exchange(worker: Worker, request: WorkerRequest, limits: WorkerLimits): Promise<WorkerAnswer> {
  const begun = performance.now();
  const before = process.memoryUsage.rss();
  return new Promise<WorkerAnswer>((resolve, reject) => {
    const watch = setInterval(() => {
      if (performance.now() - begun > limits.timeoutMs) finish(() => reject(timedOut(limits.timeoutMs)));
      else if (process.memoryUsage.rss() - before > limits.maxMemoryBytes) finish(() => reject(tooHungry()));
    }, WATCH_MS);
    const onAbort = (): void => finish(() => reject(new QuarryError('CANCELLED', 'The work was cancelled.')));
    const onMessage = (answer: WorkerAnswer): void => finish(() => resolve(answer));
    const onError = (error: unknown): void => finish(() => reject(crashed(error)));
    const onExit = (): void => finish(() => reject(crashed('the parser ended')));
    function finish(settle: () => void): void {
      clearInterval(watch);
      limits.signal?.removeEventListener('abort', onAbort);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      settle();
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    limits.signal?.addEventListener('abort', onAbort, { once: true });
    worker.postMessage(request);
  });
}

function timedOut(timeoutMs: number): QuarryError {
  return new QuarryError('TIMEOUT', `The document could not be read within ${Math.round(timeoutMs / 1000)} seconds.`, {
    hint: 'Split the document, or leave it out with an exclude pattern.',
  });
}

function tooHungry(): QuarryError {
  return new QuarryError('DOCUMENT_TOO_LARGE', 'The document needs too much memory to be read.', {
    hint: 'Split the document, or leave it out with an exclude pattern.',
  });
}

function crashed(error: unknown): QuarryError {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') return tooHungry();
  return new QuarryError('DOCUMENT_BROKEN', `The parser gave up on the document: ${messageOf(error)}.`, {
    hint: 'Save it again in the program that made it, or leave it out with an exclude pattern.',
    cause: error,
  });
}
