import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';
import { topicPages } from './topic-documents.js';

let root: string;
let quarry: Quarry;

beforeAll(async () => {
  root = await temporaryFolder();
  quarry = await openTestWorkspace(join(root, 'home'), { queryLog: 'on' });
  await mkdir(join(root, 'docs'));
  for (const [name, text] of Object.entries(topicPages())) await writeFile(join(root, 'docs', name), text);
  await ingestAndWait(quarry, join(root, 'docs'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

async function take(name: string) {
  await quarry.execute('dataset_create', { name });
  const { output } = await quarry.execute('curate_next', { name, task: 'write', judge: 'ann', count: 10 });
  return output.items;
}

test('passages that no logged search shows are handed out first, with the reason', async () => {
  const before = await take('before');
  expect(before.map(({ why }) => why)).toEqual(before.map(() => ''));

  const { output } = await quarry.execute('search', { query: 'wild yeast in a sourdough starter', limit: 3 });
  const shown = output.results.map(({ text }) => text);
  expect(shown.length).toBeGreaterThan(0);
  const items = await take('after');
  const texts = items.map(({ passages }) => passages[0]?.text ?? '');
  const firstShown = texts.findIndex((text) => shown.includes(text));
  expect(texts.slice(firstShown).every((text) => shown.includes(text))).toBe(true);
  expect(firstShown).toBeGreaterThan(5);
  expect(items[0]?.why).toContain('No query so far finds it');
});

test('a question that search misses is kept once its writer was told what is found instead, and is marked', async () => {
  const [item] = await take('missed');
  const passage = item?.passages[0]?.text ?? '';
  const question = 'Who feeds rye to the bubbling jar of dough twice a day?';
  const found = passage.includes('sourdough') ? 'Which beam carries over the sea for miles at night?' : question;
  const answer = { question: found, answer: 'It is told there.', quote: passage.slice(0, 60) };
  const submit = async (more: object) =>
    (
      await quarry.execute('curate_submit', {
        name: 'missed',
        judge: 'ann',
        item: item?.item ?? '',
        answer: { ...answer, ...more },
      })
    ).output;
  // Who was not told cannot have looked.
  expect(await submit({ onlyHere: true })).toMatchObject({ accepted: false, rejection: 'not-answerable' });
  const refused = await submit({});
  expect(refused).toMatchObject({ accepted: false, rejection: 'not-answerable' });
  const [instead = ''] = /chk_\w+/.exec(refused.detail) ?? [];
  expect((await quarry.execute('fetch', { id: instead })).output.text).not.toContain(passage.slice(0, 60));
  expect(await submit({ onlyHere: true })).toMatchObject({ accepted: true });

  await quarry.execute('dataset_edit', { name: 'missed', applyLabels: 'write' });
  const { examples } = (await quarry.execute('dataset_show', { name: 'missed', limit: 10 })).output;
  expect(examples.map(({ provenance }) => provenance['rule'])).toEqual([
    'question that search misses',
    'question that search misses',
  ]);
});
