import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMcpServer } from '../../../src/edges/mcp/create-mcp-server.js';
import { reserveStdout, type StdioOptions, serveStdio } from '../../../src/edges/mcp/serve-stdio.js';
import { emptyServices, toyOperations, type WaitState } from '../toy-workspace.js';

interface Message {
  readonly id?: unknown;
  readonly result?: { readonly structuredContent?: unknown; readonly isError?: boolean };
  readonly error?: { readonly code: number; readonly message: string };
}

const services = emptyServices();
const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A server on two pipes, and its client's ends. */
function start(options: Partial<StdioOptions> = {}) {
  const state: WaitState = { started: 0, cancelled: 0 };
  const operations = toyOperations(state);
  const parts = { operations, toolsets: ['all'], services, door: 'mcp-stdio', version: '1', instructions: '' } as const;
  const server = createMcpServer({ ...parts, log: () => undefined });
  const input = new PassThrough();
  const output = new PassThrough();
  const messages: Message[] = [];
  let rest = '';
  output.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n');
    rest = lines.pop() ?? '';
    messages.push(...lines.map((line) => JSON.parse(line) as Message)); // stdout carries nothing else.
    output.emit('message');
  });
  const done = serveStdio(server, { input, output, ...options });
  running.push(() => input.end());
  const until = async (count: number): Promise<readonly Message[]> => {
    while (messages.length < count) await once(output, 'message');
    return messages;
  };
  const call = (id: number, name: string, given: unknown): void => {
    input.write(
      `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: given } })}\n`,
    );
  };
  return { state, input, output, done, until, call, messages };
}

describe('serveStdio', () => {
  test('answers what is under way after the end of input, then ends', async () => {
    const { call, input, done, messages } = start();
    for (let id = 0; id < 5; id++) call(id, 'wait', { steps: 20 });
    input.end();
    await done;
    expect(messages.map((message) => message.result?.structuredContent)).toEqual(Array(5).fill({ steps: 20 }));
  });

  test('ends at once without calls, and reads a last line without a line feed', async () => {
    const { input, done, messages } = start();
    input.end(JSON.stringify({ jsonrpc: '2.0', id: 'a', method: 'ping' }));
    await done;
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 'a', result: {} }]);
  });

  test('a call that takes too long after the end of input is cancelled', async () => {
    const { call, input, done, state } = start({ drainMs: 20 });
    call(1, 'wait', { steps: 10_000 });
    input.end();
    await done;
    expect(state).toEqual({ started: 1, cancelled: 1 });
  });

  test('a stop signal cancels calls and ends', async () => {
    const controller = new AbortController();
    const { call, done, state, until } = start({ signal: controller.signal });
    call(1, 'wait', { steps: 10_000 });
    call(2, 'shelf_stats', {});
    await until(1);
    controller.abort();
    await done;
    expect(state).toEqual({ started: 1, cancelled: 1 });
  });

  test('a cancelled call is not waited for', async () => {
    const { call, input, done, state } = start();
    call(1, 'wait', { steps: 10_000 });
    input.end(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })}\n`);
    await done;
    expect(state.started).toBeLessThanOrEqual(1);
  });

  test('a reader that goes away ends the server', async () => {
    const { output, done, call } = start();
    output.destroy(new Error('EPIPE'));
    call(1, 'shelf_stats', {});
    await done;
  });

  test.each([
    ['broken JSON', Buffer.from('{"jsonrpc":'), null, -32_700],
    ['bad UTF-8', Buffer.from([0x22, 0xff, 0x22]), null, -32_700],
    ['a number', Buffer.from('7'), null, -32_600],
    ['a batch', Buffer.from('[{"jsonrpc":"2.0","id":1,"method":"ping"}]'), null, -32_600],
    ['bad params', Buffer.from('{"jsonrpc":"2.0","id":9,"method":"tools/call","params":"x"}'), 9, -32_600],
    ['another version', Buffer.from('{"jsonrpc":"1.0","id":"q","method":"ping"}'), 'q', -32_600],
  ])('%s is answered, and the connection lives on', async (_name, line, id, code) => {
    const { input, call, until } = start();
    input.write(Buffer.concat([line, Buffer.from('\n\n')]));
    call(10, 'shelf_stats', {});
    const [refusal, answer] = await until(2);
    expect(refusal).toMatchObject({ id, error: { code } });
    expect(answer).toMatchObject({ id: 10, result: { structuredContent: { count: 7 } } });
  });

  test.each([
    ['ids of their own', (n: number) => n],
    ['one id', () => 7],
  ])(
    'input waits while there are enough requests under way, with %s; all are answered in the end',
    async (_name, idOf) => {
      const { call, input, done, state, messages } = start({ drainMs: 600_000 });
      for (let n = 0; n < 300; n++) call(idOf(n), 'wait', { steps: 3 });
      while (state.started === 0) await settle();
      expect(state.started).toBeLessThan(300);
      expect(input.isPaused()).toBe(true);
      input.end();
      await done;
      expect(messages.map((message) => message.result?.structuredContent)).toEqual(Array(300).fill({ steps: 3 }));
    },
  );

  test('input waits while the answers are not read, and goes on when they are', async () => {
    const { input, output, done, messages } = start({ drainMs: 600_000 });
    output.pause();
    const total = 3_000;
    const lines = Array.from({ length: total }, (_, id) =>
      JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' }),
    );
    input.end(`${lines.join('\n')}\n`);
    for (let step = 0; step < 500; step++) await settle();
    // What was read before the stream was full, and the requests that were under way by then.
    expect(output.readableLength + output.writableLength).toBeLessThan(5_000_000);
    expect(input.isPaused()).toBe(true);
    output.resume();
    await done;
    expect(new Set(messages.map((message) => message.id)).size).toBe(total);
  });

  test('a message is judged by what it calls, and refused by its id', async () => {
    const limitOf = (message: unknown): number => (JSON.stringify(message).includes('"echo"') ? 900 : 200);
    const { call, until } = start({ limitOf });
    call(1, 'echo', { text: 'x'.repeat(500) });
    call(2, 'shelf_create', { label: 'x'.repeat(500) });
    call(3, 'echo', { text: 'x'.repeat(900) });
    call(4, 'shelf_stats', {});
    const answers = await until(4);
    const byId = new Map(answers.map((message) => [message.id, message]));
    expect([1, 2, 3, 4].map((id) => byId.get(id)?.error?.code)).toEqual([undefined, -32_600, -32_600, undefined]);
  });

  test('data that is no call is refused before it is parsed', async () => {
    const { input, call, until } = start();
    input.write(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"tags":[${'1,'.repeat(100_000)}1]}}}\n`,
    );
    call(2, 'shelf_stats', {});
    const [refusal, answer] = await until(2);
    expect(refusal).toMatchObject({ id: null, error: { code: -32_700 } });
    expect(answer).toMatchObject({ id: 2 });
  });

  test('an overlong line is refused once and skipped', async () => {
    const { input, call, until, messages } = start({ maxLineBytes: 1000 });
    for (let i = 0; i < 30; i++) input.write('x'.repeat(100));
    input.write('\n');
    call(1, 'shelf_stats', {});
    await until(2);
    expect(messages.map((message) => message.error?.code ?? message.id)).toEqual([-32_600, 1]);
  });

  test('messages may arrive in any pieces', async () => {
    const text = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'grün 🌿' } } })}\n`;
    const bytes = Buffer.from(text.repeat(3));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 8 }), async (cuts) => {
        const { input, done, messages } = start();
        const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
        for (const [i, to] of places.slice(1).entries()) input.write(bytes.subarray(places[i], to));
        input.end();
        await done;
        expect(messages.map((message) => message.result?.structuredContent)).toMatchObject(
          Array(3).fill({ text: 'grün 🌿' }),
        );
      }),
      { numRuns: 25 },
    );
  });

  test('random bytes never end it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }), async (lines) => {
        const { input, call, done, messages } = start();
        for (const line of lines) input.write(Buffer.concat([line, Buffer.from('\n')]));
        call(99, 'shelf_stats', {});
        input.end();
        await done;
        expect(messages.at(-1)).toMatchObject({ id: 99, result: { structuredContent: { count: 7 } } });
      }),
      { numRuns: 50 },
    );
  });
});

describe('reserveStdout', () => {
  test('sends what others print to stderr and gives everything back', () => {
    const write = process.stdout.write;
    const { console: before } = globalThis;
    const reserved = reserveStdout();
    try {
      expect(process.stdout.write).not.toBe(write);
      expect(globalThis.console).not.toBe(before);
    } finally {
      reserved.restore();
    }
    expect(process.stdout.write).toBe(write);
    expect(globalThis.console).toBe(before);
  });
});
