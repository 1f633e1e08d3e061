import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { createMcpServer } from '../../../src/edges/mcp/create-mcp-server.js';
import { writeInstructions } from '../../../src/edges/mcp/instructions.js';
import type { Quarry } from '../../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const COUNT = 290;
let home: string;
let folder: string;
let quarry: Quarry;
let client: Client;

/** A client of its own for one toolset. */
async function connect(toolsets: readonly string[]): Promise<Client> {
  const { operations, services } = quarry;
  const tools = operations.filter((operation) => toolsets.includes('all') || toolsets.includes(operation.toolset));
  const instructions = await writeInstructions(services, tools);
  const server = createMcpServer({
    operations,
    services,
    toolsets,
    instructions,
    door: 'mcp-stdio',
    version: '1',
    log: () => undefined,
  });
  const made = new Client({ name: 'test', version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), made.connect(near)]);
  return made;
}

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  const docs = join(folder, 'docs');
  await mkdir(docs);
  for (let i = 0; i < COUNT; i++)
    await writeFile(
      join(docs, `page-${String(i).padStart(3, '0')}.md`),
      `# Page ${i}\n\n${`Text ${i} of the "page".\n`.repeat(40)}`,
    );
  await writeFile(join(docs, 'long.md'), `# Long tale\n\n${'A line of the long tale, with words.\n'.repeat(5_000)}`);
  await writeFile(join(docs, 'code.ts'), 'export const answer = 42;\n');
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, docs);
  client = await connect(['all']);
});

afterAll(async () => {
  await client.close();
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

test('resources come in pages, each document once, the status first', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listResources(cursor === undefined ? undefined : { cursor });
    expect(page.resources.length).toBeLessThanOrEqual(101);
    seen.push(...page.resources.map((resource) => resource.uri));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(seen[0]).toBe('quarry://status');
  expect(new Set(seen).size).toBe(COUNT + 3);
  expect(seen.length).toBe(COUNT + 3);
});

test('every listed document can be read, with the type of its text', async () => {
  const { resources } = await client.listResources();
  const code = resources.find((resource) => resource.description?.endsWith('code.ts'));
  expect(code?.mimeType).toBe('text/plain');
  const { contents } = await client.readResource({ uri: code?.uri ?? '' });
  const [content] = contents as { uri: string; mimeType: string; text: string }[]; // Documents are text.
  expect(content).toMatchObject({ uri: code?.uri, mimeType: 'text/plain' });
  expect(content?.text).toMatch(
    /^Document doc_\w+ @\w{12}: code\.ts\n[^\n]+\n\n {3}\| export const answer = 42;\n {3}\| $/,
  );
});

test('a document beyond what clients take is cut, and says where to read on', async () => {
  const { resources } = await client.listResources();
  const long = resources.find((resource) => resource.description?.endsWith('long.md'));
  const { contents } = await client.readResource({ uri: long?.uri ?? '' });
  const { text } = contents[0] as { text: string }; // Documents are text.
  expect(text.length).toBeLessThan(100_000);
  const [, last, cursor = ''] = /\n\n\(lines 1-(\d+) of \d+; go on with cursor (\S+)\)$/.exec(text) ?? [];
  const rest = await client.callTool({ name: 'fetch', arguments: { id: long?.name ?? '', cursor } });
  expect(rest['structuredContent']).toMatchObject({ startLine: expect.any(Number) });
  expect((rest['structuredContent'] as { startLine: number }).startLine).toBeGreaterThanOrEqual(Number(last));
});

test('ids complete by id and by words of the title, at most a hundred', async () => {
  const ref = { type: 'ref/resource', uri: 'quarry://documents/{id}' } as const;
  const complete = async (value: string) =>
    (await client.complete({ ref, argument: { name: 'id', value } })).completion;
  expect((await complete('tale')).values).toHaveLength(1);
  expect(await complete('page')).toMatchObject({ values: { length: 100 }, hasMore: true });
  const [id = ''] = (await complete('Page 7')).values;
  expect((await complete(id)).values).toEqual([id]);
  expect((await complete('no such thing')).values).toEqual([]);
  const other = await client.complete({
    ref: { ...ref, uri: 'quarry://other/{id}' },
    argument: { name: 'id', value: '' },
  });
  expect(other.completion.values).toEqual([]);
});

test('instructions tell what is indexed and name only tools on offer', async () => {
  expect(client.getInstructions()).toContain(`default (${COUNT + 2} documents)`);
  const notes = await connect(['notes']);
  expect(notes.getInstructions()).not.toContain('verify_citation');
  await notes.close();
});

test('the largest budgets that the tools allow fit what clients take', async () => {
  for (const context of ['none', 'neighbours', 'section']) {
    const found = await client.callTool({
      name: 'search',
      arguments: { query: 'text page tale', limit: 100, maxTokens: 20_000, context },
    });
    expect(found.isError).toBeUndefined();
    expect(JSON.stringify(found['structuredContent']).length).toBeLessThan(85_000);
  }
  const { resources } = await client.listResources();
  const long = resources.find((resource) => resource.title === 'Long tale');
  const read = await client.callTool({ name: 'fetch', arguments: { id: long?.name ?? '', maxTokens: 20_000 } });
  expect(read.isError).toBeUndefined();
});

test('a list that is too long for a client is refused with the way out', async () => {
  const all = await client.callTool({ name: 'list_documents', arguments: { limit: 500 } });
  expect(JSON.stringify(all.content)).toMatch(/LIMIT_REACHED.*limit.*nextCursor/s);
  const some = await client.callTool({ name: 'list_documents', arguments: { limit: 100 } });
  expect(some.isError).toBeUndefined();
});
