import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { JsonObject } from '../../src/core/types.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const MAIN = join('dist', 'src', 'main.js');
const KEY = 'test-key-of-enough-characters';
let root: string;
let docs: string;
let many: string;
const folders: string[] = [];
/** Ended when a test failed before it could do so itself. */
const open: { end(): unknown }[] = [];

async function folder(): Promise<string> {
  const path = await temporaryFolder();
  folders.push(path);
  return path;
}

beforeAll(async () => {
  root = await folder();
  docs = join(root, 'docs');
  many = join(root, 'many');
  await mkdir(docs);
  await mkdir(many);
  await writeFile(
    join(docs, 'backup.md'),
    '# Backups\n\nEvery night the ledger is copied.\n\n## Restore\n\nStop the writer, copy the snapshot back, and replay the log.\n',
  );
  await writeFile(join(docs, 'keys.md'), '# Key rotation\n\nSigning keys are replaced every ninety days.\n');
  const page =
    'A paragraph about nothing in particular, long enough to be cut into several pieces of its own.\n\n'.repeat(40);
  await Promise.all(
    Array.from({ length: 1_000 }, (_, i) =>
      writeFile(join(many, `page-${i}.md`), `# Page ${i}\n\n${page.replaceAll('nothing', `topic ${i}`)}`),
    ),
  );
});

afterAll(async () => {
  for (const one of open) await one.end();
  for (const path of folders) await removeFolder(path);
});

const environment = (home: string): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  QUARRY_HOME: home,
  QUARRY_TOOLSETS: 'all',
  QUARRY_ALLOWED_ROOTS: root,
  QUARRY_ALLOW_REMOTE_MODELS: 'false',
});

async function connectStdio(home: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  open.push({ end: () => client.close() });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [MAIN, 'mcp'], env: environment(home) }),
  );
  return client;
}

/** `quarry serve` on a free port; resolves when it says where. */
async function serve(home: string): Promise<{ child: ChildProcessWithoutNullStreams; url: string }> {
  const env = { ...environment(home), QUARRY_API_KEY: KEY };
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0'], { env });
  open.push({ end: () => child.kill('SIGKILL') });
  let said = '';
  for await (const part of child.stderr) {
    said += String(part);
    const [url] = /http:\/\/[\d.]+:\d+/.exec(said) ?? [];
    if (url === undefined) continue;
    return { child, url };
  }
  expect(said).toBe('an address'); // It ended without one: show what it said.
  return { child, url: '' };
}

async function connectHttp(url: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${KEY}` } };
  // The SDK declares its optional callbacks more loosely than exactOptionalPropertyTypes allows.
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }) as Parameters<typeof client.connect>[0],
  );
  return client;
}

async function call(client: Client, name: string, input: JsonObject, seen?: number[]): Promise<JsonObject> {
  const options =
    seen === undefined ? {} : { onprogress: ({ progress }: { progress: number }) => void seen.push(progress) };
  const result = await client.callTool({ name, arguments: input }, undefined, options);
  expect([name, result.isError, result.isError === true ? result.content : []]).toEqual([name, undefined, []]);
  const [part] = result.content as { text: string }[]; // Every tool result has one text.
  expect(part?.text.length).toBeGreaterThan(0);
  return result['structuredContent'] as JsonObject; // The client has checked it against the schema.
}

/** Waits as an agent would: by asking again. */
async function finish(client: Client, id: string, seen: number[] = []): Promise<JsonObject> {
  for (;;) {
    const job = await call(client, 'job_status', { id, waitSeconds: 20 }, seen);
    if (job['finishedAt'] !== null) return job;
  }
}

/** What an agent does: look around, ingest, ask, read, verify. */
async function useAll(client: Client): Promise<void> {
  expect(client.getInstructions()).toContain('Nothing is indexed yet');
  expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(
    expect.arrayContaining(['search', 'fetch', 'ingest']),
  );
  const started = await call(client, 'ingest', { target: docs });
  const job = await finish(client, String(started['jobId']));
  expect(job).toMatchObject({ state: 'succeeded', counts: { added: 2 } });

  const { results } = (await call(client, 'search', { query: 'how do I restore the snapshot' })) as {
    results: JsonObject[];
  }; // Its schema.
  const [hit] = results;
  expect(hit).toMatchObject({
    id: expect.any(String),
    title: expect.any(String),
    url: expect.stringContaining('backup.md'),
  });
  const read = await call(client, 'fetch', { id: String(hit?.['id']) });
  expect(read).toMatchObject({
    id: expect.any(String),
    text: expect.stringContaining(String(hit?.['text'])),
    url: hit?.['url'],
    metadata: expect.any(Object),
  });
  const citation = {
    document: String(hit?.['documentId']),
    quote: String(hit?.['text']),
    start: Number(hit?.['start']),
  };
  expect(await call(client, 'verify_citation', citation)).toMatchObject({ status: 'exact' });
  expect(await call(client, 'verify_citation', { ...citation, quote: 'never written' })).toMatchObject({
    status: 'changed',
  });
  await readResources(client, String(hit?.['documentId']));
}

async function readResources(client: Client, documentId: string): Promise<void> {
  const { resources } = await client.listResources();
  expect(resources.map((resource) => resource.uri)).toEqual([
    'quarry://status',
    expect.any(String),
    expect.any(String),
  ]);
  const status = await client.readResource({ uri: 'quarry://status' });
  expect(JSON.parse(String((status.contents[0] as { text: string }).text))).toMatchObject({ documents: 2 }); // A text resource.
  const { resourceTemplates } = await client.listResourceTemplates();
  const [template] = resourceTemplates;
  const ref = { type: 'ref/resource', uri: template?.uriTemplate ?? '' } as const;
  for (const value of [documentId.slice(0, 8), 'back']) {
    const { completion } = await client.complete({ ref, argument: { name: 'id', value } });
    expect(completion.values).toContain(documentId);
  }
  const document = await client.readResource({ uri: `quarry://documents/${documentId}` });
  expect(document.contents).toMatchObject([
    { mimeType: 'text/plain', text: expect.stringContaining('   | # Backups') },
  ]);
  const { completion } = await client.complete({
    ref: { type: 'ref/prompt', name: 'explore_collection' },
    argument: { name: 'collection', value: 'def' },
  });
  expect(completion.values).toEqual(['default']);
}

/** A long job shows rising progress, and stops within a second of being asked to. */
async function cancelJob(client: Client): Promise<void> {
  const { jobId } = await call(client, 'ingest', { target: many, collection: 'many' });
  const seen: number[] = [];
  const waiting = call(client, 'job_status', { id: String(jobId), waitSeconds: 20 }, seen);
  await call(client, 'status', {});
  await call(client, 'job_cancel', { id: String(jobId) });
  const job = await finish(client, String(jobId));
  await waiting;
  expect(job).toMatchObject({ state: 'cancelled' });
  expect(seen.every((value, i) => i === 0 || value > (seen[i - 1] ?? 0))).toBe(true);
}

describe('over stdio', () => {
  test('a real client ingests, searches, reads, verifies, cancels', async () => {
    const home = await folder();
    const client = await connectStdio(home);
    await useAll(client);
    await cancelJob(client);
    await client.close();
    const again = await connectStdio(home);
    expect(again.getInstructions()).toContain('default (2 documents)');
    await again.close();
  });

  test('stdout carries the protocol alone; the end of input ends the process after the last answer', async () => {
    const home = await folder();
    const child = spawn(process.execPath, [MAIN, 'mcp'], { env: { ...environment(home), QUARRY_LOG_LEVEL: 'debug' } });
    const messages = [
      {
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
      },
      { method: 'notifications/initialized' },
      {
        id: 2,
        method: 'tools/call',
        params: { name: 'note_create', arguments: { title: 'Kept', text: 'This was kept.' } },
      },
      { id: 3, method: 'tools/call', params: { name: 'search', arguments: { query: 'x'.repeat(5000) } } },
      { id: 4, method: 'nonsense' },
    ];
    child.stdin.end(
      `${messages.map((message) => JSON.stringify({ jsonrpc: '2.0', ...message })).join('\n')}\nnot json\n`,
    );
    const [output] = await Promise.all([readAll(child), once(child, 'exit')]);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number | null }); // Or the test fails.
    expect(lines.map((line) => line.id).sort()).toEqual([1, 2, 3, 4, null].sort());
    expect(child.exitCode).toBe(0);
  });

  test('SIGTERM ends it cleanly', async () => {
    const home = await folder();
    const child = spawn(process.execPath, [MAIN, 'mcp'], { env: environment(home) });
    child.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
  });

  test('an unknown toolset is told on stderr with the known ones', async () => {
    const home = await folder();
    const child = spawn(process.execPath, [MAIN, 'mcp', '--toolsets', 'everything'], { env: environment(home) });
    let said = '';
    child.stderr.on('data', (part) => {
      said += String(part);
    });
    const [output] = await Promise.all([readAll(child), once(child, 'exit')]);
    expect(output).toBe('');
    expect(said).toContain('CONFIG_INVALID');
    expect(child.exitCode).toBe(2);
  });
});

describe('several agents of one user', () => {
  test('share a workspace: what one ingests the others find, and each may write in turn', async () => {
    const home = await folder();
    const [one, two] = await Promise.all([connectStdio(home), connectStdio(home)]);
    const first = await call(one, 'ingest', { target: docs });
    expect(await finish(one, String(first['jobId']))).toMatchObject({ state: 'succeeded' });
    expect(await call(two, 'search', { query: 'signing keys' })).toMatchObject({
      results: [{ url: expect.stringContaining('keys.md') }, {}],
    });
    await call(two, 'note_create', { id: 'shared', title: 'Shared', text: 'Zebras are shared by both.' });
    const { results } = await call(one, 'search', { query: 'zebras', limit: 1 });
    expect(results).toMatchObject([{ url: 'note:shared' }]);
    await one.close();
    await two.close();
  });
});

describe('over HTTP', () => {
  test('other machines are let in only with a key', async () => {
    const home = await folder();
    const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--host', '0.0.0.0'], {
      env: environment(home),
    });
    let said = '';
    child.stderr.on('data', (part) => {
      said += String(part);
    });
    await once(child, 'exit');
    expect(said).toMatch(/CONFIG_INVALID.*QUARRY_API_KEY/s);
    expect(child.exitCode).toBe(2);
  });

  test('a real client ingests, searches, reads, verifies, cancels; SIGTERM ends the server cleanly', async () => {
    const home = await folder();
    const { child, url } = await serve(home);
    const client = await connectHttp(url);
    await useAll(client);
    await cancelJob(client);
    const outside = await client.callTool({ name: 'ingest', arguments: { target: home } });
    expect(JSON.stringify(outside.content)).toContain('PATH_UNREADABLE');
    await client.close();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const answer = await fetch(`${url}/api/v1/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'signing keys', collections: ['default'], limit: 1 }),
    });
    expect(await answer.json()).toMatchObject({ results: [{ url: expect.stringContaining('keys.md') }] });
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
  });
});

async function readAll(child: ChildProcessWithoutNullStreams): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part);
  return Buffer.concat(parts).toString();
}
