import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FetcherOptions } from '../../../src/extract/fetch/fetch-settings.js';
import { createFetcher, type Fetcher } from '../../../src/extract/fetch/fetcher.js';
import { resolveAllowed } from '../../../src/extract/fetch/guarded-connector.js';
import { type LoopbackSite, redirectTo, startLoopbackSite } from '../../fixtures/loopback-site.js';

const run = promisify(execFile);
const BOMB = fileURLToPath(new URL('./gzip-bomb.child.js', import.meta.url));

let site: LoopbackSite;
let waits: number[];
const open: Fetcher[] = [];

beforeEach(async () => {
  site = await startLoopbackSite();
  waits = [];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((fetcher) => fetcher.close()));
  await site.close();
});

/** A fetcher that may reach loopback, never really waits, and draws no luck. */
function fetcherWith(options: FetcherOptions = {}): Fetcher {
  const fetcher = createFetcher({
    allowPrivateNetwork: true,
    wait: async (ms) => void waits.push(ms),
    random: () => 1,
    now: () => Date.parse('2026-01-01T00:00:00Z'),
    ...options,
  });
  open.push(fetcher);
  return fetcher;
}

async function outcome(work: Promise<unknown>): Promise<{ code: unknown; message: string; hint: unknown }> {
  try {
    await work;
    return { code: 'none', message: '', hint: '' };
  } catch (error) {
    // Only QuarryErrors leave the fetcher; anything else fails the assertion on its code.
    const { code, message, hint } = error as { code: unknown; message: string; hint: unknown };
    return { code, message, hint };
  }
}

const textOf = (body: Uint8Array): string => new TextDecoder().decode(body);

describe('an ordinary fetch', () => {
  test('gives status, headers, media type, charset and body, and says who asks', async () => {
    site.routes.set('/a', { body: 'hello', type: 'Text/Plain; Charset="UTF-8"' });
    const answer = await fetcherWith({ version: '9.9.9' }).fetch(`${site.origin}/a#part`);
    expect(answer).toMatchObject({
      status: 200,
      mediaType: 'text/plain',
      charset: 'utf-8',
      hasBody: true,
      redirects: [],
    });
    expect(textOf(answer.body)).toBe('hello');
    expect(answer.headers['etag']).toMatch(/^"/);
    expect(site.requests[0]?.headers['user-agent']).toBe('Quarry/9.9.9 (+local knowledge indexer)');
    expect(site.requests[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  test('resolves for 304 and 404 without a retry', async () => {
    site.routes.set('/same', { status: 304 });
    const fetcher = fetcherWith();
    expect((await fetcher.fetch(`${site.origin}/same`)).status).toBe(304);
    expect((await fetcher.fetch(`${site.origin}/none`)).status).toBe(404);
    expect(site.requests).toHaveLength(2);
  });

  test('does not read a body that is not wanted', async () => {
    site.routes.set('/zip', { body: Buffer.alloc(3_000_000), type: 'application/zip' });
    const answer = await fetcherWith().fetch(`${site.origin}/zip`, {
      wantsBody: ({ mediaType }) => mediaType === 'text/html',
    });
    expect(answer).toMatchObject({ status: 200, hasBody: false, mediaType: 'application/zip' });
    expect(answer.body).toHaveLength(0);
  });
});

describe('compressed bodies', () => {
  const text = 'compressed '.repeat(1000);
  test.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
  ])('%s is unpacked', async (encoding, body) => {
    site.routes.set('/', { body, headers: { 'content-encoding': encoding } });
    expect(textOf((await fetcherWith().fetch(site.origin)).body)).toBe(text);
  });

  test.each([
    ['gzip', gzipSync(Buffer.alloc(5_000_000))],
    ['deflate', deflateSync(Buffer.alloc(5_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(5_000_000))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(5_000_000)))],
  ])('a %s bomb is refused', async (encoding, body) => {
    expect(body.length).toBeLessThan(50_000);
    site.routes.set('/', { body, headers: { 'content-encoding': encoding } });
    const { code } = await outcome(fetcherWith({ maxBytes: 1_000_000 }).fetch(site.origin));
    expect(code).toBe('DOCUMENT_TOO_LARGE');
  });

  test('a bomb takes no more memory than its limit', async () => {
    // Gzip streams may be strung together: 2 GB of zeros in 2 MB.
    const member = gzipSync(Buffer.alloc(10_000_000));
    const body = Buffer.concat(new Array<Buffer>(200).fill(member));
    site.routes.set('/', { body, headers: { 'content-encoding': 'gzip' } });
    const { stdout } = await run(process.execPath, [BOMB, site.origin]);
    expect(Number(stdout)).toBeLessThan(400_000_000);
  });

  test.each([
    ['gzip', Buffer.from('this is not gzip')],
    ['gzip', gzipSync(text).subarray(0, 40)],
    ['br', Buffer.from([1, 2, 3, 4, 5])],
    ['zstd', Buffer.from('x')],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(text)))],
  ])('a broken or unknown %s stream is a typed failure', async (encoding, body) => {
    site.routes.set('/', { body, headers: { 'content-encoding': encoding } });
    const { code, hint } = await outcome(fetcherWith().fetch(site.origin));
    expect(code).toBe('FETCH_FAILED');
    expect(hint).not.toBe('');
  });
});

describe('size and time', () => {
  test('a body beyond the limit is refused, announced or not', async () => {
    site.routes.set('/', { body: Buffer.alloc(2000) });
    const fetcher = fetcherWith({ maxBytes: 1000 });
    expect((await outcome(fetcher.fetch(site.origin))).code).toBe('DOCUMENT_TOO_LARGE');
    const chunked = await startDripServer((write, end) => {
      for (let at = 0; at < 20; at += 1) write(Buffer.alloc(100));
      end();
    });
    expect((await outcome(fetcher.fetch(chunked.url))).code).toBe('DOCUMENT_TOO_LARGE');
    chunked.server.close();
  });

  test('a body of exactly the limit passes', async () => {
    site.routes.set('/', { body: Buffer.alloc(1000, 'a') });
    expect((await fetcherWith({ maxBytes: 1000 }).fetch(site.origin)).body).toHaveLength(1000);
  });

  test('a server that never answers is a timeout, and is not asked again', async () => {
    site.routes.set('/', 'hang');
    const { code, hint } = await outcome(fetcherWith({ timeoutMs: 60 }).fetch(site.origin));
    expect(code).toBe('FETCH_TIMEOUT');
    expect(hint).toContain('later');
    expect(site.requests).toHaveLength(1);
  });

  test('a body that never ends is a timeout', async () => {
    const drip = await startDripServer((write) => write(Buffer.from('part')));
    expect((await outcome(fetcherWith({ timeoutMs: 80 }).fetch(drip.url))).code).toBe('FETCH_TIMEOUT');
    drip.server.closeAllConnections();
    drip.server.close();
  });

  test('the caller can cancel at any time', async () => {
    site.routes.set('/', 'hang');
    const controller = new AbortController();
    const pending = outcome(fetcherWith().fetch(site.origin, { signal: controller.signal }));
    controller.abort();
    expect((await pending).code).toBe('CANCELLED');
    expect((await outcome(fetcherWith().fetch(site.origin, { signal: controller.signal }))).code).toBe('CANCELLED');
  });
});

describe('retries', () => {
  test('500 twice, then well: two waits that double', async () => {
    site.routes.set('/', (_, count) => (count < 3 ? { status: 500 } : { body: 'ok' }));
    expect((await fetcherWith({ retry: { baseMs: 100 } }).fetch(site.origin)).status).toBe(200);
    expect(waits).toEqual([100, 200]);
  });

  test('jitter halves the wait at most', async () => {
    site.routes.set('/', (_, count) => (count < 3 ? { status: 503 } : { body: 'ok' }));
    await fetcherWith({ retry: { baseMs: 100 }, random: () => 0 }).fetch(site.origin);
    expect(waits).toEqual([50, 100]);
  });

  test('always 500: the last answer is given after the retries', async () => {
    site.routes.set('/', { status: 500 });
    const answer = await fetcherWith({ retry: { maxRetries: 2 } }).fetch(site.origin);
    expect(answer.status).toBe(500);
    expect(site.requests).toHaveLength(3);
  });

  test.each([
    ['7', 7000],
    ['Thu, 01 Jan 2026 00:00:09 GMT', 9000],
    ['3600', 60_000],
    ['Fri, 02 Jan 2026 00:00:00 GMT', 60_000],
  ])('Retry-After %s waits %i ms', async (header, ms) => {
    site.routes.set('/', (_, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': header } } : { body: 'ok' },
    );
    expect((await fetcherWith().fetch(site.origin)).status).toBe(200);
    expect(waits).toEqual([ms]);
  });

  test('a Retry-After in the past or without sense does not delay', async () => {
    const replies = ['Wed, 31 Dec 2025 00:00:00 GMT', 'soon'];
    site.routes.set('/', (_, count) => {
      const header = replies[count - 1];
      return header === undefined ? { body: 'ok' } : { status: 503, headers: { 'retry-after': header } };
    });
    await fetcherWith({ retry: { baseMs: 10 } }).fetch(site.origin);
    expect(waits).toEqual([20]);
  });

  test('a reset connection is tried again', async () => {
    site.routes.set('/', (_, count) => (count === 1 ? 'reset' : { body: 'ok' }));
    expect(textOf((await fetcherWith().fetch(site.origin)).body)).toBe('ok');
    expect(waits).toHaveLength(1);
  });

  test('always reset, refused or unknown: FETCH_FAILED that says so', async () => {
    site.routes.set('/', 'reset');
    const fetcher = fetcherWith({ retry: { maxRetries: 1 } });
    expect(await outcome(fetcher.fetch(site.origin))).toMatchObject({ code: 'FETCH_FAILED' });
    expect(site.requests).toHaveLength(2);
    const refused = await outcome(fetcher.fetch('http://127.0.0.1:1/'));
    expect(refused).toMatchObject({ code: 'FETCH_FAILED', message: expect.stringContaining('nothing listens') });
    const unknown = fetcherWith({
      resolve: async () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })),
    });
    expect(await outcome(unknown.fetch('http://no.such.test/'))).toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining('unknown'),
    });
  });

  test('a cancel ends the wait', async () => {
    site.routes.set('/', { status: 503 });
    const controller = new AbortController();
    const fetcher = createFetcher({ allowPrivateNetwork: true, retry: { baseMs: 600_000, maxMs: 600_000 } });
    open.push(fetcher);
    site.routes.set('/', () => {
      setImmediate(() => setImmediate(() => controller.abort()));
      return { status: 503 };
    });
    expect((await outcome(fetcher.fetch(site.origin, { signal: controller.signal }))).code).toBe('CANCELLED');
  });
});

describe('redirects', () => {
  test('are followed, relative ones too', async () => {
    site.routes.set('/a', redirectTo('/b', 302));
    site.routes.set('/b', redirectTo(`${site.origin}/dir/c#top`, 308));
    site.routes.set('/dir/c', redirectTo('d', 303));
    site.routes.set('/dir/d', { body: 'end' });
    const answer = await fetcherWith().fetch(`${site.origin}/a`);
    expect(answer.url).toBe(`${site.origin}/dir/d`);
    expect(answer.redirects).toEqual([`${site.origin}/a`, `${site.origin}/b`, `${site.origin}/dir/c`]);
  });

  test('a circle is found, and an endless chain ends', async () => {
    site.routes.set('/a', redirectTo('/b'));
    site.routes.set('/b', redirectTo('/a'));
    expect(await outcome(fetcherWith().fetch(`${site.origin}/a`))).toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining('circle'),
    });
    site.forget();
    site.fallback = (path) => redirectTo(`${path}x`);
    expect(await outcome(fetcherWith().fetch(`${site.origin}/x`))).toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining('more than 10'),
    });
    expect(site.requests).toHaveLength(11);
  });

  test('manual mode hands the location over', async () => {
    site.routes.set('/a', redirectTo('b?x=1#y'));
    const answer = await fetcherWith().fetch(`${site.origin}/a`, { redirect: 'manual' });
    expect(answer).toMatchObject({ status: 301, location: `${site.origin}/b?x=1` });
  });

  test.each(['ftp://example.com/', 'file:///etc/passwd', 'http://user:secret@127.0.0.1/'])(
    'to %s are refused',
    async (to) => {
      site.routes.set('/a', redirectTo(to));
      expect((await outcome(fetcherWith().fetch(`${site.origin}/a`))).code).toBe('URL_BLOCKED');
    },
  );

  test('secrets do not follow to another origin', async () => {
    const other = await startLoopbackSite({ '/': { body: 'other' } });
    site.routes.set('/out', redirectTo(other.origin));
    site.routes.set('/in', redirectTo('/end'));
    site.routes.set('/end', { body: 'end' });
    const headers = { authorization: 'Bearer secret', cookie: 'a=b', accept: 'text/plain' };
    await fetcherWith().fetch(`${site.origin}/out`, { headers });
    await fetcherWith().fetch(`${site.origin}/in`, { headers });
    expect(other.requests[0]?.headers).toMatchObject({ accept: 'text/plain' });
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(other.requests[0]?.headers.cookie).toBeUndefined();
    expect(site.requests.at(-1)?.headers.authorization).toBe('Bearer secret');
    await other.close();
  });
});

describe('the guard', () => {
  test('a name that resolves to loopback is refused before any connection', async () => {
    const guarded = fetcherWith({
      allowPrivateNetwork: false,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    });
    const port = new URL(site.origin).port;
    const refused = await outcome(guarded.fetch(`http://innocent.test:${port}/`));
    expect(refused).toMatchObject({
      code: 'URL_BLOCKED',
      hint: expect.stringContaining('QUARRY_ALLOW_PRIVATE_NETWORK'),
    });
    expect(site.requests).toHaveLength(0);
  });

  test('the address that was judged is the one that is reached: the name is asked for once', async () => {
    const answers = ['127.0.0.1', '127.0.0.9', '127.0.0.9'];
    let asked = 0;
    const fetcher = fetcherWith({
      resolve: async () => [{ address: answers[asked++] ?? '', family: 4 }],
    });
    site.routes.set('/', { body: 'here' });
    const port = new URL(site.origin).port;
    const answer = await fetcher.fetch(`http://rebinding.test:${port}/`);
    expect(textOf(answer.body)).toBe('here');
    expect(asked).toBe(1);
    expect(site.requests[0]?.headers.host).toBe(`rebinding.test:${port}`);
  });

  test('of several addresses only the public ones are left', async () => {
    const guard = {
      allowPrivateNetwork: false,
      connectTimeoutMs: 1000,
      resolve: async () => [
        { address: '10.0.0.1', family: 4 as const },
        { address: '8.8.8.8', family: 4 as const },
        { address: '::1', family: 6 as const },
      ],
    };
    expect(await resolveAllowed('mixed.test', guard)).toEqual([{ address: '8.8.8.8', family: 4 }]);
  });

  test('every notation of a loopback address is refused', async () => {
    const port = new URL(site.origin).port;
    const guarded = fetcherWith({ allowPrivateNetwork: false });
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      'localhost',
    ]) {
      expect((await outcome(guarded.fetch(`http://${host}:${port}/`))).code).toBe('URL_BLOCKED');
    }
    expect(site.requests).toHaveLength(0);
  });
});

describe('behind a proxy', () => {
  test('requests go through it, and redirects to private places are still refused', async () => {
    const proxy = await startProxy(site.origin);
    const fetcher = fetcherWith({
      allowPrivateNetwork: false,
      proxy: proxy.url,
      resolve: async (name) => {
        if (name === 'inside.test') return [{ address: '10.0.0.5', family: 4 }];
        throw Object.assign(new Error('not here'), { code: 'ENOTFOUND' });
      },
    });
    site.routes.set('/', { body: 'through' });
    site.routes.set('/private', redirectTo('http://127.0.0.1/'));
    site.routes.set('/named', redirectTo('http://inside.test/'));
    expect(textOf((await fetcher.fetch('http://only-the-proxy-knows.test/')).body)).toBe('through');
    expect((await outcome(fetcher.fetch('http://only-the-proxy-knows.test/private'))).code).toBe('URL_BLOCKED');
    expect((await outcome(fetcher.fetch('http://only-the-proxy-knows.test/named'))).code).toBe('URL_BLOCKED');
    expect(site.requests.map(({ path }) => path)).toEqual(['/', '/private', '/named']);
    await fetcher.close();
    proxy.server.closeAllConnections();
    proxy.server.close();
  });

  test('a proxy that is no address is a configuration error', () => {
    expect(() => createFetcher({ proxy: 'nonsense' })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

/** A server that sends what the callback writes. */
async function startDripServer(
  body: (write: (part: Uint8Array) => void, end: () => void) => void,
): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    body(
      (part) => void response.write(part),
      () => void response.end(),
    );
  });
  return { server, url: await listen(server) };
}

/** An HTTP proxy that tunnels everything to one place. */
async function startProxy(target: string): Promise<{ server: Server; url: string }> {
  const server = createServer();
  server.on('connect', (_, client, head) => {
    const { hostname, port } = new URL(target);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  return { server, url: await listen(server) };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
}
