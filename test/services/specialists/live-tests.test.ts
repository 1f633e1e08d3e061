import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { drawSome, type MadeQuestion, writeSuite } from '../../../scripts/specialists/made-collection.js';
import type { OperationOutput } from '../../../src/operations/index.js';
import type { Quarry } from '../../../src/quarry.js';
import { smallTrade, writePages } from '../../support/made-trade.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const trade = smallTrade(100);
const questions = drawSome(trade.questions, trade.questions.length, 3);
/** Enough to learn from, and too few to prove by themselves what is learned. */
const [MANY, FEW] = [40, 18];

let folder: string;
let quarry: Quarry;

beforeAll(async () => {
  folder = await temporaryFolder();
  const pages = await writePages(folder, trade.documents);
  await writeSuite(join(folder, 'many'), { ...trade, name: 'many' }, questions.slice(0, MANY));
  await writeSuite(join(folder, 'few'), { ...trade, name: 'few' }, questions.slice(0, FEW));
  quarry = await openTestWorkspace(join(folder, 'home'), { queryLog: 'explore' });
  await ingestAndWait(quarry, pages, { collection: 'trade' });
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(folder);
});

async function specialist(name: string, settings: object = {}): Promise<string> {
  await quarry.execute('specialist_create', { name, collections: ['trade'], ...settings });
  return name;
}

/** Trains a query adapter for a specialist on one of the suites; resolves to the run. */
async function train(name: string, suite: 'many' | 'few'): Promise<string> {
  const { output } = await quarry.execute('train_start', {
    kind: 'adapter',
    specialist: name,
    suite: join(folder, suite),
  });
  await quarry.waitForJob(output.jobId);
  return output.run;
}

/** Somebody who uses what answers, wherever it stands. */
async function ask(name: string, { text, answers }: MadeQuestion): Promise<void> {
  const { output } = await quarry.execute('search', { query: text, specialist: name, limit: 5 });
  expect(output.results.map(({ rank }) => rank)).toEqual(output.results.map((_, at) => at + 1));
  const used = output.results.filter(({ url }) => answers.some((answer) => url.endsWith(`${answer}.md`)));
  if (used.length === 0) return;
  const said = { task: text, specialist: name, used: used.map(({ id }) => id) };
  expect((await quarry.execute('record_feedback', said)).output).toMatchObject({ isMatched: true });
}

async function statusOf(name: string) {
  return (await quarry.execute('live_test_status', { specialist: name })).output;
}

test('a better candidate wins on what people use, and a worse one loses', async () => {
  const name = await specialist('judge');
  const run = await train(name, 'many');
  for (const [candidate, verdict] of [
    [{ run }, 'candidate'],
    [{ mode: 'keyword' }, 'current'],
  ] as const) {
    await quarry.execute('live_test_start', { specialist: name, ...candidate });
    for (const question of questions.slice(MANY, 120)) await ask(name, question);
    const status = await statusOf(name);
    expect(status).toMatchObject({ state: 'running', searches: 80, verdict });
    expect(status.evidence).toBeGreaterThanOrEqual(20);
    const { output: ended } = await quarry.execute('live_test_stop', { specialist: name });
    expect(ended).toMatchObject({ state: 'ended', verdict, wins: status.wins, losses: status.losses });
    expect((await quarry.execute('live_test_stop', { specialist: name })).output).toEqual(ended);
    if (verdict === 'candidate') await quarry.execute('train_promote', { run });
  }
});

test('what a run chose and could not prove is put in force once it has won', async () => {
  const name = await specialist('learner');
  const run = await train(name, 'few');
  await expect(quarry.execute('train_promote', { run })).rejects.toMatchObject({ code: 'RUN_INVALID' });
  await quarry.execute('live_test_start', { specialist: name, run });
  // Somebody who uses what was not found before.
  for (const { text } of questions.slice(FEW, 80)) {
    const before = await quarry.execute('search', { query: text, specialist: name, mode: 'hybrid', limit: 5 });
    const known = new Set(before.output.results.map(({ id }) => id));
    const { output } = await quarry.execute('search', { query: text, specialist: name, limit: 5 });
    const used = output.results.map(({ id }) => id).filter((id) => !known.has(id));
    if (used.length > 0) await quarry.execute('record_feedback', { task: text, specialist: name, used });
  }
  expect(await statusOf(name)).toMatchObject({ verdict: 'candidate', next: expect.stringContaining(run) });
  const { output: inForce } = await quarry.execute('train_promote', { run });
  expect(inForce.learned.adapter).toMatchObject({ run });
  expect(await statusOf(name)).toMatchObject({ state: 'overtaken' });
});

test('pages together hold all that one ranking holds, whatever was mixed in', async () => {
  const name = await specialist('reader');
  const query = questions[0]?.text ?? '';
  const plain = await quarry.execute('search', { query, specialist: name, limit: 30 });
  await quarry.execute('live_test_start', { specialist: name, mode: 'keyword' });
  const seen = new Set<string>();
  let cursor: string | null | undefined;
  while (cursor !== null && seen.size < 60) {
    const { output }: { output: OperationOutput<'search'> } = await quarry.execute('search', {
      query,
      specialist: name,
      limit: 4,
      cursor,
    });
    for (const { id } of output.results) seen.add(id);
    cursor = output.nextCursor;
  }
  expect(plain.output.results.filter(({ id }) => !seen.has(id))).toEqual([]);
});

test('who sets something gets that alone, and so do other specialists and nobody', async () => {
  const name = await specialist('bystander');
  await quarry.execute('live_test_start', { specialist: name, mode: 'keyword' });
  const other = await specialist('another');
  await quarry.execute('search', { query: 'a blade', specialist: name, alpha: 0.9 });
  await quarry.execute('search', { query: 'a blade', specialist: other });
  await quarry.execute('search', { query: 'a blade' });
  expect(await statusOf(name)).toMatchObject({ searches: 0 });
  await quarry.execute('search', { query: 'a blade', specialist: name });
  expect(await statusOf(name)).toMatchObject({ searches: 1 });
});

test('a specialist that searches otherwise since is not compared any more', async () => {
  const name = await specialist('changing');
  await quarry.execute('live_test_start', { specialist: name, alpha: 0.9 });
  await expect(quarry.execute('live_test_start', { specialist: name, alpha: 0.8 })).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
  });
  await quarry.execute('specialist_configure', { name, description: 'It is called something else.' });
  expect(await statusOf(name)).toMatchObject({ state: 'running' });
  await quarry.execute('specialist_configure', { name, alpha: 0.5 });
  await quarry.execute('search', { query: 'a blade', specialist: name });
  expect(await statusOf(name)).toMatchObject({ state: 'overtaken', searches: 0 });
  const { output } = await quarry.execute('live_test_start', { specialist: name, alpha: 0.9 });
  expect(output).toMatchObject({ state: 'running', current: { settings: { alpha: 0.5 } } });
});

test('what cannot be compared is refused', async () => {
  const name = await specialist('refused', { alpha: 0.5 });
  for (const [input, code] of [
    [{}, 'INPUT_INVALID'],
    [{ alpha: 0.5 }, 'INPUT_INVALID'],
    [{ run: 'train_0000000000000000' }, 'RUN_NOT_FOUND'],
    [{ run: 'train_0000000000000000', alpha: 0.2 }, 'INPUT_INVALID'],
  ] as const) {
    await expect(quarry.execute('live_test_start', { specialist: name, ...input })).rejects.toMatchObject({ code });
  }
  for (const operation of ['live_test_status', 'live_test_stop'] as const) {
    await expect(quarry.execute(operation, { specialist: name })).rejects.toMatchObject({
      code: 'LIVE_TEST_NOT_FOUND',
    });
  }
});

test('a test goes on in the next process, and not where the log is off', async () => {
  const name = await specialist('lasting');
  const { output: begun } = await quarry.execute('live_test_start', { specialist: name, mode: 'keyword' });
  await quarry.execute('search', { query: 'a blade', specialist: name });
  for (const [queryLog, searches] of [
    ['on', 2],
    ['off', 2],
  ] as const) {
    await quarry.close();
    quarry = await openTestWorkspace(join(folder, 'home'), { queryLog });
    await quarry.execute('search', { query: 'a curved blade', specialist: name });
    expect(await statusOf(name)).toMatchObject({ id: begun.id, state: 'running', searches });
  }
  await expect(quarry.execute('live_test_start', { specialist: 'bystander', alpha: 0.1 })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  });
});
