import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Embedder } from '../../src/core/ports.js';
import type { Collection } from '../../src/core/types.js';
import type { Quarry } from '../../src/quarry.js';
import { Beside } from '../../src/services/beside.js';
import { sampleJob } from '../contract/knowledge-samples.js';
import { writeOtherModel } from '../support/other-model.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const COUNT = 12;
let home: string;
let folder: string;
let quarry: Quarry;
let embedder: Embedder;
let embedded = 0;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await mkdir(join(folder, 'docs'));
  for (let n = 0; n < COUNT; n++)
    await writeFile(join(folder, 'docs', `${n}.md`), `# Page ${n}\n\nNumber ${n} is here.\n`);
  await writeOtherModel(join(folder, 'turned'), 'turned round');
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, join(folder, 'docs'));
  const models = await quarry.services.context.models();
  const opened = await models.open({ model: join(folder, 'turned'), dtype: '', mayDownload: false });
  embedder = {
    ...opened,
    embed: (texts, kind, signal) => {
      embedded += texts.length;
      return opened.embed(texts, kind, signal);
    },
  };
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function build(changes: Partial<Collection> = {}): Promise<number> {
  embedded = 0;
  const handle = { signal: new AbortController().signal, report: () => undefined };
  const { context, collections } = quarry.services;
  const collection = { ...(await collections.get('default')), ...changes };
  const beside = await Beside.start({ context, collection, embedder, handle, onProgress: () => undefined });
  await beside.build();
  expect(beside.documents).toBe(COUNT);
  return embedded;
}

const names = async (): Promise<string[]> =>
  (await quarry.services.context.store.listCollections()).map(({ name }) => name);

test('what an interrupted build left is gone on with, and only what was of the same making', async () => {
  expect(await build()).toBe(COUNT);
  expect(await build()).toBe(0);
  const { store } = quarry.services.context;
  const page = await store.listDocuments('default.reindex', {}, { offset: 0, limit: 5 });
  await store.deleteDocuments(
    'default.reindex',
    page.items.map(({ id }) => id),
  );
  expect(await build()).toBe(5);
  expect(await build({ sizing: { maxTokens: 64, minTokens: 16 } })).toBe(COUNT);
  expect(await names()).toEqual(['default', 'default.reindex']);
});

test('what is left is cleared away when nobody has gone on with it for a day', async () => {
  const { context, reindex } = quarry.services;
  await build();
  const killed = { kind: 'model-use', state: 'interrupted', createdAt: context.clock.now() } as const;
  await context.store.putJob(sampleJob('job_killed', { ...killed, finishedAt: context.clock.now() }));
  await reindex.clearAbandoned();
  expect(await names()).toContain('default.reindex');
  await context.store.putJob(sampleJob('job_killed', { ...killed, finishedAt: '2020-01-01T00:00:00.000Z' }));
  await reindex.clearAbandoned();
  expect(await names()).toEqual(['default']);
});
