import { afterEach, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import fc from 'fast-check';
import { ERROR_TABLE } from '../../../src/core/errors.js';
import { createMcpServer } from '../../../src/edges/mcp/create-mcp-server.js';
import { writeInstructions } from '../../../src/edges/mcp/instructions.js';
import type { Operation } from '../../../src/operations/define.js';
import { operations as realOperations } from '../../../src/operations/index.js';
import { emptyServices, toyOperations, type WaitState } from '../toy-workspace.js';

const open: { close(): Promise<void> }[] = [];
const services = emptyServices();

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

interface Connection {
  readonly client: Client;
  readonly state: WaitState;
}

async function connect(toolsets: readonly string[] = ['all'], registry?: readonly Operation[]): Promise<Connection> {
  const state: WaitState = { started: 0, cancelled: 0 };
  const operations = registry ?? toyOperations(state);
  const instructions = await writeInstructions(services, operations);
  const parts = {
    operations,
    toolsets,
    services,
    door: 'mcp-stdio',
    version: '1.2.3',
    instructions,
    log: () => undefined,
  } as const;
  const server = createMcpServer(parts);
  const client = new Client({ name: 'test', version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  open.push(client, server);
  return { client, state };
}

function textOf(result: unknown): string {
  const { content } = result as { content: { text: string }[] }; // Every tool result has text content.
  return content.map((part) => part.text).join('');
}

/** Sends a request around the client's own checks. */
async function raw(client: Client, method: string, params: unknown): Promise<unknown> {
  const { EmptyResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
  const request = { method, params } as never; // Deliberately anything at all.
  return client.request(request, EmptyResultSchema.loose() as never);
}

describe('the handshake', () => {
  test('names the server and tells an empty state with what to do', async () => {
    const { client } = await connect();
    expect(client.getServerVersion()).toMatchObject({ name: 'quarry', title: 'Quarry', version: '1.2.3' });
    expect(client.getInstructions()).toContain('Nothing is indexed yet');
    expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: {}, prompts: {}, completions: {} });
  });
});

describe('tools', () => {
  test('carry schema, title and all four annotations', async () => {
    const { client } = await connect();
    const { tools } = await client.listTools();
    const byName = new Map(tools.map((tool) => [tool.name, tool]));
    expect(byName.get('echo')).toMatchObject({
      title: 'Echo a text',
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      inputSchema: { type: 'object', additionalProperties: false, required: ['text'] },
    });
    expect(byName.get('shelf_create')?.annotations).toMatchObject({
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
    });
    expect(byName.get('shelf_delete')?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });

  test('are offered by toolset', async () => {
    const { client } = await connect(['notes']);
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['shelf_create', 'shelf_delete']);
  });

  test('an unknown toolset is a configuration fault that lists the known ones', async () => {
    await expect(connect(['knowlege'])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('knowledge'),
    });
    await expect(connect([])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('give data and text that say the same', async () => {
    const { client } = await connect();
    const result = await client.callTool({ name: 'echo', arguments: { text: 'ha', times: 2 } });
    expect(result['structuredContent']).toEqual({ text: 'haha', tags: [], metadata: {} });
    expect(textOf(result)).toBe('haha');
    expect(result.isError).toBeUndefined();
  });

  test.each([
    ['wrong type', { text: 5 }],
    ['missing key', {}],
    ['unknown key', { text: 'a', tetx: 'b' }],
    ['no object', 'text'],
    ['a list', ['text']],
    ['null', null],
    ['prototype key', JSON.parse('{"text":"a","__proto__":{"x":1}}')],
  ])('refuse %s as a result that the model can read', async (_name, input) => {
    const { client } = await connect();
    const result = await raw(client, 'tools/call', { name: 'echo', arguments: input });
    expect(result).toMatchObject({ isError: true });
    expect(result).not.toHaveProperty('structuredContent');
    expect(textOf(result)).toMatch(/^INPUT_INVALID: .+\nHint: .+/);
  });

  test('take objects and lists that come as JSON in a string, and text as text', async () => {
    const { client } = await connect();
    const given = { text: '["a"]', tags: '["b", "c"]', metadata: '{"d": [1]}' };
    const result = await client.callTool({ name: 'echo', arguments: given });
    expect(result['structuredContent']).toEqual({ text: '["a"]', tags: ['b', 'c'], metadata: { d: [1] } });
    const broken = await client.callTool({ name: 'echo', arguments: { text: 'a', metadata: '{"d": ' } });
    expect(textOf(broken)).toMatch(/^INPUT_INVALID: .*metadata/);
    const deep = `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    const tooDeep = await client.callTool({ name: 'echo', arguments: { text: 'a', metadata: deep } });
    expect(textOf(tooDeep)).toMatch(/^INPUT_INVALID: .*nested/);
  });

  test('name the bad key and the nearest good one', async () => {
    const { client } = await connect();
    const text = textOf(await client.callTool({ name: 'echo', arguments: { text: 'a', tag: ['b'] } }));
    expect(text).toContain('"tag"');
    expect(text).toContain('did you mean tags?');
  });

  test('never show the inside of a foreign fault', async () => {
    const { client } = await connect();
    const result = await client.callTool({ name: 'boom', arguments: {} });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/^INTERNAL: Something went wrong inside Quarry\./);
    expect(textOf(result)).not.toMatch(/home|native|at /);
  });

  test('an unknown name is a protocol error that names a near tool, or the toolset that has it', async () => {
    const { client } = await connect(['knowledge']);
    await expect(client.callTool({ name: 'ecko', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining('Did you mean echo?'),
      data: { code: 'OPERATION_NOT_FOUND' },
    });
    await expect(client.callTool({ name: 'shelf_create', arguments: {} })).rejects.toThrow('toolset notes');
  });

  test('an answer beyond what clients take becomes an error that says so', async () => {
    const { client } = await connect();
    const result = await client.callTool({ name: 'echo', arguments: { text: 'x', times: 100_001 } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/^LIMIT_REACHED/);
    expect((await client.callTool({ name: 'echo', arguments: { text: 'x', times: 90_000 } })).isError).toBeUndefined();
  });

  test('whatever the arguments: an answer, or a typed error with a hint', async () => {
    const { client } = await connect();
    const codes = Object.keys(ERROR_TABLE).join('|');
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.constantFrom('echo', 'shelf_get', 'wait'), async (input, name) => {
        const result = await raw(client, 'tools/call', { name, arguments: input });
        if ((result as { isError?: boolean }).isError !== true) return;
        expect(textOf(result)).toMatch(new RegExp(`^(${codes}): .+\\nHint: .+`, 's'));
        expect(textOf(result)).not.toMatch(/\n {4}at /);
      }),
      { numRuns: 200 },
    );
  });

  test('deep, huge and broken texts are refused or echoed, never fatal', async () => {
    const { client } = await connect();
    let deep: unknown = 'x';
    for (let i = 0; i < 5_000; i++) deep = [deep];
    const tooDeep = await raw(client, 'tools/call', { name: 'echo', arguments: { text: 'a', metadata: { deep } } });
    expect(textOf(tooDeep)).toMatch(/^INPUT_INVALID: .*nested/);
    const huge = await client.callTool({ name: 'echo', arguments: { text: 'x'.repeat(10_000_000) } });
    expect(textOf(huge).length).toBeLessThan(5_000);
    const odd = await client.callTool({ name: 'echo', arguments: { text: '\u0000\ud800' } });
    expect(odd['structuredContent']).toMatchObject({ text: '\u0000\ud800' });
  });
});

describe('progress and cancellation', () => {
  test('progress rises strictly, over stages, only when asked for', async () => {
    const { client } = await connect();
    const seen: number[] = [];
    const result = await client.callTool({ name: 'wait', arguments: { steps: 600 } }, undefined, {
      onprogress: ({ progress, total }) => {
        expect(total === undefined || total >= progress).toBe(true);
        seen.push(progress);
      },
    });
    expect(result['structuredContent']).toEqual({ steps: 600 });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.length).toBeLessThan(50);
    expect(seen.every((value, i) => i === 0 || value > (seen[i - 1] ?? 0))).toBe(true);
  });

  test('a cancelled call stops its work', async () => {
    const { client, state } = await connect();
    const controller = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: { steps: 10_000 } }, undefined, {
      signal: controller.signal,
      onprogress: () => controller.abort('enough'),
    });
    await expect(call).rejects.toThrow();
    await client.ping();
    expect(state).toEqual({ started: 1, cancelled: 1 });
  });

  test('a client that leaves cancels what it asked for', async () => {
    const { client, state } = await connect();
    const call = client.callTool({ name: 'wait', arguments: { steps: 10_000 } }, undefined, {
      onprogress: () => void client.close(),
    });
    await expect(call).rejects.toThrow();
    expect(state).toEqual({ started: 1, cancelled: 1 });
  });
});

describe('other requests', () => {
  test('an unknown method and malformed parameters are told with a hint', async () => {
    const { client } = await connect(['all'], realOperations);
    await expect(raw(client, 'tools/destroy', {})).rejects.toMatchObject({
      code: -32_601,
      data: { hint: expect.stringContaining('tools/list') },
    });
    await expect(raw(client, 'tools/call', { name: 7 })).rejects.toMatchObject({
      code: -32_602,
      data: { code: 'INPUT_INVALID' },
    });
    await expect(raw(client, 'resources/read', {})).rejects.toMatchObject({
      code: -32_602,
      data: { hint: expect.any(String) },
    });
    await expect(raw(client, 'completion/complete', { ref: { type: 'ref/none' } })).rejects.toMatchObject({
      code: -32_602,
    });
    await expect(raw(client, 'resources/list', { cursor: 'bad' })).rejects.toMatchObject({
      data: { code: 'CURSOR_INVALID' },
    });
  });

  test('an unknown resource says which there are', async () => {
    const { client } = await connect(['all'], realOperations);
    for (const uri of ['quarry://nothing', 'file:///etc/passwd', 'quarry://documents/', 'quarry://documents/%E0']) {
      await expect(client.readResource({ uri })).rejects.toMatchObject({
        code: -32_002,
        data: { code: 'RESOURCE_NOT_FOUND' },
      });
    }
    await expect(client.readResource({ uri: 'quarry://documents/doc_x' })).rejects.toMatchObject({
      code: -32_002,
      data: { code: 'DOCUMENT_NOT_FOUND' },
    });
  });

  test('prompts are filled in; wrong arguments are named', async () => {
    const { client } = await connect(['all'], realOperations);
    const { prompts } = await client.listPrompts();
    expect(prompts.map((prompt) => prompt.name)).toEqual([
      'answer_with_citations',
      'explore_collection',
      'review_sources',
    ]);
    const filled = await client.getPrompt({ name: 'answer_with_citations', arguments: { question: 'Why is it so?' } });
    expect(JSON.stringify(filled.messages)).toContain('Why is it so?');
    await expect(client.getPrompt({ name: 'answer_with_citations', arguments: {} })).rejects.toThrow(
      'needs the argument question',
    );
    await expect(client.getPrompt({ name: 'review_sources', arguments: { place: 'x' } })).rejects.toThrow(
      'no argument "place"',
    );
    await expect(client.getPrompt({ name: 'nothing' })).rejects.toThrow('explore_collection');
  });

  test('resources and prompts are offered only with the operations that they reach', async () => {
    const { client } = await connect(['notes'], realOperations);
    expect((await client.listResources()).resources).toEqual([]);
    expect((await client.listResourceTemplates()).resourceTemplates).toEqual([]);
    expect((await client.listPrompts()).prompts).toEqual([]);
    for (const uri of ['quarry://status', 'quarry://documents/note:a'])
      await expect(client.readResource({ uri })).rejects.toMatchObject({ data: { code: 'RESOURCE_NOT_FOUND' } });
    await expect(client.getPrompt({ name: 'review_sources' })).rejects.toThrow('QUARRY_TOOLSETS');
    const ref = { type: 'ref/resource', uri: 'quarry://documents/{id}' } as const;
    const { completion } = await client.complete({ ref, argument: { name: 'id', value: '' } });
    expect(completion.values).toEqual([]);
  });

  test('an argument beside the arguments is named, not passed over', async () => {
    const { client } = await connect();
    await expect(raw(client, 'tools/call', { name: 'echo', arguments: { text: 'a' }, tags: ['x'] })).rejects.toThrow(
      '"tags" stands beside the arguments of echo',
    );
  });

  test('whatever the request: an answer or an error with a hint', async () => {
    const { client } = await connect();
    const methods = fc.constantFrom(
      'tools/call',
      'tools/list',
      'resources/list',
      'resources/read',
      'prompts/get',
      'completion/complete',
      'x',
    );
    const params = fc.option(
      fc.dictionary(fc.constantFrom('name', 'uri', 'cursor', 'arguments', 'ref', 'argument', 'x'), fc.jsonValue()),
    );
    await fc.assert(
      fc.asyncProperty(methods, params, async (method, given) => {
        const failure = await raw(client, method, given ?? undefined).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failure !== undefined)
          expect(failure).toMatchObject({ data: { code: expect.any(String), hint: expect.any(String) } });
      }),
      { numRuns: 200 },
    );
  });
});
