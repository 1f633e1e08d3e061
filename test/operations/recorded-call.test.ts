import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Identity } from '../../src/core/access/identity.js';
import { SCOPES } from '../../src/core/access/scope.js';
import type { JsonObject } from '../../src/core/types.js';
import type { Door } from '../../src/operations/call.js';
import { operations } from '../../src/operations/index.js';
import type { Quarry } from '../../src/quarry.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const KEY: Identity = { kind: 'key', id: 'key_0123456789abcdef', scopes: SCOPES, workspaceId: 'ws_0123456789abcdef' };
let home: string;
let quarry: Quarry;

beforeEach(async () => {
  home = await temporaryFolder();
});
afterEach(async () => {
  await quarry.close();
  await removeFolder(home);
});

async function call(name: string, input: JsonObject, door: Door, identity?: Identity): Promise<JsonObject> {
  const operation = operations.find((candidate) => candidate.name === name);
  if (operation === undefined) throw new RangeError(name);
  const signal = new AbortController().signal;
  const origin = identity === undefined ? {} : { origin: { identity, address: '10.0.0.1', requestId: 'r' } };
  const { output } = await operation.execute(
    { services: quarry.services, door, signal, report: () => undefined, ...origin },
    input,
  );
  return output;
}

async function recorded(): Promise<string[]> {
  const { lines } = (await quarry.execute('audit_search', { limit: 500 })).output;
  return lines.map(({ operation, phase, outcome, door }) => `${operation} ${phase} ${outcome} ${door}`).reverse();
}

const NOTE = { id: 'a', title: 'A', text: 'A.' };

test('a laptop records nothing: neither the library, stdio and the command line, nor a server that asks for no key', async () => {
  quarry = await openTestWorkspace(home);
  for (const [at, door] of (['cli', 'mcp-stdio', 'library', 'rest', 'mcp-http'] as const).entries())
    await call('note_create', { ...NOTE, id: `n${at}` }, door);
  await call('list_jobs', {}, 'rest');
  expect(await readdir(home)).not.toContain('access');
});

test('callers with a key are recorded over HTTP: writes twice, administrative reads, denials; other reads never', async () => {
  quarry = await openTestWorkspace(home);
  await call('note_create', NOTE, 'rest', KEY);
  await call('note_get', { id: 'a' }, 'rest', KEY);
  await call('list_jobs', {}, 'mcp-http', KEY);
  await expect(call('ingest', { target: '/etc' }, 'rest', KEY)).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  await expect(call('note_create', NOTE, 'rest', { ...KEY, scopes: ['read'] })).rejects.toMatchObject({
    code: 'SCOPE_MISSING',
  });
  await expect(call('note_create', {}, 'rest', KEY)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  expect(await recorded()).toEqual([
    'note_create begin  rest',
    'note_create end ok rest',
    'list_jobs done ok mcp-http',
    'ingest begin  rest',
    'ingest end PATH_UNREADABLE rest',
    'note_create done SCOPE_MISSING rest',
  ]);
});

test('with QUARRY_AUDIT=all every door is recorded, with off none', async () => {
  quarry = await openTestWorkspace(home, { audit: 'all' });
  await call('note_create', NOTE, 'mcp-stdio');
  expect(await recorded()).toEqual(['note_create begin  mcp-stdio', 'note_create end ok mcp-stdio']);
  await quarry.close();
  quarry = await openTestWorkspace(home, { audit: 'off' });
  await call('note_update', { id: 'a', title: 'B' }, 'rest', KEY);
  await call('key_create', { name: 'k' }, 'cli');
  expect((await recorded()).filter((line) => !line.startsWith('audit_search')).length).toBe(2);
});

test('changes of keys and workspaces are recorded at every door', async () => {
  quarry = await openTestWorkspace(home);
  await call('workspace_create', { name: 'team' }, 'library');
  await call('key_create', { name: 'k', in: 'team' }, 'cli');
  expect((await recorded()).map((line) => line.split(' ')[0])).toEqual([
    'workspace_create',
    'workspace_create',
    'key_create',
    'key_create',
  ]);
});

test('what cannot be recorded is not done', async () => {
  quarry = await openTestWorkspace(home);
  await writeFile(join(home, 'access'), 'a file in the place of the folder');
  await expect(call('note_create', NOTE, 'rest', KEY)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  await expect(call('list_jobs', {}, 'rest', KEY)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
  await rm(join(home, 'access'));
  await expect(call('note_get', { id: 'a' }, 'rest', KEY)).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
  await call('note_create', NOTE, 'rest', KEY);
  expect((await recorded()).length).toBe(2);
});
