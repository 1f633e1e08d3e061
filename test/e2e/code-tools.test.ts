import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home: string;
let folder: string;
const client = new Client({ name: 'test', version: '1' });

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await mkdir(join(folder, 'code'));
  await writeFile(
    join(folder, 'code', 'store.py'),
    'class Store:\n    """Keeps rows."""\n\n    def get(self, id):\n        return id\n\n\nStore().get(1)\n',
  );
  const quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, join(folder, 'code'));
  await quarry.close();
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, QUARRY_HOME: home, QUARRY_TOOLSETS: 'knowledge,code' };
  const args = [join('dist', 'src', 'main.js'), 'mcp'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
});

afterAll(async () => {
  await client.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function call(name: string, input: Record<string, unknown>) {
  const result = await client.callTool({ name, arguments: input });
  expect([name, result.isError]).toEqual([name, undefined]);
  const [part] = result.content as { text: string }[]; // Every tool result has one text.
  return { text: part?.text ?? '', output: result['structuredContent'] as Record<string, unknown> }; // Checked by the client.
}

test('an agent finds a definition, reads its lines, and sees where it is used', async () => {
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(['search', 'outline', 'find_symbol']));
  const { text, output } = await call('find_symbol', { name: 'Store.get' });
  expect(text).toMatch(/^Store\.get: 1 definitions, 1 references\nmethod Store\.get {2}file:.*store\.py:4-5 \(id doc_/);
  expect(text).toContain('\n    8: Store().get(1)');
  const [definition] = output['definitions'] as { id: string; startLine: number; endLine: number }[]; // By its schema.
  const { id, startLine, endLine } = definition ?? { id: '', startLine: 0, endLine: 0 };
  expect((await call('fetch', { id, startLine, endLine })).output['text']).toContain('def get(self, id):');
  const outline = await call('outline', { id });
  expect(outline.text).toContain('\n1-5 class Store -- Keeps rows.\n  4-5 def get(self, id)');
});
