import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createTokenVerifier } from '../../../src/access/access-tokens.js';
import { LOCAL_ORIGIN } from '../../../src/core/access/identity.js';
import type { JsonObject } from '../../../src/core/types.js';
import { createHttpApp } from '../../../src/edges/http/create-http-app.js';
import { protectedResource } from '../../../src/edges/http/protected-resource.js';
import { openWorkspace, type Workspace } from '../../../src/open-workspace.js';
import { operations } from '../../../src/operations/index.js';
import { needOf } from '../../../src/operations/scope-of.js';
import { createServerAccess, type OpenedAccess } from '../../../src/serve-access.js';
import { type Issuer, startIssuer, type TokenWish } from '../../support/issuer.js';
import { removeFolder, temporaryFolder } from '../../support/workspace.js';

let home: string;
let issuer: Issuer;
let main: Workspace;
let access: OpenedAccess;
let server: Server;
let url: string;

async function own(name: string, input: JsonObject): Promise<JsonObject> {
  const { services } = main;
  const signal = new AbortController().signal;
  const context = { services, door: 'cli', origin: LOCAL_ORIGIN, signal, report: () => undefined } as const;
  return (await operations.find((operation) => operation.name === name)?.execute(context, input))?.output ?? {};
}

interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly json: JsonObject;
}

async function ask(authorization: string, path: string, body?: JsonObject): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(authorization === '' ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json = (await response.json()) as JsonObject; // Every answer of the server is an object.
  return { status: response.status, challenge: response.headers.get('www-authenticate'), json };
}

/** A bearer of a token for the workspace `default`, unless it is to be another. */
async function bearer({ claims = {}, ...more }: TokenWish = {}): Promise<string> {
  return `Bearer ${await issuer.token({ ...more, claims: { workspace: 'default', scope: 'q:read', ...claims } })}`;
}

const rpc = async (authorization: string, method: string, params: JsonObject = {}): Promise<Answer> =>
  ask(authorization, '/mcp', { jsonrpc: '2.0', id: 1, method, params });

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const audience = `${url}/mcp`;
  issuer = await startIssuer(() => audience);
  home = await temporaryFolder();
  const verifier = createTokenVerifier({
    ...{ issuer: issuer.url, audience, jwksUrl: issuer.jwksUrl },
    ...{ algorithms: ['RS256', 'ES256'], scopePrefix: 'q:', workspaceClaim: 'workspace' },
  });
  const resource = protectedResource(audience, { issuer: issuer.url, scopePrefix: 'q:' });
  access = createServerAccess(() => main, { verifier, resource });
  main = await openWorkspace({ home, toolsets: ['all'], allowRemoteModels: false, logLevel: 'silent' }, access.shared);
  const { services, log, config } = main;
  server.on('request', createHttpApp({ operations, services, access, settings: config, version: '1', log }));
  await own('workspace_create', { name: 'team-a' });
  await own('note_create', { id: 'main', title: 'Main', text: 'What everybody here knows.' });
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await access.close();
  await main.close();
  await issuer.close();
  await removeFolder(home);
});

describe('who has no right token', () => {
  const metadataUrl = (): string => `resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"`;

  test.each(['', '/mcp'])('is told at the metadata%s how to get one', async (suffix) => {
    const { status, json } = await ask('', `/.well-known/oauth-protected-resource${suffix}`);
    expect(status).toBe(200);
    expect(json).toEqual({
      resource: `${url}/mcp`,
      authorization_servers: [issuer.url],
      scopes_supported: ['q:read', 'q:write', 'q:curate', 'q:benchmark', 'q:train', 'q:admin'],
      bearer_methods_supported: ['header'],
      resource_name: 'Quarry',
    });
    expect((await ask('', `/.well-known/oauth-protected-resource${suffix}`, {})).status).toBe(405);
  });

  test.each(['/mcp', '/api/v1/sources', '/nothing'])('is challenged at %s', async (path) => {
    const body = path === '/mcp' ? { jsonrpc: '2.0', id: 1, method: 'tools/list' } : undefined;
    const none = await ask('', path, body);
    expect([none.status, none.challenge]).toEqual([401, `Bearer realm="quarry", scope="q:read", ${metadataUrl()}`]);
    const expired = await bearer({ claims: { exp: Math.floor(Date.now() / 1000) - 60 } });
    const refused = await ask(expired, path, body);
    expect([refused.status, refused.challenge]).toEqual([
      401,
      `Bearer realm="quarry", error="invalid_token", error_description="The token has expired.", scope="q:read", ${metadataUrl()}`,
    ]);
  });

  test.each<[string, TokenWish]>([
    ['another audience', { claims: { aud: 'https://other.example' } }],
    ['another issuer', { claims: { iss: 'https://other.example' } }],
    ['an unknown key', { header: { kid: 'unknown' } }],
    ['a shared secret', { header: { alg: 'HS256' }, key: new TextEncoder().encode('secret-'.repeat(8)) }],
    ['no workspace', { claims: { workspace: undefined } }],
    ['a workspace that is not here', { claims: { workspace: 'team-z' } }],
    ['a path for a workspace', { claims: { workspace: '../default' } }],
  ])('is refused with %s', async (_name, wish) => {
    const authorization = await bearer(wish);
    for (const answer of [await ask(authorization, '/api/v1/sources'), await rpc(authorization, 'tools/list')]) {
      expect(answer.status).toBe(401);
      expect(answer.challenge).toContain('error="invalid_token"');
      expect(JSON.stringify(answer.json)).toContain('UNAUTHORIZED');
      expect(JSON.stringify(answer.json)).not.toContain(authorization.slice(7, 40));
    }
  });

  test('finds a line of it in the audit log, without the token', async () => {
    const lines = JSON.stringify((await own('audit_search', { outcome: 'UNAUTHORIZED', limit: 200 }))['lines']);
    expect(lines).toContain('anonymous');
    expect(lines).not.toContain('eyJ');
  });
});

test('wrong tokens are limited; right ones, and clients that ask how to get one, are not kept out', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 25; i++) statuses.push((await ask('Bearer a.b.c', '/api/v1/sources')).status);
  expect(statuses.at(-1)).toBe(429);
  expect((await ask('', '/mcp', {})).status).toBe(401);
  expect((await ask(await bearer(), '/api/v1/sources')).status).toBe(200);
});

describe('a right token', () => {
  test('opens REST and MCP as far as its scopes go, and shows nothing else', async () => {
    const reader = await bearer();
    expect((await ask(reader, '/api/v1/notes/main')).json).toMatchObject({ title: 'Main' });
    const { json } = await rpc(reader, 'tools/list');
    const { tools } = json['result'] as unknown as { tools: { name: string }[] }; // As MCP has it.
    const readable = operations.filter((operation) => needOf(operation) === 'read').map(({ name }) => name);
    expect(tools.map(({ name }) => name).sort()).toEqual(readable.sort());
    const { json: nothing } = await rpc(await bearer({ claims: { scope: 'openid' } }), 'tools/list');
    expect(nothing).toMatchObject({ result: { tools: [] } });
  });

  test('that lacks a scope is told which to ask for, with those that it has', async () => {
    const reader = await bearer();
    const note = { title: 'x', text: 'x' };
    for (const answer of [
      await ask(reader, '/api/v1/notes', note),
      await rpc(reader, 'tools/call', { name: 'note_create', arguments: note }),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.challenge).toBe(
        `Bearer realm="quarry", error="insufficient_scope", error_description="The bearer of this token may not call note_create: it needs the scope write.", scope="q:read q:write", resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"`,
      );
      expect(JSON.stringify(answer.json)).toContain('SCOPE_MISSING');
    }
    const lines = (await own('audit_search', { outcome: 'SCOPE_MISSING', limit: 10 }))['lines'];
    expect(JSON.stringify(lines)).toContain('sub:alice');
    expect(lines).toMatchObject([
      { door: 'mcp-http', operation: 'note_create' },
      { door: 'rest', operation: 'note_create' },
    ]);
    // No token makes anybody the owner, so that none is to be asked for.
    const all = await bearer({ claims: { scope: 'q:read q:admin q:owner owner' } });
    const { status, challenge } = await ask(all, '/api/v1/audit/verify');
    expect([status, challenge]).toEqual([403, expect.not.stringContaining('scope="')]);
  });

  test('is for one workspace, by the claim', async () => {
    const scope = 'q:read q:write q:admin';
    const other = await bearer({ claims: { workspace: 'team-a', scope } });
    expect((await ask(other, '/api/v1/notes/main')).status).toBe(404);
    expect((await ask(other, '/api/v1/workspaces')).json).toMatchObject({ workspaces: [{ name: 'team-a' }] });
    expect((await ask(other, '/api/v1/notes', { id: 'own', title: 'Own', text: 'Own.' })).status).toBeLessThan(300);
    expect((await ask(await bearer(), '/api/v1/notes/own')).status).toBe(404);
  });

  test('makes no key that outlives it', async () => {
    const exp = Math.floor(Date.now() / 1000) + 120;
    const admin = await bearer({ claims: { scope: 'q:read q:admin', exp } });
    const made = await ask(admin, '/api/v1/keys', { name: 'from-token', scopes: ['read'], expiresInDays: 30 });
    expect(made.json).toMatchObject({ expiresAt: new Date(exp * 1000).toISOString() });
    expect((await ask(`Bearer ${String(made.json['key'])}`, '/api/v1/sources')).status).toBe(200);
    const more = await ask(admin, '/api/v1/keys', { name: 'more', scopes: ['train'] });
    expect(more.json).toMatchObject({ error: { code: 'SCOPE_MISSING' } });
  });

  test('is taken from the official client', async () => {
    const requestInit = { headers: { authorization: await bearer() } };
    const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(transport as Parameters<typeof client.connect>[0]); // The SDK's classes differ under exactOptionalPropertyTypes.
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect([names.includes('search'), names.includes('note_create')]).toEqual([true, false]);
    await client.close();
  });

  test('cannot be checked while the issuer is away: the answer says so', async () => {
    const gone = await startIssuer(() => 'https://quarry.example/mcp');
    const { url: issuerUrl, jwksUrl } = gone;
    await gone.close();
    const about = { issuer: issuerUrl, audience: 'https://quarry.example/mcp', jwksUrl };
    const verifier = createTokenVerifier({ ...about, algorithms: ['RS256'], scopePrefix: '', workspaceClaim: '' });
    const resource = protectedResource('https://quarry.example/mcp', { issuer: issuerUrl, scopePrefix: '' });
    const { services, log, config } = main;
    const parts = { operations, services, settings: config, version: '1', log };
    const other = createServer(
      createHttpApp({ ...parts, access: createServerAccess(() => main, { verifier, resource }) }),
    );
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const address = other.address();
    const base = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const headers = { authorization: await bearer(), 'content-type': 'application/json' };
    const rest = await fetch(`${base}/api/v1/sources`, { headers });
    const mcp = await fetch(`${base}/mcp`, { method: 'POST', headers, body: '{}' });
    for (const answer of [rest, mcp]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await answer.text()).toContain('ISSUER_UNAVAILABLE');
    }
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });
});
