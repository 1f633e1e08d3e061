import { Console } from 'node:console';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioTransport } from './stdio-transport.js';

/** How {@link serveStdio} runs. */
export interface StdioOptions {
  /** Default: the process's own. */
  readonly input?: NodeJS.ReadableStream;
  /** Where the protocol goes. Default: the process's stdout, kept for the protocol alone by {@link reserveStdout}. */
  readonly output?: NodeJS.WritableStream;
  /** Stops the server: calls under way are cancelled, then the connection is closed. */
  readonly signal?: AbortSignal;
  /** Longest message in bytes. Default 16 MiB. */
  readonly maxLineBytes?: number;
  /** Most bytes of a message by what it calls. Default: those of the longest. */
  limitOf?(message: unknown): number;
  /** How long calls under way may still take after the client closed its end. Default 25 s, above the longest wait of a tool. */
  readonly drainMs?: number;
}

/**
 * Serves one client over standard input and output, and resolves when the client has closed its end and every call has
 * been answered, or when `signal` fires. Never ends the process.
 */
export async function serveStdio(server: Server, options: StdioOptions = {}): Promise<void> {
  const reserved = options.output === undefined ? reserveStdout() : undefined;
  const transport = new StdioTransport({
    input: options.input ?? process.stdin,
    output: options.output ?? reserved?.output ?? process.stdout,
    maxLineBytes: options.maxLineBytes ?? 16 * 1024 * 1024,
    ...(options.limitOf === undefined ? {} : { limitOf: options.limitOf }),
  });
  const over = new AbortController();
  const stopped = whenAborted(options.signal, over.signal);
  try {
    await server.connect(transport);
    await Promise.race([transport.ended, stopped]);
    await Promise.race([transport.drained(), stopped, pause(options.drainMs ?? 25_000, over.signal)]);
  } finally {
    over.abort();
    await server.close();
    reserved?.restore();
  }
}

/**
 * Keeps stdout for the protocol: whatever else writes to it (console.log in a library) goes to stderr instead.
 * @returns the stream for the protocol, and how to undo the change
 */
export function reserveStdout(): { readonly output: Writable; restore(): void } {
  const { stdout, stderr } = process;
  const originalWrite = stdout.write;
  const originalConsole = globalThis.console;
  const write = originalWrite.bind(stdout);
  const output = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      write(chunk, (error) => done(error));
    },
  });
  const onError = (error: Error): void => {
    output.destroy(error);
  };
  stdout.on('error', onError);
  stdout.write = stderr.write.bind(stderr);
  globalThis.console = new Console(stderr, stderr);
  return {
    output,
    restore: () => {
      stdout.off('error', onError);
      stdout.write = originalWrite;
      globalThis.console = originalConsole;
    },
  };
}

/** Resolves when `signal` fires; when `over` fires first, it is given up. */
async function whenAborted(signal: AbortSignal | undefined, over: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  if (signal === undefined) return new Promise(() => undefined);
  await once(signal, 'abort', { signal: over }).catch(() => undefined); // Given up: nobody waits any more.
}

/** Resolves after `ms`, or when `over` fires, so that no timer keeps the process alive. */
async function pause(ms: number, over: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: over }).catch(() => undefined); // Given up: nobody waits any more.
}
