import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { pageText, writeMixedFolder } from '../support/mixed-folder.js';
import { ingestAndWait, openTestWorkspace, removeFolder, syncAndWait, temporaryFolder } from '../support/workspace.js';

const COUNT = 1000;
let home: string;
let root: string;
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  root = await temporaryFolder();
  quarry = await openTestWorkspace(home);
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(root);
});

const documents = async (): Promise<number> =>
  Number((await quarry.execute('list_documents', { limit: 1 })).output['total']);

test('a folder of a thousand mixed files is ingested, changed, synced and removed with exact counts', async () => {
  const made = await writeMixedFolder(root, COUNT);
  const first = await ingestAndWait(quarry, root);
  expect(first.error).toBeNull();
  expect(first.counts).toMatchObject({ added: made.documents });
  for (const [reason, count] of Object.entries(made.skipped))
    expect([reason, first.counts[`skipped.${reason}`]]).toEqual([reason, count]);
  expect(await documents()).toBe(made.documents);

  const again = await syncAndWait(quarry);
  expect(again.counts).toMatchObject({ unchanged: made.documents });
  expect(again.counts['added'] ?? 0).toBe(0);
  expect(again.counts['embedded'] ?? 0).toBe(0);

  for (let n = 0; n < 50; n += 10)
    await writeFile(
      join(root, `group-${n % 7}`, `sub-${n % 3}`, `page-${n}.md`),
      `${pageText(n)}\nA new last line ${n}.\n`,
    );
  for (let n = 1; n < 31; n += 10) await rm(join(root, `group-${n % 7}`, `sub-${n % 3}`, `plain-${n}.txt`));
  await writeFile(join(root, 'new.md'), pageText(5000));
  const changed = await syncAndWait(quarry);
  expect(changed.counts).toMatchObject({ updated: 5, removed: 3, added: 1, unchanged: made.documents - 8 });
  expect(await documents()).toBe(made.documents - 2);

  const hits = await quarry.execute('search', { query: 'A new last line 20', mode: 'keyword', limit: 1 });
  expect(hits.text).toContain('A new last line 20');

  const removed = await quarry.execute('remove_source', { source: first.sourceId, confirm: true });
  expect(removed.output['removedDocuments']).toBe(made.documents - 2);
  expect(await documents()).toBe(0);
});

test('a folder that vanished is an error, and nothing is lost', async () => {
  const folder = join(root, 'group-0');
  const { sourceId } = await ingestAndWait(quarry, folder);
  const before = await documents();
  expect(before).toBeGreaterThan(0);
  await rm(folder, { recursive: true });
  const failed = await syncAndWait(quarry, [sourceId]);
  expect(failed.state).toBe('failed');
  expect(failed.error?.code).toBe('PATH_NOT_FOUND');
  expect(await documents()).toBe(before);
});
