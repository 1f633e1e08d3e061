import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/core/types.js';
import type { Quarry } from '../../../src/quarry.js';
import { jsonLines } from '../../support/benchmark.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';
import { topicPages } from './topic-documents.js';

let root: string;
let quarry: Quarry;

async function call(name: string, input: JsonObject): Promise<JsonObject> {
  const { output } = await quarry.execute(name as 'dataset_edit', input as never); // Any operation of this room.
  return output as unknown as JsonObject; // Checked by the operation.
}

async function run(name: string, input: JsonObject): Promise<JsonObject> {
  const job = await finishJob(quarry, (await call(name, input))['jobId']);
  expect({ name, error: job.error }).toEqual({ name, error: null });
  return job.result as JsonObject; // Results of these jobs are objects.
}

async function versionOf(name: string): Promise<unknown> {
  return ((await call('dataset_show', { name, limit: 1 }))['dataset'] as JsonObject)['version']; // By its schema.
}

beforeAll(async () => {
  root = await temporaryFolder();
  quarry = await openTestWorkspace(join(root, 'home'));
  const rows = Array.from({ length: 8 }, (_, at) => ({
    anchor: `question ${at}`,
    positive: `the answer number ${at}`,
  }));
  await writeFile(join(root, 'rows.jsonl'), jsonLines(rows));
  await run('dataset_import', { name: 'rows', path: join(root, 'rows.jsonl') });
  await call('dataset_edit', { name: 'rows', split: 'none', addTags: ['seen'] });
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

test('previews of restoring, labelling, creating and sampling write nothing', async () => {
  const work = await call('curate_next', { name: 'rows', judge: 'ann', count: 1 });
  const [item] = work['items'] as { item: string; passages: { label: string; text: string }[] }[]; // By its schema.
  const grades = item?.passages.map(({ label, text }) => ({ label, grade: 3, quote: text.slice(0, 20) })) ?? [];
  await call('curate_submit', { name: 'rows', judge: 'ann', item: item?.item ?? '', answer: { grades } });

  expect(await call('dataset_edit', { name: 'rows', restore: 1, preview: true })).toMatchObject({ preview: true });
  const labelled = await call('dataset_edit', { name: 'rows', applyLabels: 'grade', preview: true });
  expect(labelled).toMatchObject({ preview: true });
  expect(await versionOf('rows')).toBe(2);
  expect(await call('dataset_create', { name: 'empty', preview: true })).toMatchObject({ version: null, jobId: null });
  const sample = await run('dataset_create', { name: 'few', from: 'rows', budget: 3, method: 'random', preview: true });
  expect(sample).toMatchObject({ rows: 3, preview: true });
  for (const name of ['empty', 'few'])
    await expect(versionOf(name)).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });

  const applied = await call('dataset_edit', { name: 'rows', applyLabels: 'grade' });
  expect(applied['changed']).toBe(labelled['changed']);
  expect(await versionOf('rows')).toBe(3);
});

test('mining where there is nothing says what to do first', async () => {
  const mined = await run('dataset_mine', { name: 'nothing' });
  expect(mined).toMatchObject({ found: 0, next: expect.stringContaining('ingest') });
});

test('negatives bring their licences along, and mining again adds no pair that has some', async () => {
  for (const [name, text] of Object.entries(topicPages())) {
    const folder = join(root, 'docs', name.length % 2 === 0 ? 'even' : 'odd');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, name.replaceAll('/', '-')), text);
  }
  await writeFile(join(root, 'docs', 'even', 'LICENSE'), 'SPDX-License-Identifier: MIT\n');
  await ingestAndWait(quarry, join(root, 'docs', 'even'), {});
  await ingestAndWait(quarry, join(root, 'docs', 'odd'), {});
  await run('dataset_mine', { name: 'mined', preview: false });
  const licences = new Map<unknown, unknown>();
  for (const example of (await call('dataset_show', { name: 'mined', limit: 100 }))['examples'] as JsonObject[]) {
    const { documentId } = example['provenance'] as JsonObject; // By its schema.
    licences.set(documentId, example['licence']);
  }
  expect(new Set(licences.values())).toEqual(new Set(['MIT', '']));
  await run('dataset_negatives', { name: 'mined', preview: false });
  await call('dataset_create', { name: 'none' });
  expect(await run('dataset_negatives', { name: 'none', preview: false })).toMatchObject({
    version: 1,
    anchors: 0,
    next: expect.stringContaining('without negatives'),
  });
  await expect(call('dataset_negatives', { name: 'mined', minScore: 0.5, maxScore: 0.2 })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
  expect(await run('dataset_mine', { name: 'mined' })).toMatchObject({ preview: true, known: licences.size * 3 });
  const examples = (await call('dataset_show', { name: 'mined', limit: 100 }))['examples'] as JsonObject[];
  const triplets = examples.filter((example) => example['kind'] === 'triplet');
  expect(triplets.length).toBeGreaterThan(10);
  expect(await run('dataset_mine', { name: 'mined', preview: false })).toMatchObject({ written: 0 });
  for (const { licence, provenance } of triplets) {
    const { documentId, negativeDocuments } = provenance as { documentId: string; negativeDocuments: string[] };
    const own = [documentId, ...negativeDocuments].map((id) => licences.get(id));
    expect(licence).toBe(own.every((one) => one === 'MIT') ? 'MIT' : '');
  }
});
