import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect as connectSocket, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseJson } from '../../../src/edges/http/parse-json.js';
import { ReceivedBody } from '../../../src/edges/http/received-body.js';
import {
  type HttpServerParts,
  type RunningServer,
  startHttpServer,
} from '../../../src/edges/http/start-http-server.js';
import { defineOperation, type Operation } from '../../../src/operations/define.js';
import { FairQueue } from '../../../src/services/fair-queue.js';
import { emptyServices } from '../toy-workspace.js';

const KEY = 'k'.repeat(32);
const KIB = 1024;
const open: RunningServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of open.splice(0)) await server.close();
});

/** A body that came in parts, which end within characters too. */
function received(json: string | Buffer): ReceivedBody {
  const bytes = Buffer.from(json);
  const body = new ReceivedBody();
  for (let at = 0; at < bytes.length; at += 16_383) body.push(bytes.subarray(at, at + 16_383));
  return body;
}

/** Operations of the test, and what it learns of them. */
function makeOperations() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const shared = {
    summary: 'Take a text',
    description: 'Takes a text.',
    effect: 'read',
    idempotent: true,
    openWorld: false,
    toolset: 'knowledge',
    output: z.object({ characters: z.number() }),
    errors: ['INPUT_INVALID'],
    examples: [],
    render: ({ characters }: { characters: number }) => String(characters),
  } as const;
  const input = z.strictObject({
    text: z.string().describe('A text.'),
    list: z.array(z.number()).optional().describe('Numbers.'),
  });
  const run = async (_context: unknown, { text }: { text: string }) => ({ characters: text.length });
  const small = defineOperation({
    ...shared,
    input,
    run,
    name: 'small',
    http: { method: 'POST', path: '/small' },
    cli: { command: ['small'] },
  });
  const large = defineOperation({
    ...shared,
    input,
    run,
    name: 'large',
    http: { method: 'POST', path: '/large' },
    cli: { command: ['large'] },
    maxInputBytes: 1024 * KIB,
  });
  const costly = defineOperation({
    ...shared,
    input,
    name: 'costly',
    http: { method: 'POST', path: '/costly' },
    cli: { command: ['costly'] },
    takesTurn: true,
    async run(_context, { text }) {
      begun.push(text);
      await new Promise<void>((resolve) => ends.set(text, resolve));
      return { characters: text.length };
    },
  });
  // Its answer is longer than the buffers of both ends of a connection.
  const long = defineOperation({
    ...shared,
    input: z.strictObject({}),
    output: z.object({ text: z.string() }),
    name: 'long',
    http: { method: 'GET', path: '/long' },
    cli: { command: ['long'] },
    run: async () => ({ text: 'x'.repeat(16 * KIB * KIB) }),
    render: () => '',
  });
  const operations: readonly Operation[] = [small, large, costly, long];
  return { operations, begun, end: (text: string) => ends.get(text)?.() };
}

async function start(
  settings: Partial<HttpServerParts['settings']> = {},
  parts: Partial<HttpServerParts> & { readonly turns?: FairQueue } = {},
) {
  const made = makeOperations();
  const { turns, ...others } = parts;
  const services = emptyServices();
  const lines: Readonly<Record<string, unknown>>[] = [];
  const server = await startHttpServer({
    operations: made.operations,
    services: turns === undefined ? services : { ...services, turns },
    version: '1.2.3',
    log: (level, message, fields) => lines.push({ level, message, ...fields }),
    port: 0,
    settings: {
      host: '127.0.0.1',
      allowedHosts: [],
      allowedOrigins: [],
      apiKey: '',
      toolsets: ['all'],
      maxBodyBytes: 16 * KIB * KIB,
      rateLimit: 0,
      ...settings,
    },
    ...others,
  });
  open.push(server);
  return { ...made, url: server.url, port: server.port, server, lines };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly json: Record<string, unknown>;
}

async function read(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    json: JSON.parse(Buffer.concat(parts).toString()),
  };
}

async function post(
  url: string,
  body: string | Uint8Array,
  options: { readonly headers?: Record<string, string>; readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...options.headers };
  const { signal } = options;
  const request = httpRequest(url, {
    method: 'POST',
    headers,
    agent: false,
    ...(signal === undefined ? {} : { signal }),
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage]; // As the event is declared.
  // What the server does not read may come back as an error of the connection, after the answer.
  request.on('error', () => undefined);
  return read(response);
}

const get = (url: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    httpRequest(url, { headers, agent: false }, (response) => read(response).then(resolve, reject))
      .on('error', reject)
      .end();
  });

const text = (characters: number): string => JSON.stringify({ text: 'x'.repeat(characters) });
const call = (name: string, given: unknown): object => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: given },
});

/** Why a queue refuses another caller; undefined while it would let it wait. */
async function refusalOf(turns: FairQueue): Promise<unknown> {
  const gone = new AbortController();
  const turn = turns.run({ caller: 'probe', signal: gone.signal }, async () => undefined);
  gone.abort();
  return turn.then(
    () => undefined,
    (error: { code?: unknown }) => (error.code === 'CANCELLED' ? undefined : error.code),
  );
}

/** Everything that the server says before it closes. */
async function rest(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (part: Buffer) => parts.push(part)).resume();
  if (!socket.closed) await once(socket, 'close');
  return Buffer.concat(parts).toString();
}

async function plug(port: number, bytes = ''): Promise<Socket> {
  const socket = connectSocket(port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes);
  return socket;
}

describe('bodies', () => {
  test.each([
    ['small', 60 * KIB, 200],
    ['small', 70 * KIB, 413],
    ['small', 12 * KIB * KIB, 413],
    ['large', 1000 * KIB, 200],
    ['large', 1100 * KIB, 413],
    ['large', 12 * KIB * KIB, 413],
  ])('%s takes %i bytes: %i', async (name, bytes, status) => {
    const { url } = await start();
    const plain = await post(`${url}/api/v1/${name}`, text(bytes), {
      headers: { 'content-length': String(Buffer.byteLength(text(bytes))) },
    });
    expect(plain.status).toBe(status);
    const chunked = await post(`${url}/api/v1/${name}`, text(bytes), { headers: { 'transfer-encoding': 'chunked' } });
    expect(chunked.status).toBe(status);
    if (status === 413) {
      expect(chunked).toMatchObject({ headers: { connection: 'close' }, json: { error: { code: 'BODY_TOO_LARGE' } } });
    }
  });

  test('the setting caps every limit', async () => {
    const { url } = await start({ maxBodyBytes: 2 * KIB });
    expect((await post(`${url}/api/v1/large`, text(KIB))).status).toBe(200);
    expect((await post(`${url}/api/v1/large`, text(3 * KIB))).status).toBe(413);
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('what %s unpacks to is counted', async (encoding, compress) => {
    const { url } = await start();
    const headers = { 'content-encoding': encoding };
    expect((await post(`${url}/api/v1/small`, compress(text(60 * KIB)), { headers })).status).toBe(200);
    const bomb = compress(Buffer.alloc(20 * KIB * KIB, 0x20));
    expect((await post(`${url}/api/v1/small`, bomb, { headers })).status).toBe(413);
    expect((await post(`${url}/api/v1/large`, bomb, { headers })).status).toBe(413);
  });

  test.each([
    ['a long list', `{"text":"a","list":[${'1,'.repeat(200_000)}1]}`],
    ['a long number', `{"text":"a","list":[${'9'.repeat(200_000)}]}`],
    ['many keys', `{${Array.from({ length: 20_000 }, (_, n) => `"key${n}":${n}`).join(',')}}`],
    ['deep nesting', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['blanks', `{"text":"a"${' '.repeat(200_000)}}`],
  ])('%s is refused before it is parsed, also where long texts are taken', async (_name, body) => {
    const { url } = await start();
    expect(await post(`${url}/api/v1/large`, body)).toMatchObject({
      status: 413,
      json: { error: { code: 'BODY_TOO_LARGE', hint: expect.stringContaining('outside of its texts') } },
    });
    expect(await post(`${url}/mcp`, body)).toMatchObject({
      status: 413,
      json: { error: { data: { code: 'BODY_TOO_LARGE' } } },
    });
  });

  test('MCP over HTTP judges each call by its own tool', async () => {
    const { url } = await start();
    const send = (message: unknown): Promise<Answer> => post(`${url}/mcp`, JSON.stringify(message));
    const long = { text: 'x'.repeat(200 * KIB) };
    expect(await send(call('large', long))).toMatchObject({
      status: 200,
      json: { result: { structuredContent: { characters: 200 * KIB } } },
    });
    for (const message of [
      call('small', long),
      call('nothing', long),
      { jsonrpc: '2.0', id: 1, method: 'ping', params: long },
    ]) {
      expect(await send(message)).toMatchObject({ status: 413, json: { error: { data: { code: 'BODY_TOO_LARGE' } } } });
    }
    expect((await send(call('large', { text: 'x'.repeat(1100 * KIB) }))).status).toBe(413);
    expect((await send(Array(20).fill(call('small', { text: 'x'.repeat(2 * KIB) })))).status).toBe(200);
    expect((await send(Array(20).fill(call('small', { text: 'x'.repeat(4 * KIB) })))).status).toBe(413);
    expect(await send(Array(21).fill(call('small', { text: 'x' })))).toMatchObject({
      status: 400,
      json: { error: { data: { code: 'INPUT_INVALID' } } },
    });
  });

  test('large bodies are parsed elsewhere, to the same values', async () => {
    const long = 'grün 中 \ud83d'.repeat(40_000);
    const value = JSON.parse(
      `{"__proto__":{"a":1,"__proto__":"${'é'.repeat(50_000)}"},"text":${JSON.stringify(long)},"list":[1.5,null,true,{},["${'z'.repeat(300_000)}"]]}`,
    );
    for (const given of [value, long, [long, 'x'], { a: 'x'.repeat(30_000), ...Object.fromEntries([[long, 1]]) }]) {
      const parsed = await parseJson(received(JSON.stringify(given)));
      expect(JSON.stringify(parsed) === JSON.stringify(given)).toBe(true);
    }
    const padding = 'x'.repeat(200 * KIB);
    await expect(parseJson(received(`{"a":"${padding}`))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: 'The body is not valid JSON.',
    });
    await expect(parseJson(received(Buffer.from(`"${padding}\u00ff"`, 'latin1')))).rejects.toMatchObject({
      message: 'The body is not UTF-8.',
    });
  });

  test('a body that stops is refused and its connection closed', async () => {
    const { port, lines } = await start({}, { bodyIdleMs: 20 });
    const head = 'POST /api/v1/small HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    for (const body of [
      'Content-Length: 90000\r\n\r\n',
      'Content-Length: 50\r\n\r\n{"te',
      'Transfer-Encoding: chunked\r\n\r\n5\r\n{"te',
    ]) {
      const said = await rest(await plug(port, head + body));
      expect(said).toMatch(/^HTTP\/1\.1 4(?:08|13) /);
    }
    expect(lines).toContainEqual(expect.objectContaining({ code: 'REQUEST_TIMEOUT', status: 408, operation: 'small' }));
  });
});

describe('sockets', () => {
  test.each([
    ['says nothing', ''],
    ['never ends its headers', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
    ['never ends its body', 'POST /api/v1/small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{'],
    ['never ends a body that nobody reads', 'POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{'],
  ])('one that %s is closed', async (_name, bytes) => {
    const { port } = await start({}, { sockets: { headersMs: 50, requestMs: 100, keepAliveMs: 50 } });
    const said = await rest(await plug(port, bytes));
    if (!bytes.includes('/nothing')) expect(said).toContain('408 Request Timeout');
  });

  test('one that does not read its answer is closed', async () => {
    const { port, lines } = await start({}, { sockets: { stalledMs: 50 } });
    const socket = await plug(port);
    socket.pause();
    socket.on('error', () => undefined);
    socket.write('GET /api/v1/long HTTP/1.1\r\nHost: localhost\r\n\r\n');
    while (!lines.some((line) => line['path'] === '/api/v1/long'))
      await new Promise((resolve) => setImmediate(resolve));
    expect((await rest(socket)).length).toBeLessThan(16 * KIB * KIB);
  });

  test('beyond the limit an idle connection makes room, one at work never does', async () => {
    const { url, port, begun, end } = await start({}, { sockets: { connections: 3, perAddress: 3, idleMs: 0 } });
    const work = post(`${url}/api/v1/costly`, '{"text":"busy"}');
    while (begun.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const oldest = await plug(port);
    await plug(port);
    expect((await get(`${url}/healthz`)).status).toBe(200);
    expect(await rest(oldest)).toBe('');
    end('busy');
    expect((await work).status).toBe(200);
  });

  test('where all are at work, one more is closed', async () => {
    const turns = new FairQueue({ places: 2, perCaller: 1, total: 1 });
    const { url, begun, end } = await start({}, { turns, sockets: { connections: 9, perAddress: 2, idleMs: 0 } });
    const work = ['a', 'b'].map((name) => post(`${url}/api/v1/costly`, JSON.stringify({ text: name })));
    while (begun.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await expect(get(`${url}/healthz`)).rejects.toThrow(/ECONNRESET|socket hang up/);
    for (const name of ['a', 'b']) end(name);
    for (const answer of await Promise.all(work)) expect(answer.status).toBe(200);
  });
});

describe('turns', () => {
  const behindProxy = { trustedProxies: ['127.0.0.1'] };
  const as = (client: string) => ({ headers: { 'x-forwarded-for': client } });

  test('a client meets its own bound, all clients that of the server; each is told when to come back', async () => {
    const turns = new FairQueue({ places: 1, perCaller: 1, total: 2 });
    const { url, begun, end } = await start(behindProxy, { turns });
    const ask = (name: string, client: string): Promise<Answer> =>
      post(`${url}/api/v1/costly`, JSON.stringify({ text: name }), as(client));
    const first = ask('first', '203.0.113.1');
    while (begun.length === 0) await new Promise((resolve) => setImmediate(resolve));
    // Sent at once; whichever comes first waits and the other is refused.
    const pair = [ask('second', '203.0.113.1'), ask('second', '203.0.113.1')];
    const refused = await Promise.race(pair);
    expect(refused).toMatchObject({ status: 429, json: { error: { code: 'RATE_LIMITED', retryable: true } } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const others = [ask('third', '2001:db8::1'), ask('third', '2001:db8:0:1::1')];
    const overloaded = await Promise.race(others);
    expect(overloaded).toMatchObject({ status: 503, json: { error: { code: 'OVERLOADED', retryable: true } } });
    expect(Number(overloaded.headers['retry-after'])).toBeGreaterThan(0);
    expect(
      await post(`${url}/mcp`, JSON.stringify(call('costly', { text: 'fourth' })), as('203.0.113.1')),
    ).toMatchObject({
      status: 200,
      json: { result: { isError: true, content: [{ text: expect.stringContaining('RATE_LIMITED') }] } },
    });
    for (const name of ['first', 'second', 'third']) {
      while (!begun.includes(name)) await new Promise((resolve) => setImmediate(resolve));
      end(name);
    }
    const statuses = (await Promise.all([first, ...pair, ...others])).map((answer) => answer.status);
    expect(statuses.sort()).toEqual([200, 200, 200, 429, 503]);
  });

  test('a client that goes away leaves the queue, and its call never runs', async () => {
    const turns = new FairQueue({ places: 1, perCaller: 2, total: 2 });
    const { url, begun, end, lines } = await start({}, { turns });
    const first = post(`${url}/api/v1/costly`, '{"text":"first"}');
    while (begun.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const gone = new AbortController();
    const left = post(`${url}/api/v1/costly`, '{"text":"left"}', { signal: gone.signal });
    const stays = post(`${url}/api/v1/costly`, '{"text":"stays"}');
    // The queue is full when both wait, and only then.
    while ((await refusalOf(turns)) !== 'OVERLOADED') await new Promise((resolve) => setImmediate(resolve));
    gone.abort();
    await expect(left).rejects.toThrow();
    while (!lines.some((line) => line['status'] === 499)) await new Promise((resolve) => setImmediate(resolve));
    end('first');
    while (!begun.includes('stays')) await new Promise((resolve) => setImmediate(resolve));
    end('stays');
    expect((await first).status).toBe(200);
    expect((await stays).status).toBe(200);
    expect(begun).toEqual(['first', 'stays']);
  });
});

describe('limits by client', () => {
  test('health is answered while everything else is limited, and looks at the store once', async () => {
    const { url, lines } = await start({ rateLimit: 6 });
    await get(`${url}/`);
    expect((await get(`${url}/`)).status).toBe(429);
    for (let i = 0; i < 30; i++) {
      expect((await get(`${url}/healthz`)).status).toBe(200);
      expect((await get(`${url}/readyz`)).json).toEqual({ status: 'not ready', code: 'MODEL_UNAVAILABLE' });
    }
    const looks = lines.filter((line) => line['level'] === 'warn').length;
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(30);
  });

  test('wrong keys have a limit of their own; the right key, and other clients, do not meet it', async () => {
    const { url } = await start({ apiKey: KEY, trustedProxies: ['127.0.0.1'] });
    const as = (client: string, key: string): Promise<Answer> =>
      get(`${url}/`, { authorization: `Bearer ${key}`, 'x-forwarded-for': client });
    const statuses: number[] = [];
    for (let i = 0; i < 40; i++) statuses.push((await as('203.0.113.1', `${KEY}${i}`)).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    const limited = await as('203.0.113.1', 'wrong');
    expect(limited.json).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    expect((await as('203.0.113.1', KEY)).status).toBe(200);
    expect((await as('203.0.113.2', 'wrong')).status).toBe(401);
  });

  test('so many requests of a client are under way at once, however they come; others are let in', async () => {
    const { url, begun, end } = await start({ maxConcurrent: 2, trustedProxies: ['127.0.0.1'] });
    const as = (client: string) => ({ headers: { 'x-forwarded-for': client } });
    const mine = as('203.0.113.1');
    const work = [
      post(`${url}/api/v1/costly`, '{"text":"rest"}', mine),
      post(`${url}/mcp`, JSON.stringify(call('costly', { text: 'mcp' })), mine),
    ];
    while (begun.length < 2) await new Promise((resolve) => setImmediate(resolve));
    for (const path of ['/api/v1/small', '/mcp', '/nothing']) {
      const refused = await post(`${url}${path}`, '{}', mine);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await post(`${url}/api/v1/small`, '{"text":"a"}', as('203.0.113.2'))).status).toBe(200);
    for (const name of ['rest', 'mcp']) end(name);
    for (const answer of await Promise.all(work)) expect(answer.status).toBe(200);
    expect((await post(`${url}/api/v1/small`, '{"text":"a"}', mine)).status).toBe(200);
  });

  test('only a trusted proxy can say who the client is', async () => {
    const limited = async (settings: Partial<HttpServerParts['settings']>): Promise<number[]> => {
      const { url, lines } = await start({ rateLimit: 6, ...settings });
      const statuses: number[] = [];
      for (const client of ['203.0.113.1', '203.0.113.2', '203.0.113.1']) {
        statuses.push((await get(`${url}/`, { 'x-forwarded-for': client })).status);
      }
      expect(lines.at(-1)).toMatchObject({
        client: settings.trustedProxies === undefined ? '127.0.0.1' : '203.0.113.1',
      });
      return statuses;
    };
    expect(await limited({})).toEqual([200, 429, 429]);
    expect(await limited({ trustedProxies: ['127.0.0.0/8'] })).toEqual([200, 200, 429]);
    await expect(start({ trustedProxies: ['proxy.example'] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
