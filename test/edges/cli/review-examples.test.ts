import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ReviewSummary, reviewExamples } from '../../../src/edges/cli/review-examples.js';
import type { Quarry } from '../../../src/quarry.js';
import { importRows } from '../../support/datasets.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

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

async function importPairs(name: string, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, at) => ({
    anchor: `Question ${at}\u001b[2J`,
    positive: `Answer ${at}.`,
  }));
  await importRows(quarry, { folder: root, name }, rows);
}

async function strike(dataset: string, keys: string): Promise<{ summary: ReviewSummary; shown: string }> {
  const stdout = new PassThrough();
  let shown = '';
  stdout.on('data', (part: Buffer) => {
    shown += part.toString();
  });
  const typed = async function* (): AsyncGenerator<string> {
    yield* keys;
  };
  const terminal = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), hasColour: false };
  const summary = await reviewExamples((await quarry.services.curation()).datasets, {
    dataset,
    keys: typed(),
    terminal,
  });
  return { summary, shown };
}

async function statesOf(name: string): Promise<string[]> {
  const { examples } = await (await quarry.services.curation()).datasets.show(name, undefined, {});
  return examples.map(({ review }) => review);
}

test('one key accepts, rejects, skips, undoes and quits', async () => {
  await importPairs('short', 5);
  const { summary, shown } = await strike('short', 'arsaurxqaaa');
  expect(summary).toEqual({ accepted: 1, rejected: 2, left: 2 });
  expect(await statesOf('short')).toEqual(['accepted', 'rejected', 'unreviewed', 'rejected', 'unreviewed']);
  expect(shown).toContain('Question 4');
  expect(shown).not.toContain('\u001b[2J');
});

test('what was decided is written when the keys end, also when it had been written and is undone', async () => {
  await importPairs('long', 30);
  expect((await strike('long', `${'a'.repeat(25)}${'u'.repeat(7)}rr`)).summary).toEqual({
    accepted: 18,
    rejected: 2,
    left: 10,
  });
  const states = await statesOf('long');
  expect(states.filter((state) => state === 'accepted')).toHaveLength(18);
  expect(states.slice(18, 20)).toEqual(['rejected', 'rejected']);
  expect(states.slice(20)).toEqual(Array.from({ length: 10 }, () => 'unreviewed'));
});

test('nothing is written when there is nothing to look at', async () => {
  await importPairs('done', 2);
  await strike('done', 'aa');
  expect((await strike('done', 'rr')).summary).toEqual({ accepted: 0, rejected: 0, left: 0 });
  await expect(strike('nowhere', 'a')).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
});
