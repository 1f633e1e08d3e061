import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  ErrorCode,
  type JSONRPCMessage,
  JSONRPCMessageSchema,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import { hasLittleStructure, MAX_STRUCTURE_BYTES } from '../../core/json-structure.js';
import { refuseMessage, requestIdOf } from './check-message.js';

/** Streams of a {@link StdioTransport}. */
export interface StdioStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Longest line in bytes; longer ones are refused and skipped, and the connection lives on. */
  readonly maxLineBytes: number;
  /** Most bytes of a message by what it calls. Default: those of a line. */
  limitOf?(message: unknown): number;
}

/** Requests that are worked on at once; while there are so many, no more input is read. */
const MAX_PENDING = 64;

const LINE_FEED = 0x0a;
const EMPTY = Buffer.alloc(0);
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON-RPC over lines. Unlike the SDK's own transport it answers what it cannot read (broken JSON, bad UTF-8, an
 * overlong line) instead of leaving the client to wait, and it knows when every request has been answered. Input waits
 * while the client does not read its answers, or has enough requests under way, so that no client can fill the memory.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  readonly #streams: StdioStreams;
  /** How many requests of each id are worked on; a careless client may give one id twice. */
  readonly #pending = new Map<RequestId, number>();
  #underWay = 0;
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
  /** What was received and not looked at, because of what {@link StdioTransport.#isBlocked} says. */
  #unread: Buffer[] = [];
  #isReading = false;
  #isEnded = false;
  /** Whether the client leaves answers unread. */
  #isFull = false;

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
    output.on('drain', this.#onDrain);
  }

  /** Resolves when everything that was received has been read, and every request has been answered or cancelled. */
  async drained(): Promise<void> {
    if (this.#isIdle()) return;
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
    output.off('drain', this.#onDrain);
    input.pause();
    this.#unread = [];
    this.#end();
    for (const resolve of this.#idle.splice(0)) resolve();
    this.onclose?.();
  }

  readonly #onEnd = (): void => {
    this.#isEnded = true;
    this.#readOn();
    this.#end();
  };

  readonly #onDrain = (): void => {
    this.#isFull = false;
    this.#readOn();
  };

  /** The other side is gone: nobody will read an answer. */
  readonly #onBroken = (error: Error): void => {
    this.onerror?.(error);
    this.#end();
    void this.close();
  };

  readonly #onData = (data: Buffer | string): void => {
    this.#unread.push(typeof data === 'string' ? Buffer.from(data) : data);
    this.#readOn();
  };

  get #isBlocked(): boolean {
    return this.#isFull || this.#underWay >= MAX_PENDING;
  }

  /** Reads lines until there are no more or the client has to wait. Refusals may end up here again, hence the guard. */
  #readOn(): void {
    if (this.#isReading || this.#isClosed) return;
    this.#isReading = true;
    while (!this.#isBlocked && this.#unread.length > 0) this.#readLine();
    this.#isReading = false;
    if (this.#isBlocked) {
      this.#streams.input.pause();
      return;
    }
    if (this.#isEnded) this.#finishLine();
    else this.#streams.input.resume();
    this.#tellIdle();
  }

  #readLine(): void {
    const [part = EMPTY, ...others] = this.#unread;
    const at = part.indexOf(LINE_FEED);
    const rest = at < 0 ? EMPTY : part.subarray(at + 1);
    this.#unread = rest.length === 0 ? others : [rest, ...others];
    this.#append(at < 0 ? part : part.subarray(0, at));
    if (at >= 0) this.#finishLine();
  }

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
      this.#refuse(
        null,
        ErrorCode.ParseError,
        `A line was not JSON in UTF-8, or had more than ${MAX_STRUCTURE_BYTES} bytes outside of its texts. Send one JSON-RPC message per line.`,
      );
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
    const maxBytes = this.#streams.limitOf?.(parsed.data) ?? line.length;
    if (line.length <= maxBytes) this.#accept(parsed.data);
    else this.#refuse(requestIdOf(value), ErrorCode.InvalidRequest, `This message may have at most ${maxBytes} bytes.`);
  }

  #accept(message: JSONRPCMessage): void {
    if ('method' in message && 'id' in message) {
      this.#pending.set(message.id, (this.#pending.get(message.id) ?? 0) + 1);
      this.#underWay += 1;
    }
    // A cancelled request is never answered, so nothing is left to wait for.
    if ('method' in message && message.method === 'notifications/cancelled') {
      const id = message.params?.['requestId'];
      if (typeof id === 'string' || typeof id === 'number') this.#settle(id);
    }
    this.onmessage?.(message);
  }

  #settle(id: RequestId): void {
    const count = this.#pending.get(id) ?? 0;
    if (count > 0) this.#underWay -= 1;
    if (count > 1) this.#pending.set(id, count - 1);
    else this.#pending.delete(id);
    this.#readOn();
    this.#tellIdle();
  }

  #isIdle(): boolean {
    const hasLastLine = this.#isEnded && this.#parts.length > 0;
    return this.#underWay === 0 && this.#unread.length === 0 && !hasLastLine;
  }

  #tellIdle(): void {
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #refuse(id: RequestId | null, code: number, message: string): void {
    void this.#write(JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }));
  }

  /** Resolves when the line is handed over; a broken pipe resolves too, for the error event ends the connection. */
  async #write(line: string): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => {
      if (!this.#streams.output.write(`${line}\n`, () => resolve())) this.#isFull = true;
    });
  }
}

const BLANK = Symbol('blank line');
const BROKEN = Symbol('broken line');

function parseLine(line: Buffer): unknown {
  try {
    const text = decoder.decode(line);
    if (!hasLittleStructure(text)) return BROKEN;
    return text.trim() === '' ? BLANK : JSON.parse(text);
  } catch {
    return BROKEN; // Answered as a parse error by the caller.
  }
}
