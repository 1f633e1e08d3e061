import { Worker } from 'node:worker_threads';
import { type ErrorReport, messageOf, QuarryError, systemCode } from './core/errors.js';
import type { DocumentPreparer, PreparedDocument } from './core/prepare-port.js';
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
/** Of it for what is short-lived; by default the thread would take a hundred megabytes more and be no faster. */
const YOUNG_MEGABYTES = 8;
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
export function prepareInThread(options: PreparingOptions): DocumentPreparer {
  return new PreparingThread(options);
}

class PreparingThread implements DocumentPreparer {
  readonly #options: PreparingOptions;
  /** What the thread has been sent and has not answered, in order. */
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #isReady = false;
  /** A thread ended before it could begin, so that another would too. */
  #isBroken = false;
  #retirement: NodeJS.Timeout | undefined;

  constructor(options: PreparingOptions) {
    this.#options = options;
  }

  isReady(): boolean {
    if (this.#worker === undefined && !this.#isBroken) {
      this.#start();
      this.#rest();
    }
    return this.#isReady;
  }

  prepare(document: Document, sizing: ChunkSizing): Promise<PreparedDocument> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ document, sizing, resolve, reject });
      clearTimeout(this.#retirement);
      const worker = this.#worker ?? this.#start();
      worker.ref();
      worker.postMessage({ document, sizing } satisfies PrepareRequest);
    });
  }

  async close(): Promise<void> {
    await this.#end();
    for (const { reject } of this.#waiting.splice(0)) reject(new QuarryError('CANCELLED', 'The work was cancelled.'));
  }

  #start(): Worker {
    const { folder, heapMegabytes = HEAP_MEGABYTES } = this.#options;
    const worker = new Worker(new URL('./prepare-worker.js', import.meta.url), {
      workerData: { folder },
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    let cause: unknown = 'the thread ended';
    worker.on('message', (answer: PrepareAnswer) => this.#take(answer));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#replace(cause);
    });
    this.#worker = worker;
    return worker;
  }

  #take(answer: PrepareAnswer): void {
    if ('isReady' in answer) this.#isReady = true;
    else if ('prepared' in answer) this.#waiting.shift()?.resolve(answer.prepared);
    else {
      const { code, message, hint, details } = answer.error;
      this.#waiting.shift()?.reject(new QuarryError(code, message, { hint, details }));
    }
    if (this.#waiting.length === 0) this.#rest();
  }

  /** The thread died of the document it was at. */
  #replace(cause: unknown): void {
    this.#worker = undefined;
    this.#isBroken ||= !this.#isReady;
    this.#isReady = false;
    const failed = this.#waiting.splice(0, this.#isBroken ? this.#waiting.length : 1);
    for (const { reject } of failed) reject(endedBy(cause));
    if (this.#waiting.length === 0) return;
    const worker = this.#start();
    for (const { document, sizing } of this.#waiting) worker.postMessage({ document, sizing } satisfies PrepareRequest);
  }

  /** Keeps the thread for more documents, without keeping the process alive. */
  #rest(): void {
    this.#worker?.unref();
    clearTimeout(this.#retirement);
    this.#retirement = setTimeout(() => void this.#end(), IDLE_MS).unref();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#retirement);
    const ended = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    await ended?.terminate();
  }
}

function endedBy(cause: unknown): QuarryError {
  if (systemCode(cause) === 'ERR_WORKER_OUT_OF_MEMORY') {
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
