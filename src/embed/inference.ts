import { type ChildProcess, fork } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { QuarryError } from '../core/errors.js';
import type { ChildMessage, OpenMessage, RunMessage } from './inference-protocol.js';
import type { EncodedInput } from './model-tokenizer.js';

/** How an input is to be treated. */
export interface RunOptions {
  /** Goes before everything that is not urgent. */
  readonly urgent: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A transformer in a process of its own. */
export interface Inference {
  /** Id of the process; undefined while none runs. */
  pid(): number | undefined;
  /** A unit vector, or the logits of a score. @throws QuarryError EMBEDDING_FAILED, CANCELLED, MODEL_UNAVAILABLE */
  run(input: EncodedInput, options: RunOptions): Promise<Float32Array>;
  /** Ends the process; what still waits is refused. */
  close(): Promise<void>;
}

/**
 * A signal that fires with the caller's, for one call of many inputs: each input listens, and more than a few listeners on the
 * caller's own signal would be reported as a leak.
 */
export function signalForMany(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (!signal) return undefined;
  const own = AbortSignal.any([signal]);
  setMaxListeners(0, own);
  return own;
}

interface Task {
  readonly id: number;
  readonly input: EncodedInput;
  readonly urgent: boolean;
  attempts: number;
  resolve(values: Float32Array): void;
  reject(error: QuarryError): void;
}

/** Inputs given to the process at a time: one to run, one so that it never waits for the next. */
const IN_FLIGHT = 2;
/** An input that was there at two crashes is not tried again. */
const MOST_ATTEMPTS = 2;

/**
 * A transformer that runs in a child process, started on first use and again after a crash. The event loop of this process stays
 * free; urgent inputs overtake the others; a process that has nothing to do keeps nothing alive.
 * @param open what to load; `unavailable` makes the error for a model that cannot be loaded
 */
export function createInference(
  open: Omit<OpenMessage, 'type'>,
  unavailable: (reason: string) => QuarryError,
): Inference {
  return new ChildInference({ type: 'open', ...open }, unavailable);
}

class ChildInference implements Inference {
  readonly #open: OpenMessage;
  readonly #unavailable: (reason: string) => QuarryError;
  readonly #urgent: Task[] = [];
  readonly #ordinary: Task[] = [];
  readonly #running = new Map<number, Task>();
  #child: ChildProcess | undefined;
  #ready: Promise<void> | undefined;
  #nextId = 1;
  #isClosed = false;

  constructor(open: OpenMessage, unavailable: (reason: string) => QuarryError) {
    this.#open = open;
    this.#unavailable = unavailable;
  }

  pid(): number | undefined {
    return this.#child?.pid;
  }

  run(input: EncodedInput, { urgent, signal }: RunOptions): Promise<Float32Array> {
    if (this.#isClosed) return Promise.reject(closedError());
    if (signal?.aborted) return Promise.reject(cancelledError());
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#drop(task);
        task.reject(cancelledError());
      };
      const settle = (): void => signal?.removeEventListener('abort', onAbort);
      const task: Task = {
        id: this.#nextId++,
        input,
        urgent,
        attempts: 0,
        resolve: (values) => {
          settle();
          resolve(values);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      (urgent ? this.#urgent : this.#ordinary).push(task);
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refuse(closedError());
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    // Nothing is lost with the process, and a kill also ends a run that is in progress.
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.ref();
    child.kill('SIGKILL');
    await gone;
  }

  #startChild(): Promise<void> {
    const path = fileURLToPath(new URL('./inference-process.js', import.meta.url));
    // Whatever the libraries print must not reach this process' own output, which may be a protocol.
    const child = fork(path, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    this.#child = child;
    let isReady = false;
    return new Promise((resolve, reject) => {
      child.on('message', (message: ChildMessage) => {
        if (message.type === 'done' || message.type === 'failed') this.#finish(message);
        else if (message.type === 'broken') reject(this.#unavailable(message.reason));
        else {
          isReady = true;
          resolve();
        }
      });
      child.on('error', (error) => reject(this.#unavailable(`its process cannot be started (${error.message})`)));
      child.on('exit', (code, signal) => {
        if (this.#child === child) this.#child = undefined;
        if (isReady) this.#onCrash();
        else reject(this.#unavailable(`its process ended while loading it (${signal ?? code})`));
      });
      child.send(this.#open, () => undefined);
    });
  }

  /** Hands out inputs, urgent ones first, as long as the process can take them. */
  #pump(): void {
    const isIdle = this.#running.size === 0 && this.#urgent.length === 0 && this.#ordinary.length === 0;
    this.#hold(!isIdle);
    if (isIdle) return;
    const ready = this.#ready ?? this.#startChild();
    this.#ready = ready;
    ready.then(
      () => {
        while (this.#child && this.#running.size < IN_FLIGHT) {
          const task = this.#urgent.shift() ?? this.#ordinary.shift();
          if (!task) return;
          this.#send(task);
        }
      },
      (error: unknown) => {
        if (this.#ready !== ready) return;
        this.#ready = undefined;
        this.#child?.kill('SIGKILL');
        this.#refuse(error instanceof QuarryError ? error : this.#unavailable(String(error)));
      },
    );
  }

  #send(task: Task): void {
    const { ids, types } = task.input;
    task.attempts++;
    this.#running.set(task.id, task);
    const message: RunMessage = { type: 'run', id: task.id, ids, types };
    // When the process is gone its exit brings the input back.
    this.#child?.send(message, () => undefined);
  }

  #finish(message: Extract<ChildMessage, { id: number }>): void {
    const task = this.#running.get(message.id);
    this.#running.delete(message.id);
    if (message.type === 'done') task?.resolve(message.values);
    else
      task?.reject(
        new QuarryError('EMBEDDING_FAILED', `The model failed on an input: ${message.reason}`, { hint: FAILED_HINT }),
      );
    this.#pump();
  }

  /** Starts again with what was being run, but not with an input that has been there twice. */
  #onCrash(): void {
    this.#ready = undefined;
    const interrupted = [...this.#running.values()];
    this.#running.clear();
    for (const task of interrupted.reverse()) {
      if (task.attempts < MOST_ATTEMPTS) (task.urgent ? this.#urgent : this.#ordinary).unshift(task);
      else
        task.reject(
          new QuarryError('EMBEDDING_FAILED', 'The model process crashed twice on this input.', { hint: FAILED_HINT }),
        );
    }
    if (!this.#isClosed) this.#pump();
  }

  #drop(task: Task): void {
    for (const queue of [this.#urgent, this.#ordinary]) {
      const at = queue.indexOf(task);
      if (at !== -1) queue.splice(at, 1);
    }
  }

  #refuse(error: QuarryError): void {
    const waiting = [...this.#running.values(), ...this.#urgent.splice(0), ...this.#ordinary.splice(0)];
    this.#running.clear();
    for (const task of waiting) task.reject(error);
  }

  /** Keeps this process alive for the sake of the child only while something is to be answered. */
  #hold(isBusy: boolean): void {
    const child = this.#child;
    if (!child) return;
    if (isBusy) {
      child.ref();
      child.channel?.ref();
    } else {
      child.unref();
      child.channel?.unref();
    }
  }
}

const FAILED_HINT =
  'Run `quarry doctor`; if the model is damaged, remove it from the cache, or try QUARRY_MODEL_DTYPE=fp32.';

function closedError(): QuarryError {
  return new QuarryError('CANCELLED', 'The model was closed.');
}

function cancelledError(): QuarryError {
  return new QuarryError('CANCELLED', 'The work was cancelled.');
}
