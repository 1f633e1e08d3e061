import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { refuseMessage, requestIdOf } from './check-message.js';

/** Streams of a {@link StdioTransport}. */
export interface StdioStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Longest line in bytes; longer ones are refused and skipped, and the connection lives on. */
  readonly maxLineBytes: number;
}

const LINE_FEED = 0x0a;
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON-RPC over lines. Unlike the SDK's own transport it answers what it cannot read (broken JSON, bad UTF-8, an
 * overlong line) instead of leaving the client to wait, and it knows when every request has been answered.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  readonly #streams: StdioStreams;
  readonly #pending = new Set<RequestId>();
  readonly #idle: (() => void)[] = [];
  #end: () => void = () => undefined;
  /** Resolves when the client has closed its end, or reads no more. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  #parts: Buffer[] = [];
  #bytes = 0;
  #isSkipping = false;
  #isClosed = false;

  constructor(streams: StdioStreams) {
    this.#streams = streams;
  }

  async start(): Promise<void> {
    const { input, output } = this.#streams;
    input.on('data', this.#onData);
    input.on('end', this.#onEnd);
    input.on('close', this.#onEnd);
    input.on('error', this.#onBroken);
    output.on('error', this.#onBroken);
  }

  /** Resolves when every request that was read has been answered or cancelled. */
  async drained(): Promise<void> {
    if (this.#pending.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async send(message: JSONRPCMessage): Promise<void> {
    await this.#write(JSON.stringify(message));
    if ('id' in message && !('method' in message) && message.id !== undefined) this.#settle(message.id);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { input, output } = this.#streams;
    input.off('data', this.#onData);
    input.off('end', this.#onEnd);
    input.off('close', this.#onEnd);
    input.off('error', this.#onBroken);
    output.off('error', this.#onBroken);
    input.pause();
    this.#end();
    for (const resolve of this.#idle.splice(0)) resolve();
    this.onclose?.();
  }

  readonly #onEnd = (): void => {
    this.#finishLine();
    this.#end();
  };

  /** The other side is gone: nobody will read an answer. */
  readonly #onBroken = (error: Error): void => {
    this.onerror?.(error);
    this.#end();
    void this.close();
  };

  readonly #onData = (data: Buffer | string): void => {
    let rest = typeof data === 'string' ? Buffer.from(data) : data;
    for (let at = rest.indexOf(LINE_FEED); at >= 0; at = rest.indexOf(LINE_FEED)) {
      this.#append(rest.subarray(0, at));
      this.#finishLine();
      rest = rest.subarray(at + 1);
    }
    this.#append(rest);
  };

  #append(part: Buffer): void {
    if (part.length === 0 || this.#isSkipping) return;
    this.#bytes += part.length;
    if (this.#bytes <= this.#streams.maxLineBytes) {
      this.#parts.push(part);
      return;
    }
    this.#isSkipping = true;
    this.#parts = [];
    this.#refuse(null, ErrorCode.InvalidRequest, `A message may have at most ${this.#streams.maxLineBytes} bytes.`);
  }

  #finishLine(): void {
    const line = Buffer.concat(this.#parts);
    const isSkipped = this.#isSkipping;
    this.#parts = [];
    this.#bytes = 0;
    this.#isSkipping = false;
    if (!isSkipped) this.#read(line);
  }

  #read(line: Buffer): void {
    const value = parseLine(line);
    if (value === BLANK) return;
    if (value === BROKEN) {
      this.#refuse(null, ErrorCode.ParseError, 'A line was not JSON in UTF-8. Send one JSON-RPC message per line.');
      return;
    }
    const refusal = refuseMessage(value);
    if (refusal !== undefined) {
      void this.#write(JSON.stringify(refusal));
      return;
    }
    const parsed = JSONRPCMessageSchema.safeParse(value);
    if (!parsed.success) {
      this.#refuse(
        requestIdOf(value),
        ErrorCode.InvalidRequest,
        'A line was no JSON-RPC 2.0 message. Send an object with jsonrpc, method and, for a request, id; params is an object.',
      );
      return;
    }
    this.#accept(parsed.data);
  }

  #accept(message: JSONRPCMessage): void {
    if ('method' in message && 'id' in message) this.#pending.add(message.id);
    // A cancelled request is never answered, so nothing is left to wait for.
    if ('method' in message && message.method === 'notifications/cancelled') {
      const id = message.params?.['requestId'];
      if (typeof id === 'string' || typeof id === 'number') this.#settle(id);
    }
    this.onmessage?.(message);
  }

  #settle(id: RequestId): void {
    this.#pending.delete(id);
    if (this.#pending.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #refuse(id: RequestId | null, code: number, message: string): void {
    void this.#write(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }));
  }

  /** Resolves when the line is handed over; a broken pipe resolves too, for the error event ends the connection. */
  async #write(line: string): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#streams.output.write(`${line}\n`, () => resolve());
    });
  }
}

const BLANK = Symbol('blank line');
const BROKEN = Symbol('broken line');

function parseLine(line: Buffer): unknown {
  try {
    const text = decoder.decode(line);
    return text.trim() === '' ? BLANK : JSON.parse(text);
  } catch {
    return BROKEN; // Answered as a parse error by the caller.
  }
}
