import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jargonTrade } from '../../../scripts/specialists/jargon-trade.js';
import { drawSome, type MadeQuestion, writeSuite } from '../../../scripts/specialists/made-collection.js';
import type { Quarry } from '../../../src/quarry.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let home = '';
let folder = '';
let quarry: Quarry;
const trade = jargonTrade(1);
const shuffled = drawSome(trade.questions, trade.questions.length, 3);
const answers = new Map(trade.questions.map(({ text, answers: [answer = ''] }) => [text, answer]));
const texts = new Map(trade.documents.map(({ id, text }) => [text, id]));

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  await quarry.execute('create_collection', { name: 'trade' });
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function runOn(name: string, kind: 'settings' | 'adapter', questions: readonly MadeQuestion[]): Promise<string> {
  await writeSuite(join(folder, name), { ...trade, name }, questions);
  await quarry.execute('specialist_create', { name, collections: ['trade'], suites: [join(folder, name)] });
  const { output } = await quarry.execute('train_start', { kind, specialist: name });
  await quarry.waitForJob(output.jobId);
  return output.run;
}

/** Judges as asked until nothing is, knowing the truth. */
async function judgeAll(run: string, questions: readonly string[]) {
  const handedOut: string[] = [];
  let { output } = await quarry.execute('tune_next', { run, questions: [...questions], count: 10 });
  while (output.items.length > 0) {
    for (const { item, query, passages } of output.items) {
      handedOut.push(query);
      const grades = passages.map(({ label, text }) => {
        const isAnswer = texts.get(text) === answers.get(query);
        return { label, grade: isAnswer ? 3 : 0, quote: isAnswer ? text.slice(0, 40) : '' };
      });
      const given = { name: output.dataset, item, answer: { grades } };
      const { output: receipt } = await quarry.execute('curate_submit', given);
      expect(receipt).toMatchObject({ accepted: true });
    }
    ({ output } = await quarry.execute('tune_next', { run, count: 10 }));
  }
  return { output, handedOut };
}

describe('judging what decides a run', () => {
  it('proves a gain that too few judged questions could not, and lets it be promoted', async () => {
    const run = await runOn('few', 'adapter', shuffled.slice(0, 18));
    const { output: status } = await quarry.execute('train_status', { run });
    expect(status.decision).toMatchObject({ mayPromote: false, reason: 'no-gain' });
    await expect(quarry.execute('train_promote', { run })).rejects.toMatchObject({ code: 'RUN_INVALID' });
    const tuned = shuffled.slice(0, 18).map(({ text }) => text);
    const fresh = shuffled.slice(18, 98).map(({ text }) => text);
    const { output, handedOut } = await judgeAll(run, [...tuned, ...fresh]);
    expect(output.verdict).toBe('gain');
    expect(handedOut.filter((query) => tuned.includes(query))).toEqual([]);
    expect(output.waitingQuestions).toBeGreaterThan(0);
    const { output: promoted } = await quarry.execute('train_promote', { run });
    expect(promoted.learned.adapter).toMatchObject({ run });
  });

  it('lets agents that begin at once judge in one round, and loses no question of either', async () => {
    const run = await runOn('shared', 'adapter', shuffled.slice(400, 420));
    const questions = shuffled.slice(420, 480).map(({ text }) => text);
    const begun = await Promise.all(
      ['first', 'second', 'third'].map(async (judge, at) => {
        const own = questions.slice(20 * at, 20 * at + 20);
        return (await quarry.execute('tune_next', { run, questions: own, judge, count: 3 })).output;
      }),
    );
    expect(new Set(begun.map(({ dataset }) => dataset)).size).toBe(1);
    expect(begun.map(({ items }) => items.length)).toEqual([3, 3, 3]);
    const session = await quarry.services.context.store.getRecord('training-judging', run);
    const { waiting, asked } = session as { waiting: string[]; asked: { question: string }[] }; // As the service writes it.
    expect([...waiting, ...asked.map(({ question }) => question)].sort()).toEqual([...questions].sort());
  });

  it('asks nobody where both rank alike, and has nothing to decide where nothing ranks otherwise', async () => {
    const run = await runOn('plain', 'settings', shuffled.slice(200, 260));
    const fresh = shuffled.slice(300, 320).map(({ text }) => text);
    const { output, handedOut } = await judgeAll(run, fresh);
    expect(output.verdict).not.toBe('gain');
    expect(output.judgedItems).toBeLessThan(output.pooledItems);
    expect(handedOut.length).toBeGreaterThan(0);
  });
});
