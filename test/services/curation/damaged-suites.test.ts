import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Job, JsonObject } from '../../../src/core/types.js';
import type { Quarry } from '../../../src/quarry.js';
import { jsonLines, writeFiles } from '../../support/benchmark.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const QUERY = 'which of the seven locks of the old canal is opened first at dawn';

let root: string;
let suite: string;
let quarry: Quarry;

async function attempt(name: string, input: JsonObject): Promise<Job> {
  const { output } = await quarry.execute(name as 'dataset_audit', { name: 'pairs', ...input }); // Any job of this room.
  return finishJob(quarry, output['jobId']);
}

beforeAll(async () => {
  root = await temporaryFolder();
  suite = join(root, 'home', 'workspaces', 'default', 'benchmark', 'suites', 'canal');
  quarry = await openTestWorkspace(join(root, 'home'));
  await writeFiles(root, { 'pairs.jsonl': jsonLines([{ anchor: QUERY, positive: 'The one beside the mill is.' }]) });
  expect(await attempt('dataset_import', { path: join(root, 'pairs.jsonl') })).toMatchObject({ state: 'succeeded' });
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

beforeEach(async () => {
  await removeFolder(suite);
  await writeFiles(suite, {
    'queries.jsonl': jsonLines([{ _id: 'q1', text: QUERY }]),
    'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\td1\t1\n',
    'corpus.jsonl': jsonLines([{ _id: 'd1', title: 'Locks', text: 'It is the one beside the mill.' }]),
  });
});

/** Damage by what it hits; each leaves a folder that cannot be read as a suite. */
const DAMAGE: Readonly<Record<string, () => Promise<unknown>>> = {
  'torn queries': () => writeFiles(suite, { 'queries.jsonl': '{"_id": "q1", "te' }),
  'queries that cannot be read as a file': async () => {
    await rm(join(suite, 'queries.jsonl'));
    await mkdir(join(suite, 'queries.jsonl'));
  },
  'lost queries': () => rm(join(suite, 'queries.jsonl')),
  'lost judgments': () => removeFolder(join(suite, 'qrels')),
  'a broken manifest': () => writeFiles(suite, { 'suite.json': '{' }),
  'a torn corpus': () => writeFiles(suite, { 'corpus.jsonl': '{"_id": "d1"' }),
};

test('a suite in order is compared with: the leak is found and the export refused', async () => {
  const { issues, result } = await attempt('dataset_audit', { vectors: false });
  expect(issues).toEqual([]);
  expect(result).toMatchObject({ suites: expect.arrayContaining(['canal']), findings: [{ check: 'leak' }] });
  const { error } = await attempt('dataset_export', { path: join(root, 'leaky') });
  expect(error).toMatchObject({ code: 'GATE_FAILED', message: expect.stringContaining('touch the test split') });
});

test.each(Object.keys(DAMAGE))('%s: the audit tells of it and no export looks clean', async (name) => {
  await DAMAGE[name]?.();
  const audit = await attempt('dataset_audit', { vectors: false });
  expect(audit.state).toBe('succeeded');
  expect(audit.issues).toEqual([
    { uri: 'suite canal', code: 'SUITE_INVALID', message: expect.stringContaining(suite) },
  ]);
  expect(audit.result).toMatchObject({
    suites: expect.not.arrayContaining(['canal']),
    skipped: expect.arrayContaining([expect.stringContaining('suite canal, which cannot be read')]),
  });

  const path = join(root, `export of ${name}`);
  for (const preview of [true, false]) {
    expect((await attempt('dataset_export', { path, preview })).error).toMatchObject({
      code: 'GATE_FAILED',
      message: expect.stringContaining(`"canal" cannot be read`),
      hint: expect.stringMatching(/Repair the suite, remove its folder, or name it in overrideSuites/),
    });
  }
  await expect(readFile(join(path, 'README.md'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await attempt('dataset_export', { path, overrideSuites: ['canal'] })).toMatchObject({ error: null });
  expect(await readFile(join(path, 'README.md'), 'utf8')).toMatch(/suite canal cannot be read .* overridden by name/);
});

test('damaged suites are listed apart; a folder or file that is no suite is none', async () => {
  await DAMAGE['torn queries']?.();
  await writeFiles(join(suite, '..'), { 'notes.txt': 'seven locks', 'drafts/locks.md': '# Locks' });
  const { output } = await quarry.execute('benchmark_suites', {});
  expect(output['damaged']).toEqual([
    { name: 'canal', place: 'workspace', problem: expect.stringContaining('queries.jsonl:1') },
  ]);
  await removeFolder(suite);
  expect(await attempt('dataset_export', { path: join(root, 'clean') })).toMatchObject({ error: null });
});
