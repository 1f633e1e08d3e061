import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LOCAL_ORIGIN } from '../../../src/core/access/identity.js';
import type { JsonObject } from '../../../src/core/types.js';
import { atOnceOf, windowsOf } from '../../../src/edges/http/rate-guards.js';
import { type RunningServer, startHttpServer } from '../../../src/edges/http/start-http-server.js';
import { openWorkspace, type Workspace } from '../../../src/open-workspace.js';
import { operations } from '../../../src/operations/index.js';
import { createServerAccess, type OpenedAccess } from '../../../src/serve-access.js';
import { removeFolder, temporaryFolder } from '../../support/workspace.js';

describe('what the settings come to', () => {
  const of = (host: string, more = {}): string =>
    windowsOf({ host, rateLimit: 0, ...more })
      .map(({ requests, seconds }) => `${requests}/${seconds}`)
      .join(' ');

  test('nothing is counted on loopback unless it is asked for', () => {
    expect(of('127.0.0.1')).toBe('');
    expect(of('127.0.0.1', { rateLimitDay: 9 })).toBe('9/86400');
    expect(atOnceOf({ host: 'localhost', rateLimit: 0 })).toBe(Number.POSITIVE_INFINITY);
    expect(atOnceOf({ host: 'localhost', rateLimit: 0, maxConcurrent: 3 })).toBe(3);
  });

  test('elsewhere a minute and ten seconds have their limit', () => {
    expect(of('0.0.0.0')).toBe('100/10 600/60');
    expect(of('0.0.0.0', { rateLimit: 6, rateLimitBurst: 4, rateLimitHour: 50 })).toBe('4/10 6/60 50/3600');
    expect(atOnceOf({ host: '0.0.0.0', rateLimit: 0 })).toBe(128);
  });
});

describe('a server that is flooded', () => {
  let home: string;
  let main: Workspace;
  let access: OpenedAccess;
  let server: RunningServer;
  const keys = new Map<string, string>();

  async function own(name: string, input: JsonObject): Promise<JsonObject> {
    const { services } = main;
    const signal = new AbortController().signal;
    const context = { services, door: 'cli', origin: LOCAL_ORIGIN, signal, report: () => undefined } as const;
    return (await operations.find((operation) => operation.name === name)?.execute(context, input))?.output ?? {};
  }

  const get = (key: string, path: string): Promise<Response> =>
    fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${keys.get(key)}` } });
  const rpc = (key: string): Promise<Response> =>
    fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.get(key)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });

  beforeAll(async () => {
    home = await temporaryFolder();
    access = createServerAccess(() => main);
    main = await openWorkspace({ home, allowRemoteModels: false, logLevel: 'silent' }, access.shared);
    for (const name of ['loud', 'quiet', 'mixed', 'client'])
      keys.set(name, String((await own('key_create', { name, scopes: ['read'] }))['key']));
    const settings = { ...main.config, rateLimit: 60, rateLimitHour: 1_000 };
    const { services, log } = main;
    server = await startHttpServer({ operations, services, access, settings, version: '1', port: 0, log });
  });

  afterAll(async () => {
    await server.close();
    await access.close();
    await main.close();
    await removeFolder(home);
  });

  test('a flood with one key from the same address takes nothing from another key', async () => {
    const statuses = (await Promise.all(Array.from({ length: 200 }, () => get('loud', '/')))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(190);
    const calm = await get('quiet', '/api/v1/sources');
    expect(calm.status).toBe(200);
    expect(calm.headers.get('ratelimit-policy')).toBe('"burst";q=10;w=10, "minute";q=60;w=60, "hour";q=1000;w=3600');
    expect(calm.headers.get('ratelimit')).toMatch(/^"burst";r=9;t=10, "minute";r=59;t=60, "hour";r=999;t=3600$/);
    // One hundred and ninety refusals are twenty lines, not more; the others are counted.
    const lines = (await own('audit_search', { outcome: 'RATE_LIMITED', limit: 200 }))['lines'];
    expect(lines).toHaveLength(20);
  });

  test('REST and MCP count together and refuse alike', async () => {
    const answers: Response[] = [];
    for (let i = 0; i < 6; i++) answers.push(await get('mixed', '/api/v1/sources'), await rpc('mixed'));
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(200), 429, 429]);
    for (const answer of answers.slice(10)) {
      expect(answer.headers.get('ratelimit')).toMatch(/^"burst";r=0;t=\d+$/);
      const wait = Number(answer.headers.get('retry-after'));
      expect(wait).toBeGreaterThanOrEqual(1);
      expect(wait).toBeLessThanOrEqual(10);
    }
    const [rest, mcp] = await Promise.all(answers.slice(10).map((answer) => answer.json()));
    expect(rest).toMatchObject({ error: { code: 'RATE_LIMITED', retryable: true } });
    expect(mcp).toMatchObject({ jsonrpc: '2.0', error: { code: -32_000, data: { code: 'RATE_LIMITED' } } });
  });

  test('the official client hears of it', async () => {
    const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${keys.get('client')}` } },
    });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport as Parameters<typeof client.connect>[0]); // The SDK's classes differ under exactOptionalPropertyTypes.
    const asked = (): Promise<unknown> => client.listTools();
    await expect(
      (async () => {
        for (let i = 0; i < 12; i++) await asked();
      })(),
    ).rejects.toThrow(/RATE_LIMITED/);
    await client.close();
  });
});
