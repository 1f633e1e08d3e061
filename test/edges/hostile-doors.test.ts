import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningServer, startHttpServer } from '../../src/edges/http/start-http-server.js';
import { createMcpServer } from '../../src/edges/mcp/create-mcp-server.js';
import { serveStdio } from '../../src/edges/mcp/serve-stdio.js';
import type { Quarry } from '../../src/quarry.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';
import { runWords } from './doors.js';

const log = (): void => undefined;
let home: string;
let quarry: Quarry;
let all: RunningServer;
let knowledge: RunningServer;

async function serve(toolsets: readonly string[]): Promise<RunningServer> {
  const { operations, services, config } = quarry;
  const settings = { ...config, apiKey: '', host: '127.0.0.1', toolsets };
  return startHttpServer({ operations, services, settings, version: '1', port: 0, log });
}

beforeAll(async () => {
  home = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  for (const team of ['red', 'blue'])
    await quarry.execute('note_create', {
      id: team,
      title: `Keys of ${team}`,
      text: 'Rotate the keys.',
      metadata: { team },
    });
  [all, knowledge] = await Promise.all([serve(['all']), serve(['knowledge'])]);
});

afterAll(async () => {
  await Promise.all([all.close(), knowledge.close()]);
  await quarry.close();
  await removeFolder(home);
});

async function ask(
  url: string,
  method = 'GET',
  body?: string,
): Promise<{ status: number; text: string; allow: string | null }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, text: await response.text(), allow: response.headers.get('allow') };
}

describe('toolsets', () => {
  test('REST and OpenAPI offer what MCP offers; the rest is told with the toolset that has it', async () => {
    const { paths } = JSON.parse((await ask(`${knowledge.url}/openapi.json`)).text) as { paths: object }; // As OpenAPI has it.
    for (const { name, toolset, http } of quarry.operations) {
      const path = http.path.replace(/:\w+/g, 'x');
      const isOffered = toolset === 'knowledge';
      const described = Object.entries(paths).find(([key]) => key === `/api/v1${http.path.replace(/:(\w+)/g, '{$1}')}`);
      expect([name, described?.[1] !== undefined && http.method.toLowerCase() in described[1]]).toEqual([
        name,
        isOffered,
      ]);
      if (isOffered) continue;
      const answer = await ask(`${knowledge.url}/api/v1${path}`, http.method, http.method === 'GET' ? undefined : '{}');
      expect([name, answer.status, answer.allow]).toEqual([name, 404, null]);
      expect(JSON.parse(answer.text)).toMatchObject({
        error: {
          code: 'OPERATION_NOT_FOUND',
          hint: expect.stringMatching(new RegExp(`toolset ${toolset};.*QUARRY_TOOLSETS`)),
        },
      });
    }
    expect((await ask(`${knowledge.url}/api/v1/search`, 'POST', '{"query": "keys"}')).status).toBe(200);
    expect((await ask(`${all.url}/api/v1/notes`)).status).toBe(200);
  });

  test('methods of operations that are not offered do not show', async () => {
    const answer = await ask(`${knowledge.url}/api/v1/notes`, 'OPTIONS');
    expect([answer.status, answer.allow]).toEqual([404, null]);
    expect((await ask(`${knowledge.url}/api/v1/sources`, 'PATCH')).allow).toBe('POST, GET, HEAD, OPTIONS');
    expect((await ask(`${knowledge.url}/api/v1/notes/a`, 'PUT')).status).toBe(404);
  });
});

/** JSON texts of inputs of a search, each with a key that must not be passed over. */
const HOSTILE = [
  '{"query": "keys", "__proto__": {"tags": ["x"]}}',
  '{"query": "keys", "metadata": {"__proto__": {"team": "red"}}}',
  '{"query": "keys", "metadata": {"__proto__": "red"}}',
  '{"query": "keys", "metadata": {"constructor": "red"}}',
  '{"query": "keys", "metadata": {"team": "red", "prototype": 1}}',
  '{"query": "keys", "metadata": "{\\"__proto__\\": \\"red\\"}"}',
  '{"query": "keys", "metadata": {"\\u005f_proto__": "red"}}',
];

/** Values that nothing in metadata can equal. */
const INCOMPARABLE = ['{"team": null}', '{"team": {}}', '{"team": ["red"]}', '{"team": {"$ne": "red"}}', '"red"', '[]'];

const rpc = (params: string): string => `{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": ${params}}`;

async function throughStdio(line: string): Promise<string> {
  const { operations, services } = quarry;
  const parts = {
    operations,
    services,
    toolsets: ['all'],
    door: 'mcp-stdio',
    version: '1',
    instructions: '',
    log,
  } as const;
  const input = new PassThrough();
  const output = new PassThrough();
  const served = serveStdio(createMcpServer(parts), { input, output });
  input.end(`${line}\n`);
  await served;
  output.end();
  return Buffer.concat(await output.toArray()).toString();
}

function throughCli(...words: string[]): Promise<string> {
  return runWords(quarry, [...words, '--json']);
}

/** Every door that takes JSON as it is. */
const jsonDoors: Readonly<Record<string, (input: string) => Promise<string>>> = {
  rest: async (input) => (await ask(`${all.url}/api/v1/search`, 'POST', input)).text,
  'mcp over http': async (input) =>
    (await ask(`${all.url}/mcp`, 'POST', rpc(`{"name": "search", "arguments": ${input}}`))).text,
  'mcp over stdio': (input) => throughStdio(rpc(`{"name": "search", "arguments": ${input}}`)),
  library: async (input) =>
    quarry.execute('search', JSON.parse(input) as { query: string }).then(
      ({ text }) => text,
      (error: unknown) => JSON.stringify(error instanceof Error ? { ...error, message: error.message } : error),
    ),
};

describe('keys', () => {
  test.each(Object.keys(jsonDoors))('that reach a prototype are refused by name: %s', async (door) => {
    for (const input of HOSTILE) {
      const answer = (await jsonDoors[door]?.(input)) ?? '';
      expect([input, answer]).toEqual([input, expect.stringMatching(/INPUT_INVALID[\s\S]*is not allowed/)]);
      expect(answer).toMatch(/__proto__|constructor|prototype/);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each(Object.keys(jsonDoors))(
    'a filter that cannot be compared is refused, an empty one is none: %s',
    async (door) => {
      for (const filter of INCOMPARABLE) {
        const answer = (await jsonDoors[door]?.(`{"query": "keys", "metadata": ${filter}}`)) ?? '';
        expect([filter, answer]).toEqual([filter, expect.stringMatching(/INPUT_INVALID[\s\S]*metadata/)]);
      }
      const narrowed = (await jsonDoors[door]?.('{"query": "keys", "metadata": {"team": "red"}}')) ?? '';
      expect(narrowed).toContain('Keys of red');
      expect(narrowed).not.toContain('Keys of blue');
      expect(await jsonDoors[door]?.('{"query": "keys", "metadata": {}}')).toContain('Keys of blue');
    },
  );

  test('in query strings and on the command line they are refused too', async () => {
    const queries = [
      '__proto__=x',
      `metadata=${encodeURIComponent('{"__proto__":"red"}')}`,
      'constructor=1',
      '__proto__[a]=1',
    ];
    for (const query of queries) {
      const answer = await ask(`${all.url}/api/v1/documents?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expect(answer.text).toMatch(/__proto__|constructor/);
    }
    for (const pair of ['__proto__=red', '{"__proto__": "red"}', 'constructor=red', 'team={"__proto__":1}']) {
      expect(await throughCli('search', 'keys', '--metadata', pair)).toMatch(/INPUT_INVALID/);
      expect(await throughCli('ingest', './none', '-o', pair)).toMatch(/INPUT_INVALID/);
    }
    expect(await throughCli('search', 'keys', '--metadata', 'team=red', '--metadata', 'team=blue')).toContain(
      'more than once',
    );
  });

  test('of messages themselves are judged before the SDK can drop them', async () => {
    const hostile = [
      rpc('{"name": "status", "__proto__": {"arguments": {}}}'),
      '{"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": {"name": "review_sources", "arguments": {"__proto__": "x"}}}',
      '{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "__proto__": {}}',
    ];
    for (const message of hostile) {
      for (const answer of [(await ask(`${all.url}/mcp`, 'POST', message)).text, await throughStdio(message)]) {
        expect(JSON.parse(answer)).toMatchObject({ id: 1, error: { code: -32_602, data: { code: 'INPUT_INVALID' } } });
        expect(answer).toContain('__proto__');
      }
    }
  });

  test('the library takes plain JSON alone', async () => {
    class Options {}
    const holes = new Array<string>(2);
    const strange: readonly unknown[] = [
      { query: 'keys', metadata: Object.create({ team: 'red' }) as object },
      { query: 'keys', metadata: new Map([['team', 'red']]) },
      { query: 'keys', metadata: new Options() },
      {
        query: 'keys',
        metadata: {
          get team() {
            return 'red';
          },
        },
      },
      { query: 'keys', metadata: { [Symbol('team')]: 'red' } },
      { query: 'keys', metadata: { team: Number.NaN } },
      { query: 'keys', tags: holes },
      { query: 'keys', tags: Object.assign(['x'], { team: 'red' }) },
      { query: 'keys', metadata: { team: () => 'red' } },
      Object.create({ query: 'keys' }),
    ];
    for (const input of strange)
      await expect(quarry.execute('search', input)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const bare = Object.assign(Object.create(null) as { query: string }, { query: 'keys', tags: undefined });
    await expect(quarry.execute('search', bare)).resolves.toBeDefined();
  });

  test('tags with the names of what objects have are values like others', async () => {
    await quarry.execute('note_create', {
      id: 'odd',
      title: 'Odd',
      text: 'Odd tags.',
      tags: ['constructor', 'toString'],
    });
    const { output } = await quarry.execute('note_stats', {});
    expect(output.byTag).toEqual({ constructor: 1, toString: 1 });
    await quarry.execute('note_delete', { id: 'odd' });
  });
});

describe('law', () => {
  test('every object of every input is closed, or an open record that keeps or refuses its keys', () => {
    const open: string[] = [];
    const visit = (path: string, schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      if (Array.isArray(schema)) for (const item of schema) visit(path, item);
      else {
        const { type, additionalProperties } = schema as Record<string, unknown>; // A JSON Schema is an object.
        if (type === 'object' && additionalProperties !== false) open.push(path);
        for (const [key, value] of Object.entries(schema)) visit(key === 'properties' ? path : `${path}.${key}`, value);
      }
    };
    for (const { name, inputSchema } of quarry.operations) visit(name, inputSchema);
    // Options are checked by the adapter of their source, answers by the schema of a campaign, fields by the kind of example;
    // what stands inside of a note's metadata (any JSON) is kept; of a gateway's tools, what we do not know is passed over.
    expect(
      open
        .map((path) => path.replace(/^\w+\./, ''))
        .filter(
          (path) =>
            !/^(?:metadata|options|answer|fields|tools\.items(?:\.inputSchema(?:\.anyOf)?)?|\$defs\.__schema0\.anyOf)$/.test(
              path,
            ),
        ),
    ).toEqual([]);
  });
});
