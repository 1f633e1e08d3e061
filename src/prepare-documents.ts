import { Worker } from 'node:worker_threads';
import { type ErrorReport, messageOf, QuarryError } from './core/errors.js';
import type { DocumentPreparer, PreparedDocument } from './core/ports.js';
import type { ChunkSizing, Document } from './core/types.js';

/** A document to be prepared. */
export interface PrepareRequest {
  readonly document: Document;
  readonly sizing: ChunkSizing;
}

/** What the thread sends: that it has opened its model, or what a document came to. */
export type PrepareAnswer =
  | { readonly isReady: true }
  | { readonly prepared: PreparedDocument }
  | { readonly error: ErrorReport };

/** How the thread is run. */
export interface PreparingOptions {
  /** Folder of a static model. */
  readonly folder: string;
  /** Largest heap of the thread; default 512. */
  readonly heapMegabytes?: number;
}

const HEAP_MEGABYTES = 512;
/** So long the thread waits for more. */
const IDLE_MS = 3_000;

interface Waiting extends PrepareRequest {
  resolve(prepared: PreparedDocument): void;
  reject(error: QuarryError): void;
}

/**
 * Cuts and embeds documents in a thread of their own, which is started by the first of them and ended when none has come for
 * a while. A document that costs the thread its life fails; those behind it are prepared by a new one.
 */
export function prepareInThread({ folder, heapMegabytes = HEAP_MEGABYTES }: PreparingOptions): DocumentPreparer {
  const waiting: Waiting[] = [];
  let worker: Worker | undefined;
  let isReady = false;
  /** It ended before it could begin, so that another would too. */
  let isBroken = false;
  let retirement: NodeJS.Timeout | undefined;

  const onMessage = (answer: PrepareAnswer): void => {
    if ('isReady' in answer) isReady = true;
    else if ('prepared' in answer) waiting.shift()?.resolve(answer.prepared);
    else waiting.shift()?.reject(new QuarryError(answer.error.code, answer.error.message, { hint: answer.error.hint }));
    if (waiting.length === 0) rest();
  };
  const onEnd = (cause: unknown): void => {
    worker = undefined;
    isBroken ||= !isReady;
    isReady = false;
    const failed = isBroken ? waiting.splice(0) : waiting.splice(0, 1);
    for (const { reject } of failed) reject(endedBy(cause));
    if (waiting.length > 0) start().postAll();
  };
  const start = () => {
    clearTimeout(retirement);
    const fresh = new Worker(new URL('./prepare-worker.js', import.meta.url), {
      workerData: { folder },
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    let cause: unknown = 'the thread ended';
    fresh.on('message', onMessage);
    fresh.on('error', (error) => {
      cause = error;
    });
    fresh.on('exit', () => {
      if (worker === fresh) onEnd(cause);
    });
    worker = fresh;
    return { postAll: () => waiting.forEach(({ document, sizing }) => fresh.postMessage({ document, sizing })) };
  };
  const end = async (): Promise<void> => {
    clearTimeout(retirement);
    const ended = worker;
    worker = undefined;
    isReady = false;
    await ended?.terminate();
  };
  /** Keeps the thread for more documents, without keeping the process alive. */
  const rest = (): void => {
    worker?.unref();
    clearTimeout(retirement);
    retirement = setTimeout(() => void end(), IDLE_MS).unref();
  };
  return {
    isReady() {
      if (worker === undefined && !isBroken) {
        start();
        rest();
      }
      return isReady;
    },
    prepare: (document, sizing) =>
      new Promise((resolve, reject) => {
        waiting.push({ document, sizing, resolve, reject });
        clearTimeout(retirement);
        if (worker === undefined) start().postAll();
        else worker.postMessage({ document, sizing });
        worker?.ref();
      }),
    async close() {
      await end();
      for (const { reject } of waiting.splice(0)) reject(new QuarryError('CANCELLED', 'The work was cancelled.'));
    },
  };
}

function endedBy(cause: unknown): QuarryError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new QuarryError('DOCUMENT_TOO_LARGE', 'The document needs too much memory to be cut into chunks.', {
      hint: 'Split the document, or leave it out with an exclude pattern.',
      cause,
    });
  }
  return new QuarryError('DOCUMENT_BROKEN', `The document could not be cut into chunks: ${messageOf(cause)}.`, {
    hint: 'Leave it out with an exclude pattern, and report it.',
    cause,
  });
}
