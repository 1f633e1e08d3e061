import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Job, JsonObject } from '../../src/core/types.js';
import { jobText } from '../../src/operations/job-shape.js';
import type { Quarry } from '../../src/quarry.js';
import { LossTally } from '../../src/services/loss-tally.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home: string;
let quarry: Quarry;

beforeEach(async () => {
  home = await temporaryFolder();
  quarry = await openTestWorkspace(join(home, 'home'));
  await mkdir(join(home, 'site'));
  for (const topic of ['Anchors', 'Beacons', 'Canals'])
    await writeFile(join(home, 'site', `${topic}.md`), `# ${topic}\n\nOf ${topic}.\n`);
  await ingestAndWait(quarry, join(home, 'site'));
  await lose('Anchors', { image: 2, formula: 1 });
  await lose('Beacons', { image: 3 });
});

afterEach(async () => {
  await quarry.close();
  await removeFolder(home);
});

/** Gives a stored document what a reader of its format counts. */
async function lose(title: string, losses: JsonObject): Promise<void> {
  const { store } = quarry.services.context;
  const { items } = await store.listDocuments('default', {}, { offset: 0, limit: 10 });
  const id = items.find((document) => document.title === title)?.id ?? '';
  const document = await store.getDocument('default', id);
  if (document !== undefined)
    await store.patchDocuments('default', [{ ...document, metadata: { ...document.metadata, losses } }]);
}

async function listed(losses: readonly string[]): Promise<string[]> {
  const { output } = await quarry.execute('list_documents', { losses: [...losses] });
  // The operation's own output.
  return (output['documents'] as { title: string }[]).map(({ title }) => title).sort();
}

describe('documents whose texts lack something', () => {
  test.each([
    [['image'], ['Anchors', 'Beacons']],
    [['formula'], ['Anchors']],
    [['formula', 'form'], ['Anchors']],
    [['any'], ['Anchors', 'Beacons']],
    [['frame'], []],
  ])('%j lists %j', async (kinds, titles) => {
    expect(await listed(kinds)).toEqual(titles);
  });

  test('without kinds all are listed', async () => {
    expect(await listed([])).toEqual(['Anchors', 'Beacons', 'Canals']);
  });

  test('kinds that are none are refused', async () => {
    await expect(quarry.execute('list_documents', { losses: ['picture'] })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

test('a sync tells of each kind in how many documents it was met and how often, each document once', () => {
  const tally = new LossTally();
  tally.add({ uri: 'a', metadata: { losses: { image: 2, formula: 1 } } });
  tally.add({ uri: 'a', metadata: { losses: { image: 2, formula: 1 } } });
  tally.add({ uri: 'b', metadata: { losses: { image: 3, unknown: 7, form: 0 } } });
  tally.add({ uri: 'c', metadata: { losses: 'all of it' } });
  expect(tally.toJson()).toEqual({ image: { documents: 2, number: 5 }, formula: { documents: 1, number: 1 } });
});

test('the report of a job says it in a line', async () => {
  const { output } = await quarry.execute('sync', {});
  const job = await quarry.waitForJob(String(output['jobId']));
  const losses = { image: { documents: 2, number: 5 } };
  const result = {
    sources: [
      { leftOut: [], losses },
      { leftOut: [], losses },
    ],
  };
  expect(jobText({ ...job, result } satisfies Job)).toContain('not in the text: image 10 (documents: 4)');
});
