import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/core/types.js';
import type { Quarry } from '../../../src/quarry.js';
import { importRows } from '../../support/datasets.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let root: string;
let quarry: Quarry;

beforeAll(async () => {
  root = await temporaryFolder();
  quarry = await openTestWorkspace(join(root, 'home'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

/** Letters alone, so that no passage shares a word with another question. */
const name = (at: number): string => [...String(at + 100)].map((digit) => 'bcdfghklmn'[Number(digit)]).join('a');

test('labels of a judge who gives 3 to everything stay out of the test split, and reach the training split', async () => {
  const rows = Array.from({ length: 60 }, (_, at) => ({
    anchor: `where does ${name(at)} live?`,
    positive: `${name(at)} ${['dwells', 'stays', 'rests', 'hides'][at % 4]} in ${name(at + 300)} beyond ${name(at + 600)}, ${name(at * 7)}`,
    split: at % 3 === 0 ? 'test' : 'train',
  }));
  await importRows(quarry, { folder: root, name: 'judged' }, rows);
  const shown = await quarry.execute('dataset_show', { name: 'judged', limit: 6, split: 'test' });
  const ids = shown.output.examples.map((example) => example.id);
  await quarry.execute('dataset_edit', { name: 'judged', ids, review: 'accepted' });
  for (;;) {
    const work = await quarry.execute('curate_next', { name: 'judged', judge: 'eve', count: 10 });
    if (work.output.items.length === 0) break;
    for (const { item, passages } of work.output.items) {
      const grades = passages.map(({ label, text }) => ({ label, grade: 3, quote: text.slice(0, 30) }));
      const { output } = await quarry.execute('curate_submit', {
        name: 'judged',
        judge: 'eve',
        item,
        answer: { grades },
      });
      expect(output).toMatchObject({ accepted: true });
    }
  }
  await quarry.execute('dataset_edit', { name: 'judged', applyLabels: 'grade' });
  const { output } = await quarry.execute('dataset_show', { name: 'judged', limit: 1 });
  expect(JSON.stringify(output)).toContain('"judge":"eve"');
  const started = await quarry.execute('dataset_export', { name: 'judged', path: join(root, 'out'), format: 'jsonl' });
  expect(await finishJob(quarry, started.output.jobId)).toMatchObject({
    error: null,
    result: { leftOut: { 'test labels of judges that are not trusted': expect.any(Number) } },
  });
  const linesOf = async (split: string): Promise<JsonObject[]> =>
    (await readFile(join(root, 'out', 'data', `${split}.jsonl`), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject); // Lines of JSON objects.
  const isOfEve = (row: JsonObject): boolean => JSON.stringify(row).includes('"eve"');
  const kept = await linesOf('test');
  expect(kept.map((row) => row['id']).sort()).toEqual([...ids].sort());
  expect(kept.filter(isOfEve)).toEqual([]);
  expect((await linesOf('train')).filter(isOfEve).length).toBeGreaterThan(20);
});
