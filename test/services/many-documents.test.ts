import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { KnowledgeStore } from '../../src/core/ports.js';
import { openStore } from '../../src/store/open-store.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const FILES = 160;
/** Too few to be worth a thread. */
const FEW = 20;

function fileOf(n: number): { name: string; text: string } {
  const words = `Sentence ${n} speaks of getUserName${n} and more. `.repeat(n % 40);
  if (n % 3 === 0)
    return { name: `page-${n}.md`, text: `# Page ${n}\n\n${words}\n\n- item ${n}\n\n## More\n\n${words}\n` };
  if (n % 3 === 1)
    return { name: `module-${n}.ts`, text: `/** ${words} */\nexport function f${n}(): number {\n  return ${n};\n}\n` };
  return { name: `notes-${n}.txt`, text: `${words}\n\nThe end of ${n}.\n` };
}

async function rowsOf(store: KnowledgeStore) {
  const rows = [];
  const { items } = await store.listDocuments('default', {}, { offset: 0, limit: 1000 });
  for (const { id, uri, title, chunkCount } of items) {
    const chunks = await store.listChunks('default', id);
    const candidates = await store.getChunks(
      'default',
      chunks.map((chunk) => chunk.id),
    );
    const vectors = candidates.map(({ chunk, searchText, vector }) => [chunk, searchText, [...vector]]);
    rows.push({ uri, title, chunkCount, vectors });
  }
  return rows;
}

test('documents that come in one go leave the rows that they leave when they come a few at a time', async () => {
  const home = await temporaryFolder();
  const folder = join(home, 'files');
  await mkdir(folder);
  const place = (name: string): string => join(home, name, 'workspaces', 'default');
  try {
    const few = await openTestWorkspace(join(home, 'few'));
    for (let n = 0; n < FILES; n++) {
      const { name, text } = fileOf(n);
      await writeFile(join(folder, name), text);
      if ((n + 1) % FEW !== 0) continue;
      const { output } = await few.execute('ingest', { target: folder });
      expect((await few.waitForJob(output.jobId)).state).toBe('succeeded');
    }
    await few.close();
    const many = await openTestWorkspace(join(home, 'many'));
    const { output } = await many.execute('ingest', { target: folder });
    expect((await many.waitForJob(output.jobId)).counts).toMatchObject({ added: FILES });
    await many.close();
    const stores = await Promise.all(['few', 'many'].map((name) => openStore({ directory: place(name) })));
    const [first, second] = await Promise.all(stores.map(rowsOf));
    for (const store of stores) await store.close();
    expect(first).toHaveLength(FILES);
    expect(second).toEqual(first);
  } finally {
    await removeFolder(home);
  }
});
