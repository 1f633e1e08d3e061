import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { writeMixedFolder } from '../support/mixed-folder.js';
import { openTestWorkspace, removeFolder, syncAndWait, temporaryFolder } from '../support/workspace.js';

const CHILD = fileURLToPath(new URL('./ingest-loop.child.js', import.meta.url));
const ROUNDS = 20;
const COUNT = 600;
let home: string;
let folder: string;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await writeMixedFolder(folder, COUNT);
});

afterAll(async () => {
  await removeFolder(home);
  await removeFolder(folder);
});

/** Starts an ingest and kills it `delayMs` after it has said `word`, or when it has ended before. */
async function killAfter(word: 'started' | 'accepted', delayMs: number): Promise<void> {
  const child = fork(CHILD, [home, folder], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const said = new Promise<void>((resolve) => {
    child.on('message', (message) => message === word && resolve());
  });
  await Promise.race([said, ended]);
  await pause(delayMs);
  child.kill('SIGKILL');
  await ended;
}

/** Every document has all its chunks, each chunk is its span, and nothing is there twice. */
async function expectWhole(quarry: Quarry): Promise<number> {
  const { store } = quarry.services.context;
  const collections = await store.listCollections();
  let total = 0;
  for (const { name } of collections) {
    const page = await store.listDocuments(name, {}, { offset: 0, limit: 1000 });
    expect(new Set(page.items.map((document) => document.uri)).size).toBe(page.items.length);
    for (const listed of page.items) {
      const chunks = await store.listChunks(name, listed.id);
      const document = await store.getDocument(name, listed.id);
      expect(chunks).toHaveLength(listed.chunkCount);
      for (const chunk of chunks) expect(document?.text.slice(chunk.start, chunk.end)).toBe(chunk.text);
    }
    const stats = await store.collectionStats(name);
    expect(stats.chunks).toBe(page.items.reduce((sum, document) => sum + document.chunkCount, 0));
    total += page.total;
  }
  return total;
}

test('killed at twenty moments, the store opens, documents are whole or absent, and sync completes', async () => {
  let seen = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Moments spread over the work, the same in every run; the machine decides what they hit.
    // On a busy one only those counted from the acceptance reach the work.
    await killAfter(round % 2 === 0 ? 'started' : 'accepted', 40 + ((round * 137) % 900));
    const quarry = await openTestWorkspace(home);
    const open = await quarry.execute('list_jobs', { states: ['queued', 'running'] });
    expect(open.output['total']).toBe(0);
    const documents = await expectWhole(quarry);
    expect(documents).toBeGreaterThanOrEqual(seen);
    seen = documents;
    await quarry.close();
  }
  const quarry = await openTestWorkspace(home);
  const job = await syncAndWait(quarry);
  expect(job.state).toBe('succeeded');
  expect((job.counts['added'] ?? 0) + (job.counts['unchanged'] ?? 0)).toBe(COUNT);
  expect(await expectWhole(quarry)).toBe(COUNT);
  await quarry.close();
});
