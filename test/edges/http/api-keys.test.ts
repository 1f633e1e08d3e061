import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_ORIGIN } from '../../../src/core/access/identity.js';
import type { Scope } from '../../../src/core/access/scope.js';
import { SCOPES } from '../../../src/core/access/scope.js';
import type { JsonObject } from '../../../src/core/types.js';
import { type RunningServer, startHttpServer } from '../../../src/edges/http/start-http-server.js';
import { openWorkspace, type Workspace } from '../../../src/open-workspace.js';
import { operations } from '../../../src/operations/index.js';
import { needOf } from '../../../src/operations/scope-of.js';
import { createServerAccess, type OpenedAccess } from '../../../src/serve-access.js';
import { removeFolder, temporaryFolder } from '../../support/workspace.js';

const OWNERS_KEY = 'the-key-of-the-owner';
const CANARY = 'a passage that only team a has';
let home: string;
let main: Workspace;
let access: OpenedAccess;
let server: RunningServer;
const keys = new Map<string, string>();

/** As the owner at the command line. */
async function own(name: string, input: JsonObject): Promise<JsonObject> {
  const operation = operations.find((candidate) => candidate.name === name);
  const signal = new AbortController().signal;
  const context = {
    services: main.services,
    door: 'cli',
    origin: LOCAL_ORIGIN,
    signal,
    report: () => undefined,
  } as const;
  const outcome = await operation?.execute(context, input);
  return outcome?.output ?? {};
}

async function makeKey(name: string, scopes: readonly Scope[], more: JsonObject = {}): Promise<JsonObject> {
  const made = await own('key_create', { name, scopes: [...scopes], ...more });
  keys.set(name, String(made['key']));
  return made;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: JsonObject;
}

async function ask(key: string, method: string, path: string, body?: JsonObject): Promise<Answer> {
  const text = keys.get(key) ?? key;
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(text === '' ? {} : { authorization: `Bearer ${text}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, text: answer, json: JSON.parse(answer) };
}

async function rpc(key: string, method: string, params: JsonObject = {}): Promise<JsonObject> {
  const { json } = await ask(key, 'POST', '/mcp', { jsonrpc: '2.0', id: 1, method, params });
  return json as JsonObject;
}

async function listed(key: string, method: string, field: string): Promise<string[]> {
  const { result } = (await rpc(key, method)) as { result: Record<string, { name: string }[]> }; // As MCP has it.
  return (result[field] ?? []).map(({ name }) => name).sort();
}

const errorOf = ({ json }: Answer): unknown => (json['error'] as JsonObject | undefined)?.['code']; // As every refusal is.

beforeAll(async () => {
  home = await temporaryFolder();
  access = createServerAccess(() => main);
  main = await openWorkspace({ home, toolsets: ['all'], allowRemoteModels: false, logLevel: 'silent' }, access.shared);
  const settings = { ...main.config, apiKey: OWNERS_KEY, host: '127.0.0.1' };
  const { services, log } = main;
  server = await startHttpServer({ operations, services, access, settings, version: '1', port: 0, log });
  await own('workspace_create', { name: 'team-a' });
  await own('workspace_create', { name: 'team-b' });
  for (const scope of SCOPES) await makeKey(scope, [scope]);
  await makeKey('a', SCOPES, { in: 'team-a' });
  await makeKey('b', SCOPES, { in: 'team-b' });
  await ask('a', 'POST', '/api/v1/notes', { id: 'secret', title: 'Secret of a', text: CANARY });
  await ask('b', 'POST', '/api/v1/notes', { id: 'own', title: 'Of b', text: 'What team b knows.' });
  await ask(OWNERS_KEY, 'POST', '/api/v1/notes', { id: 'main', title: 'Main', text: 'What everybody here knows.' });
});

afterAll(async () => {
  await server.close();
  await access.close();
  await main.close();
  await removeFolder(home);
});

describe('scopes', () => {
  test.each(SCOPES)('a key with the scope %s is shown what it may call, and may call nothing else', async (scope) => {
    const allowed = operations.filter((operation) => needOf(operation) === scope);
    const names = allowed.map(({ name }) => name).sort();
    expect(await listed(scope, 'tools/list', 'tools')).toEqual(names);
    const { paths } = (await ask(scope, 'GET', '/openapi.json')).json as { paths: Record<string, JsonObject> }; // As OpenAPI has it.
    const described = Object.values(paths).flatMap(
      (path) => Object.values(path).map((described) => (described as { operationId: string }).operationId), // As OpenAPI has it.
    );
    expect(described.filter((name) => name !== 'healthz' && name !== 'readyz').sort()).toEqual(names);
    const reads = scope === 'read';
    expect((await listed(scope, 'prompts/list', 'prompts')).length > 0).toBe(reads);
    expect((await listed(scope, 'resources/list', 'resources')).length > 0).toBe(reads);
    for (const operation of operations) {
      if (names.includes(operation.name)) continue;
      const { method } = operation.http;
      const path = `/api/v1${operation.http.path.replace(/:\w+/g, 'x')}`;
      const answer = await ask(scope, method, path, method === 'POST' || method === 'PATCH' ? {} : undefined);
      expect([operation.name, answer.status, errorOf(answer)]).toEqual([operation.name, 403, 'SCOPE_MISSING']);
      expect(answer.headers.get('www-authenticate')).toContain(
        `error="insufficient_scope", scope="${needOf(operation)}"`,
      );
      const called = await rpc(scope, 'tools/call', { name: operation.name, arguments: {} });
      expect(called['result']).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/^SCOPE_MISSING/) }],
      });
    }
  });

  test('resources cannot be read around a missing scope', async () => {
    for (const uri of ['quarry://status', 'quarry://documents/note:main'])
      expect(await rpc('write', 'resources/read', { uri })).toMatchObject({
        error: { data: { code: 'RESOURCE_NOT_FOUND' } },
      });
  });

  test('the key that is set on the server may do everything', async () => {
    expect((await listed(OWNERS_KEY, 'tools/list', 'tools')).length).toBe(operations.length);
    expect((await ask(OWNERS_KEY, 'GET', '/api/v1/audit/verify')).json).toMatchObject({ ok: true, findings: [] });
  });

  test('a key gives no more than it has: no scope, no workspace, no time', async () => {
    const create = (key: string, input: JsonObject): Promise<Answer> =>
      ask(key, 'POST', '/api/v1/keys', { name: 'x', ...input });
    expect(errorOf(await create('admin', { scopes: ['admin', 'read'] }))).toBe('SCOPE_MISSING');
    expect(errorOf(await create('a', { scopes: ['read'], in: 'team-b' }))).toBe('WORKSPACE_NOT_FOUND');
    expect(errorOf(await create('a', { scopes: ['read'], in: 'no-such' }))).toBe('WORKSPACE_NOT_FOUND');
    const made = await create('a', { scopes: ['read'], in: 'team-a' });
    expect(made.json).toMatchObject({ workspace: 'team-a', scopes: ['read'] });
    const short = await makeKey('short', ['admin', 'read'], { in: 'team-b', expiresInDays: 2 });
    expect((await create('short', { scopes: ['read'] })).json).toMatchObject({ expiresAt: short['expiresAt'] });
    expect((await create('short', { scopes: ['read'], expiresInDays: 9 })).json).toMatchObject({
      expiresAt: short['expiresAt'],
    });
    // A stronger key is not had by rotating it, nor one of others.
    const strong = await makeKey('strong', ['read', 'train'], { in: 'team-b' });
    expect(errorOf(await ask('short', 'POST', `/api/v1/keys/${strong['id']}/rotate`, {}))).toBe('SCOPE_MISSING');
    for (const method of ['DELETE', 'POST'])
      expect(
        errorOf(
          await ask(
            'a',
            method,
            `/api/v1/keys/${strong['id']}${method === 'POST' ? '/rotate' : ''}`,
            method === 'POST' ? {} : undefined,
          ),
        ),
      ).toBe('KEY_NOT_FOUND');
  });
});

describe('keys', () => {
  test('are shown once, and kept as their hash alone', async () => {
    const made = await makeKey('shown', ['read']);
    const { text } = await ask(OWNERS_KEY, 'GET', '/api/v1/keys?ended=true');
    expect(text).toContain(String(made['id']));
    expect(text).not.toContain(String(made['key']));
    expect(text).not.toMatch(/[0-9a-f]{64}/);
  });

  test.each([
    ['none', '', 'This server asks for a key.', 'Bearer realm="quarry"'],
    ['a made-up one', 'nonsense', 'The key is not valid.', 'Bearer realm="quarry", error="invalid_token"'],
  ])('%s is refused with a challenge', async (_name, key, message, challenge) => {
    const answer = await ask(key, 'GET', '/api/v1/status');
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenge]);
    expect(answer.json).toMatchObject({ error: { code: 'UNAUTHORIZED', message } });
  });

  test('one wrong letter is one too many', async () => {
    const text = keys.get('read') ?? '';
    for (const at of [0, 12, 30, text.length - 2]) {
      const wrong = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
      expect((await ask(wrong, 'GET', '/api/v1/status')).status).toBe(401);
    }
  });

  test('a revocation bites at once where it is made, and in every other server within a second', async () => {
    const { id } = await makeKey('gone', ['read']);
    expect((await ask('gone', 'GET', '/api/v1/status')).status).toBe(200);
    expect((await ask(OWNERS_KEY, 'DELETE', `/api/v1/keys/${id}`)).json).toMatchObject({ state: 'revoked' });
    expect((await ask('gone', 'GET', '/api/v1/status')).json).toMatchObject({
      error: { message: 'The key was revoked.' },
    });
    const other = await makeKey('gone-too', ['read']);
    expect((await ask('gone-too', 'GET', '/api/v1/status')).status).toBe(200);
    // As another process would: nothing in this one hears of it.
    await (await main.access.get()).keys.revoke(String(other['id']), new Date().toISOString());
    const since = performance.now();
    let status = 200;
    while (status === 200) status = (await ask('gone-too', 'GET', '/api/v1/status')).status;
    expect(status).toBe(401);
    expect(performance.now() - since).toBeLessThan(5_000);
  });

  test('rotation takes the old key out of use, at once or after a while', async () => {
    const { id } = await makeKey('old', ['read']);
    const later = await ask(OWNERS_KEY, 'POST', `/api/v1/keys/${id}/rotate`, { graceMinutes: 60 });
    expect(later.json).toMatchObject({ replaces: id, scopes: ['read'], name: 'old' });
    expect((await ask('old', 'GET', '/api/v1/status')).status).toBe(200);
    expect(errorOf(await ask(OWNERS_KEY, 'POST', `/api/v1/keys/${id}/rotate`, {}))).toBe('REVISION_MISMATCH');
    const middle = String(later.json['key']);
    const now = await ask(OWNERS_KEY, 'POST', `/api/v1/keys/${later.json['id']}/rotate`, {});
    expect((await ask(middle, 'GET', '/api/v1/status')).json).toMatchObject({
      error: { message: 'The key was replaced by another.' },
    });
    expect((await ask(String(now.json['key']), 'GET', '/api/v1/status')).status).toBe(200);
  });

  test('an expired key is refused', async () => {
    const { id } = await makeKey('expired', ['read']);
    const store = (await main.access.get()).keys;
    const record = await store.find(String(id));
    if (record === undefined) throw new RangeError('The key was just made.');
    await store.discard(record.id);
    const { revokedAt, replaced, lastUsedAt, ...key } = record;
    await store.create({ ...key, expiresAt: '2020-01-01T00:00:00.000Z' });
    expect([revokedAt, replaced, lastUsedAt]).toEqual([null, null, null]);
    expect((await ask('expired', 'GET', '/api/v1/status')).json).toMatchObject({
      error: { message: 'The key has expired.' },
    });
  });
});

describe('workspaces', () => {
  test('no door of one key shows anything of another workspace', async () => {
    const secret = String((await ask('a', 'GET', '/api/v1/notes/secret')).json['id']);
    for (const other of ['b', 'read']) {
      for (const path of [
        '/api/v1/notes',
        '/api/v1/notes/secret',
        `/api/v1/documents/${secret}`,
        '/api/v1/documents',
        '/api/v1/sources',
        '/api/v1/status',
        '/api/v1/workspaces',
        '/api/v1/keys?ended=true',
        '/api/v1/audit?about=secret',
      ])
        expect([path, (await ask(other, 'GET', path)).text]).toEqual([
          path,
          expect.not.stringMatching(/secret of a|only team a|team-a/i),
        ]);
      const found = await ask(other, 'POST', '/api/v1/search', { query: CANARY });
      expect(found.text).not.toMatch(/Secret of a|only team a has"/);
      for (const uri of [`quarry://documents/${secret}`, 'quarry://status'])
        expect(JSON.stringify(await rpc(other, 'resources/read', { uri }))).not.toMatch(/Secret of a|team-a/);
      const completed = await rpc(other, 'completion/complete', {
        ref: { type: 'ref/resource', uri: 'quarry://documents/{id}' },
        argument: { name: 'id', value: 'sec' },
      });
      expect(JSON.stringify(completed)).not.toContain(secret);
    }
    expect((await ask('a', 'POST', '/api/v1/search', { query: CANARY })).text).toContain('Secret of a');
  });

  test('keys write into their own alone, exports included', async () => {
    expect((await ask('b', 'DELETE', '/api/v1/notes/secret')).status).toBe(404);
    for (const key of ['a', 'b']) {
      const { json } = await ask(key, 'POST', '/api/v1/notes', {
        id: 'same',
        title: key,
        text: 'The same id in both.',
      });
      expect(json['title']).toBe(key);
    }
    for (const path of ['../../default/exports/x.json', `${home}/exports/x.json`, '../../team-a/exports/x.json'])
      expect(errorOf(await ask('b', 'POST', '/api/v1/benchmarks/export', { output: path, runs: [] }))).toBe(
        'PATH_UNREADABLE',
      );
  });

  test('a name that is given again leads old keys nowhere', async () => {
    await own('workspace_create', { name: 'passing' });
    await makeKey('passing', SCOPES, { in: 'passing' });
    await ask('passing', 'POST', '/api/v1/notes', { id: 'n', title: 'Before', text: 'Before.' });
    const renamed = await ask(OWNERS_KEY, 'POST', '/api/v1/workspaces/passing/rename', { to: 'renamed' });
    expect(renamed.json).toEqual({ name: 'renamed', was: 'passing' });
    await own('workspace_create', { name: 'passing' });
    expect((await ask('passing', 'GET', '/api/v1/notes/n')).json['title']).toBe('Before');
    expect((await ask('passing', 'GET', '/api/v1/workspaces')).json).toMatchObject({
      workspaces: [{ name: 'renamed' }],
    });
    expect(errorOf(await ask(OWNERS_KEY, 'DELETE', '/api/v1/workspaces/renamed'))).toBe('CONFIRMATION_REQUIRED');
    expect((await ask(OWNERS_KEY, 'DELETE', '/api/v1/workspaces/renamed?confirm=true')).json).toEqual({
      name: 'renamed',
      revokedKeys: 1,
    });
    await own('workspace_create', { name: 'renamed' });
    const gone = await ask('passing', 'GET', '/api/v1/notes/n');
    expect([gone.status, gone.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="quarry", error="invalid_token"',
    ]);
  });

  test('the one that the server itself has open is neither moved nor removed', async () => {
    expect(errorOf(await ask(OWNERS_KEY, 'POST', '/api/v1/workspaces/default/rename', { to: 'x' }))).toBe(
      'WORKSPACE_IN_USE',
    );
    expect(errorOf(await ask(OWNERS_KEY, 'DELETE', '/api/v1/workspaces/default?confirm=true'))).toBe(
      'WORKSPACE_IN_USE',
    );
  });
});

describe('the audit log', () => {
  const lines = async (query: string): Promise<JsonObject[]> =>
    (await ask(OWNERS_KEY, 'GET', `/api/v1/audit?limit=500&${query}`)).json['lines'] as JsonObject[]; // As the operation answers.

  test('tells of a write before it is tried and of what it came to', async () => {
    await ask('a', 'POST', '/api/v1/notes', { id: 'audited', title: 'T', text: 'T.' });
    await ask('a', 'POST', '/api/v1/notes', { id: 'audited', title: 'T', text: 'T.' });
    const told = await lines('about=audited&operation=note_create');
    expect(told.map(({ phase, outcome }) => [phase, outcome])).toEqual([
      ['end', 'ALREADY_EXISTS'],
      ['begin', ''],
      ['end', 'ok'],
      ['begin', ''],
    ]);
    expect(told[2]).toMatchObject({
      by: (await lines('operation=note_create&outcome=ok'))[0]?.['by'],
      door: 'rest',
      from: '127.0.0.1',
      workspace: 'team-a',
    });
    expect(told[2]?.['call']).toBe(told[3]?.['call']);
  });

  test('tells of administrative reads and of denials, and not of searches', async () => {
    await ask('admin', 'GET', '/api/v1/jobs');
    await ask('read', 'POST', '/api/v1/search', { query: 'everybody' });
    await ask('read', 'GET', '/api/v1/jobs');
    expect((await lines('operation=list_jobs')).map(({ outcome }) => outcome)).toEqual(
      expect.arrayContaining(['ok', 'SCOPE_MISSING']),
    );
    expect(await lines('operation=search&outcome=ok')).toEqual([]);
    await ask('nonsense', 'GET', '/api/v1/status');
    const forged = await fetch(`${server.url}/api/v1/status`, { headers: { origin: 'https://evil.example' } });
    expect(forged.status).toBe(403);
    for (const outcome of ['UNAUTHORIZED', 'ORIGIN_FORBIDDEN'])
      expect((await lines(`outcome=${outcome}`)).length).toBeGreaterThan(0);
  });

  test('shows a key the lines of its own workspace', async () => {
    const { json } = await ask('b', 'GET', '/api/v1/audit?limit=500');
    const told = json['lines'] as JsonObject[]; // As the operation answers.
    expect(told.length).toBeGreaterThan(0);
    for (const line of told) expect(line['workspace']).toMatch(/^(team-b)?$/);
  });

  test('holds no key, no text and no title, and is whole', async () => {
    const path = `${home}/audit.jsonl`;
    await own('audit_export', { output: path });
    const { readFile } = await import('node:fs/promises');
    const text = await readFile(path, 'utf8');
    for (const key of [...keys.values(), OWNERS_KEY]) expect(text).not.toContain(key);
    for (const words of [CANARY, 'Secret of a', 'team b knows']) expect(text).not.toContain(words);
    expect(await own('audit_verify', {})).toMatchObject({ ok: true });
  });
});
