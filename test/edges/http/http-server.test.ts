import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import fc from 'fast-check';
import { ERROR_TABLE } from '../../../src/core/errors.js';
import {
  type HttpServerParts,
  type RunningServer,
  startHttpServer,
} from '../../../src/edges/http/start-http-server.js';
import { emptyServices, toyOperations, type WaitState } from '../toy-workspace.js';

const KEY = 'k'.repeat(32);
const services = emptyServices();
const open: RunningServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

interface Started {
  readonly url: string;
  readonly server: RunningServer;
  readonly state: WaitState;
  readonly lines: Readonly<Record<string, unknown>>[];
}

async function start(
  settings: Partial<HttpServerParts['settings']> = {},
  parts: Partial<HttpServerParts> = {},
): Promise<Started> {
  const state: WaitState = { started: 0, cancelled: 0 };
  const lines: Record<string, unknown>[] = [];
  const server = await startHttpServer({
    operations: toyOperations(state),
    services,
    version: '1.2.3',
    log: (level, message, fields) => lines.push({ level, message, ...fields }),
    port: 0,
    settings: {
      host: '127.0.0.1',
      allowedHosts: [],
      allowedOrigins: [],
      apiKey: '',
      toolsets: ['all'],
      maxBodyBytes: 10_000,
      rateLimit: 0,
      ...settings,
    },
    ...parts,
  });
  open.push(server);
  return { url: server.url, server, state, lines };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** A request with any headers at all, which fetch would not send. */
async function ask(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  // Node frames the body of some methods only when it is told the length.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const request = httpRequest(url, { method, headers: { ...length, ...headers }, agent: false });
  request.end(body);
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]; // As the event is declared.
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  const text = Buffer.concat(parts).toString();
  const isJson = String(response.headers['content-type']).startsWith('application/json');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : {},
  };
}

const post = (url: string, value: unknown): Promise<Answer> =>
  ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });

/** A refusal as every route must give it. */
function expectRefusal(answer: Answer, code: string): void {
  expect(answer.json).toMatchObject({ error: { code, message: expect.any(String), hint: expect.any(String) } });
  expect(answer.status).toBe(ERROR_TABLE[code as keyof typeof ERROR_TABLE].status); // Tests name real codes.
  expect(answer.text).not.toMatch(/\n {4}at |<html/i);
}

const PATHS = ['/', '/healthz', '/readyz', '/openapi.json', '/mcp', '/api/v1/echo?text=a', '/no/such/path'];

describe('the guards stand before every route', () => {
  test.each(PATHS)('%s refuses a foreign host and a foreign origin', async (path) => {
    const { url } = await start();
    for (const host of [
      'evil.example',
      'evil.example:7411',
      'localhost.evil.example',
      '127.0.0.1@evil.example',
      '127.0.0.1,evil.example',
    ]) {
      const answer = await ask(url + path, { headers: { host } });
      if (path === '/mcp')
        expect(answer).toMatchObject({ status: 403, json: { error: { data: { code: 'HOST_FORBIDDEN' } } } });
      else expectRefusal(answer, 'HOST_FORBIDDEN');
    }
    for (const origin of [
      'http://evil.example',
      'null',
      'http://127.0.0.1',
      'http://localhost:3000',
      'file://',
      'x, y',
    ]) {
      const answer = await ask(url + path, { headers: { origin } });
      if (path === '/mcp')
        expect(answer).toMatchObject({ status: 403, json: { error: { data: { code: 'ORIGIN_FORBIDDEN' } } } });
      else expectRefusal(answer, 'ORIGIN_FORBIDDEN');
    }
  });

  test('loopback names and configured hosts pass; the own origin passes', async () => {
    const { url, server } = await start({ allowedHosts: ['quarry.example', 'other.example:81'] });
    for (const host of [
      'localhost',
      `localhost:${server.port}`,
      '127.0.0.1:9',
      '[::1]:9',
      'QUARRY.example',
      'quarry.example:9',
      'other.example:81',
    ]) {
      expect((await ask(`${url}/healthz`, { headers: { host } })).status).toBe(200);
    }
    expect((await ask(`${url}/healthz`, { headers: { host: 'other.example:82' } })).status).toBe(403);
    expect((await ask(`${url}/healthz`, { headers: { origin: url } })).status).toBe(200);
  });

  test('a listed origin gets its preflight and its headers, others get none', async () => {
    const { url } = await start({ allowedOrigins: ['https://app.example'], apiKey: KEY });
    const preflight = await ask(`${url}/api/v1/echo`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': 'https://app.example' } });
    const answer = await ask(`${url}/healthz`, { headers: { origin: 'https://app.example' } });
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example', vary: 'Origin' });
    expect((await ask(`${url}/healthz`)).headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('the key is demanded everywhere but for health', async () => {
    const { url } = await start({ apiKey: KEY });
    for (const path of ['/', '/openapi.json', '/api/v1/echo?text=a', '/no/such/path']) {
      const answer = await ask(url + path);
      expectRefusal(answer, 'UNAUTHORIZED');
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    }
    expect((await ask(`${url}/healthz`)).status).toBe(200);
    for (const authorization of [
      `Bearer ${KEY}x`,
      `Bearer ${KEY.slice(1)}`,
      'Bearer',
      'Bearer  ',
      `Basic ${KEY}`,
      KEY,
    ]) {
      expectRefusal(await ask(`${url}/`, { headers: { authorization } }), 'UNAUTHORIZED');
    }
    expect((await ask(`${url}/`, { headers: { authorization: `bearer ${KEY}` } })).status).toBe(200);
  });

  test('too many requests are told when to come back', async () => {
    const { url } = await start({ rateLimit: 6 });
    expect((await ask(`${url}/api/v1/echo?text=a`)).status).toBe(200);
    const answer = await ask(`${url}/api/v1/echo?text=a`);
    expectRefusal(answer, 'RATE_LIMITED');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('every answer carries a name and the security headers', async () => {
    const { url, lines } = await start();
    const answer = await ask(`${url}/api/v1/echo?text=secret`, { headers: { 'x-request-id': 'abc-1' } });
    expect(answer.headers).toMatchObject({
      'x-request-id': 'abc-1',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    const odd = await ask(`${url}/nothing`, { headers: { 'x-request-id': 'a b\u00e9' } });
    expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines).toContainEqual(expect.objectContaining({ requestId: 'abc-1', path: '/api/v1/echo', status: 200 }));
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(lines).toContainEqual(expect.objectContaining({ status: 404, code: 'ROUTE_NOT_FOUND' }));
  });
});

describe('starting', () => {
  test.each(['0.0.0.0', '::', '192.168.1.5', 'example.com'])('%s without a key is refused', async (host) => {
    await expect(start({ host })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('QUARRY_API_KEY'),
    });
  });

  test('a short key is refused, a good one opens the wildcard', async () => {
    await expect(start({ apiKey: 'short' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const { url } = await start({ host: '0.0.0.0', apiKey: KEY });
    expect((await ask(`${url}/`, { headers: { authorization: `Bearer ${KEY}` } })).status).toBe(200);
  });

  test('a taken port says so', async () => {
    const { server } = await start();
    await expect(start({}, { port: server.port })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('port'),
    });
  });

  test('closing lets a request finish, and takes no new one', async () => {
    const { url, server } = await start();
    const under = post(`${url}/api/v1/wait`, { steps: 30 });
    await ask(`${url}/healthz`);
    await server.close();
    expect((await under).json).toEqual({ steps: 30 });
    await expect(ask(`${url}/healthz`)).rejects.toThrow('ECONNREFUSED');
  });

  test('closing cancels what takes too long', async () => {
    const { url, server, state } = await start({}, { drainMs: 20 });
    const under = post(`${url}/api/v1/wait`, { steps: 10_000 }).catch(() => 'cut off');
    while (state.started === 0) await ask(`${url}/healthz`);
    await server.close();
    await under;
    expect(state.cancelled).toBe(1);
  });
});

describe('REST', () => {
  test('reads typed values from the query, the path and the body', async () => {
    const { url } = await start();
    const query = 'text=gr%C3%BCn+x&times=2&tags=a,b&loud=true&metadata=%7B%22n%22%3A1%7D';
    expect((await ask(`${url}/api/v1/echo?${query}`)).json).toEqual({
      text: 'GRÜN XGRÜN X',
      tags: ['a', 'b'],
      metadata: { n: 1 },
    });
    expect((await ask(`${url}/api/v1/echo?text=a&tags=x&tags=y,z`)).json).toMatchObject({ tags: ['x', 'y,z'] });
    expect((await ask(`${url}/api/v1/shelves/a%2Fb`)).json).toMatchObject({ id: 'a/b' });
    expect(await post(`${url}/api/v1/shelves`, { label: 'l' })).toMatchObject({ status: 201, json: { label: 'l' } });
  });

  test('a fixed path comes before a parameter', async () => {
    const { url } = await start();
    expect((await ask(`${url}/api/v1/shelves/stats`)).json).toEqual({ count: 7 });
  });

  test('gives text to who asks for it', async () => {
    const { url } = await start();
    const answer = await ask(`${url}/api/v1/shelves/a`, { headers: { accept: 'text/plain' } });
    expect(answer.text).toBe('a by id');
    expect((await ask(`${url}/api/v1/shelves/a`, { headers: { accept: '*/*' } })).json).toMatchObject({ id: 'a' });
  });

  test('HEAD, OPTIONS and wrong methods', async () => {
    const { url } = await start();
    expect(await ask(`${url}/api/v1/shelves/stats`, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect(await ask(`${url}/api/v1/shelves/x`, { method: 'OPTIONS' })).toMatchObject({
      status: 204,
      headers: { allow: 'GET, DELETE, HEAD, OPTIONS' },
    });
    const wrong = await ask(`${url}/api/v1/shelves`, { method: 'PATCH' });
    expectRefusal(wrong, 'METHOD_NOT_ALLOWED');
    expect(wrong.headers['allow']).toBe('POST, OPTIONS');
    expectRefusal(await ask(`${url}/healthz`, { method: 'POST' }), 'METHOD_NOT_ALLOWED');
    expectRefusal(await ask(`${url}/API/V1/echo?text=a`), 'ROUTE_NOT_FOUND');
  });

  test.each([
    ['unknown key', '?text=a&tetx=b', 'tetx'],
    ['no key', '', 'text'],
    ['no number', '?text=a&times=x', 'times'],
    ['repeated single value', '?text=a&text=b', 'text'],
    ['broken encoding', '?text=%E0%A4%A', 'query string'],
    ['prototype key', '?text=a&__proto__=b', '__proto__'],
    ['no object', '?text=a&metadata=5', 'metadata'],
  ])('%s is refused in words', async (_name, query, word) => {
    const { url } = await start();
    const answer = await ask(`${url}/api/v1/echo${query}`);
    expectRefusal(answer, 'INPUT_INVALID');
    expect(answer.text).toContain(word);
  });

  test('a broken path is refused', async () => {
    const { url } = await start();
    expectRefusal(await ask(`${url}/api/v1/shelves/%E0%A4`), 'INPUT_INVALID');
  });

  test('a key in two places is refused', async () => {
    const { url } = await start();
    const answer = await ask(`${url}/api/v1/shelves?label=a`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"label":"b"}',
    });
    expectRefusal(answer, 'INPUT_INVALID');
    expect(answer.text).toContain('more than one place');
  });

  test.each([
    ['malformed JSON', '{"label":', 'application/json', 'INPUT_INVALID'],
    ['a list', '["label"]', 'application/json', 'INPUT_INVALID'],
    ['null', 'null', 'application/json', 'INPUT_INVALID'],
    ['prototype keys', '{"label":"a","__proto__":{"x":1},"constructor":{}}', 'application/json', 'INPUT_INVALID'],
    ['bad UTF-8', Buffer.from('{"label":"\u00ff"}', 'latin1'), 'application/json', 'INPUT_INVALID'],
    ['a form', 'label=a', 'application/x-www-form-urlencoded', 'FORMAT_UNSUPPORTED'],
    ['no type', '{"label":"a"}', '', 'FORMAT_UNSUPPORTED'],
    ['a simple type', '{"label":"a"}', 'text/plain', 'FORMAT_UNSUPPORTED'],
    ['a large body', `{"label":"${'x'.repeat(20_000)}"}`, 'application/json', 'BODY_TOO_LARGE'],
    ['an unknown encoding', '{}', 'application/json in zstd9', 'FORMAT_UNSUPPORTED'],
    ['broken gzip', 'no gzip', 'application/json in gzip', 'INPUT_INVALID'],
    ['a gzip bomb', gzipSync(Buffer.alloc(5_000_000, 0x20)), 'application/json in gzip', 'BODY_TOO_LARGE'],
  ])('%s is refused', async (_name, body, type, code) => {
    const { url } = await start();
    const [mediaType = '', encoding] = type.split(' in ');
    const headers: Record<string, string> = {
      ...(mediaType === '' ? {} : { 'content-type': mediaType }),
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    };
    expectRefusal(await ask(`${url}/api/v1/shelves`, { method: 'POST', headers, body }), code);
  });

  test('a compressed body is read', async () => {
    const { url } = await start();
    const answer = await ask(`${url}/api/v1/shelves`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' },
      body: gzipSync('{"label":"zipped"}'),
    });
    expect(answer.json).toMatchObject({ label: 'zipped' });
  });

  test('a foreign fault shows nothing of the inside, and is logged', async () => {
    const { url, lines } = await start();
    const answer = await post(`${url}/api/v1/boom`, {});
    expectRefusal(answer, 'INTERNAL');
    expect(answer.text).not.toMatch(/home|native/);
    expect(JSON.stringify(lines)).toContain('native.rs');
  });

  test('what may pass by itself says when to try again', async () => {
    const { url } = await start();
    const answer = await ask(`${url}/api/v1/shelves/locked`);
    expectRefusal(answer, 'STORE_LOCKED');
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.json).toMatchObject({ error: { retryable: true } });
  });

  test('a client that leaves cancels the work', async () => {
    const { url, state, lines } = await start();
    const controller = new AbortController();
    const call = fetch(`${url}/api/v1/wait`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"steps":10000}',
      signal: controller.signal,
    });
    while (state.started === 0) await ask(`${url}/healthz`);
    controller.abort();
    await expect(call).rejects.toThrow();
    while (state.cancelled === 0) await ask(`${url}/healthz`);
    expect(lines).toContainEqual(expect.objectContaining({ path: '/api/v1/wait', status: 499 }));
  });

  test('whatever the request: JSON, and a typed error with a hint', async () => {
    const { url } = await start();
    const paths = fc.constantFrom('/api/v1/echo', '/api/v1/shelves', '/api/v1/wait', '/api/v1/shelves/a', '/nothing');
    const methods = fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH', 'PUT');
    const queries = fc.webQueryParameters({ size: 'small' });
    const bodies = fc.oneof(
      fc.json(),
      fc.uint8Array().map(Buffer.from),
      fc.constant('['.repeat(4_000)),
      fc.constant(''),
    );
    await fc.assert(
      fc.asyncProperty(paths, methods, queries, bodies, async (path, method, query, body) => {
        const answer = await ask(`${url}${path}?${query}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body,
        });
        expect(answer.headers['content-type']).toMatch(/^application\/json/);
        if (answer.status < 400) return;
        expect(answer.status).toBeLessThan(500);
        expect(answer.json).toMatchObject({ error: { code: expect.any(String), hint: expect.any(String) } });
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    'not http at all\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  ])('what is no request is answered as JSON (%#)', async (bytes) => {
    const { server } = await start();
    const socket = connectSocket(server.port, '127.0.0.1');
    socket.end(bytes);
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part);
    const [head, body] = Buffer.concat(parts).toString().split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(JSON.parse(body ?? '')).toMatchObject({ error: { code: 'INPUT_INVALID', hint: expect.any(String) } });
  });
});

describe('health and index', () => {
  test('live, not ready without a model, and what there is', async () => {
    const { url } = await start();
    expect((await ask(`${url}/healthz`)).json).toEqual({ status: 'ok' });
    expect(await ask(`${url}/readyz`)).toMatchObject({
      status: 503,
      json: { status: 'not ready', code: 'MODEL_UNAVAILABLE' },
    });
    expect((await ask(`${url}/`)).json).toMatchObject({ name: 'quarry', version: '1.2.3', mcp: '/mcp' });
  });
});

describe('MCP over HTTP', () => {
  async function connect(url: string, headers: Record<string, string> = {}): Promise<Client> {
    const client = new Client({ name: 'test', version: '1' });
    // The SDK declares its optional callbacks more loosely than exactOptionalPropertyTypes allows.
    const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
      requestInit: { headers },
    }) as Parameters<typeof client.connect>[0];
    await client.connect(transport);
    return client;
  }

  test('a real client lists, calls, sees progress and errors', async () => {
    const { url } = await start({ apiKey: KEY });
    const client = await connect(url, { authorization: `Bearer ${KEY}` });
    expect(client.getInstructions()).toContain('Nothing is indexed yet');
    expect((await client.listTools()).tools.length).toBeGreaterThan(3);
    expect((await client.callTool({ name: 'echo', arguments: { text: 'a' } }))['structuredContent']).toMatchObject({
      text: 'a',
    });
    expect((await client.callTool({ name: 'echo', arguments: {} })).isError).toBe(true);
    const seen: number[] = [];
    await client.callTool({ name: 'wait', arguments: { steps: 300 } }, undefined, {
      onprogress: ({ progress }) => seen.push(progress),
    });
    expect(seen.length).toBeGreaterThan(1);
    await client.close();
  });

  test('the address can ask for a part of the toolsets, never for more', async () => {
    const { url } = await start({ toolsets: ['knowledge', 'notes'] });
    const names = async (query: string): Promise<string[]> => {
      const client = new Client({ name: 'test', version: '1' });
      const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp${query}`));
      // The SDK declares its optional callbacks more loosely than exactOptionalPropertyTypes allows.
      await client.connect(transport as Parameters<typeof client.connect>[0]);
      const { tools } = await client.listTools();
      await client.close();
      return tools.map((tool) => tool.name);
    };
    expect(await names('?toolsets=notes')).toEqual(['shelf_create', 'shelf_delete']);
    expect((await names('')).length).toBe(toyOperations().length);
    await expect(names('?toolsets=admin')).rejects.toThrow('Offered: knowledge, notes');
    await expect(names('?toolsets=all')).rejects.toThrow();
  });

  test('a client without the key is turned away', async () => {
    const { url } = await start({ apiKey: KEY });
    await expect(connect(url)).rejects.toThrow();
  });

  test('plain JSON without a token, events with one', async () => {
    const { url } = await start();
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const call = (meta: object): string =>
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'shelf_stats', arguments: {}, ...meta },
      });
    const plain = await ask(`${url}/mcp`, { method: 'POST', headers, body: call({}) });
    expect(plain.headers['content-type']).toMatch(/^application\/json/);
    expect(plain.json).toMatchObject({ id: 1, result: { structuredContent: { count: 7 } } });
    const stream = await ask(`${url}/mcp`, { method: 'POST', headers, body: call({ _meta: { progressToken: 0 } }) });
    expect(stream.headers['content-type']).toBe('text/event-stream');
    expect(stream.text).toContain('"count":7');
  });

  test.each([undefined, '*/*', 'application/json', 'text/html'])(
    'a client that accepts %s gets plain JSON',
    async (accept) => {
      const { url } = await start();
      const headers = { 'content-type': 'application/json', ...(accept === undefined ? {} : { accept }) };
      const params = { name: 'shelf_stats', arguments: {}, _meta: { progressToken: 1 } };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
      const answer = await ask(`${url}/mcp`, { method: 'POST', headers, body });
      expect(answer).toMatchObject({ status: 200, json: { result: { structuredContent: { count: 7 } } } });
    },
  );

  test('a client that leaves cancels its call', async () => {
    const { url, state } = await start();
    const client = await connect(url);
    const call = client.callTool({ name: 'wait', arguments: { steps: 10_000 } });
    while (state.started === 0) await ask(`${url}/healthz`);
    await client.close();
    await expect(call).rejects.toThrow();
    while (state.cancelled === 0) await ask(`${url}/healthz`);
  });

  test.each([
    ['GET', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['DELETE', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['POST', '{', 400, 'INPUT_INVALID'],
    ['POST', `"${'x'.repeat(20_000)}"`, 413, 'BODY_TOO_LARGE'],
  ])('%s %s is refused as JSON-RPC', async (method, body, status, code) => {
    const { url } = await start();
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const answer = await ask(`${url}/mcp`, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(answer).toMatchObject({
      status,
      json: { jsonrpc: '2.0', id: null, error: { code: expect.any(Number), data: { code } } },
    });
  });

  test('whatever is posted: JSON-RPC, never a fault of the server', async () => {
    const { url } = await start();
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const messages = fc.oneof(
      fc.jsonValue(),
      fc.record({
        jsonrpc: fc.constant('2.0'),
        id: fc.oneof(fc.integer(), fc.string()),
        method: fc.constantFrom('tools/call', 'ping', 'x'),
        params: fc.dictionary(fc.string(), fc.jsonValue()),
      }),
    );
    await fc.assert(
      fc.asyncProperty(messages, async (message) => {
        const answer = await ask(`${url}/mcp`, { method: 'POST', headers, body: JSON.stringify(message) });
        expect(answer.status).toBeLessThan(500);
        if (answer.text !== '') expect(answer.text).toContain('"jsonrpc":"2.0"');
      }),
      { numRuns: 100 },
    );
  });
});
