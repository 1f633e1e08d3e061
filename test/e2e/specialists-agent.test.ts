import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { drawSome, type MadeQuestion, writeSuite } from '../../scripts/specialists/made-collection.js';
import { nothingToGain } from '../../scripts/specialists/nothing-to-gain.js';
import type { JsonObject } from '../../src/core/types.js';
import { type OperationName, type OperationOutput, operations } from '../../src/operations/index.js';
import { smallTrade, writePages } from '../support/made-trade.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const TASK = 'get dirt off the curved blade, which stands in lye and is rubbed dry with linen';
/** Judged questions of the suite: too few to prove a gain. */
const JUDGED = 18;
/** Ten things of the trade: what each step costs grows with its pages, what it shows does not. */
const trade = smallTrade(100);
const questions = drawSome(trade.questions, trade.questions.length, 3);
const lottery = nothingToGain(3);

let folder: string;
let client: Client;
/** Everything that was answered. */
const said: string[] = [];

/** What the owner has done before the agent comes: knowledge, and suites that people judged. */
beforeAll(async () => {
  folder = await temporaryFolder();
  const pages = await writePages(folder, trade.documents);
  await writeSuite(join(folder, 'trade'), { ...trade, name: 'trade' }, questions.slice(0, JUDGED));
  await writeSuite(join(folder, 'lottery'), lottery, lottery.questions.slice(0, 80));
  const quarry = await openTestWorkspace(join(folder, 'home'));
  await ingestAndWait(quarry, pages, { collection: 'trade' });
  await quarry.execute('create_collection', { name: 'lottery' });
  await quarry.close();
  client = new Client({ name: 'test', version: '1' });
  const env = {
    PATH: process.env['PATH'] ?? '',
    QUARRY_HOME: join(folder, 'home'),
    QUARRY_TOOLSETS: 'specialists',
    QUARRY_QUERY_LOG: 'on',
    QUARRY_ALLOW_REMOTE_MODELS: 'false',
  };
  const args = [join('dist', 'src', 'main.js'), 'mcp'];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env }));
});

afterAll(async () => {
  await client.close();
  await removeFolder(folder);
});

interface Answer<N extends OperationName> {
  readonly output: OperationOutput<N>;
  readonly text: string;
}

async function ask(name: string, input: JsonObject): Promise<{ output: unknown; text: string; isError: boolean }> {
  const result = await client.callTool({ name, arguments: input }, undefined, { timeout: 600_000 });
  const [part] = result.content as { text: string }[]; // Every tool result has one text.
  said.push(part?.text ?? '');
  return { output: result['structuredContent'], text: part?.text ?? '', isError: result.isError === true };
}

async function call<N extends OperationName>(name: N, input: JsonObject): Promise<Answer<N>> {
  const { output, text, isError } = await ask(name, input);
  expect([name, isError, isError ? text : '']).toEqual([name, false, '']);
  return { output: output as OperationOutput<N>, text }; // The client has checked it against the tool's schema.
}

async function train(kind: string, specialist: string): Promise<OperationOutput<'train_status'>> {
  const { output, text } = await call('train_start', { kind, specialist });
  expect(text).toContain('train_status');
  await call('job_status', { id: output.jobId, waitSeconds: 20 });
  for (;;) {
    const { output: status } = await call('train_status', { run: output.run });
    if (!['queued', 'running'].includes(status.state)) return status;
    await call('job_status', { id: output.jobId, waitSeconds: 20 });
  }
}

/** Judges as the rubric says, knowing the truth. */
function gradesOf(
  { query, passages }: OperationOutput<'tune_next'>['items'][number],
  truth: readonly MadeQuestion[],
): JsonObject {
  const answers = truth.find(({ text }) => text === query)?.answers ?? [];
  const right = trade.documents.filter(({ id }) => answers.includes(id)).map(({ text }) => text);
  const grades = passages.map(({ label, text }) =>
    right.includes(text) ? { label, grade: 3, quote: text.slice(0, 40) } : { label, grade: 0, quote: '' },
  );
  return { grades };
}

test('an agent with the toolset alone routes, uses, tells, judges, trains, promotes one and is refused the other', async () => {
  // Two specialists, of which one has much to learn and one nothing.
  await call('specialist_create', {
    name: 'trade-expert',
    collections: ['trade'],
    description: 'Tools of an old trade: cleaning, storage, repair',
    suites: [join(folder, 'trade')],
  });
  await call('specialist_create', {
    name: 'lottery-expert',
    collections: ['lottery'],
    description: 'Pages of everyday words',
    suites: [join(folder, 'lottery')],
  });

  // Route a task, use the context, tell how it went.
  const routed = await call('route_task', { task: TASK, maxTokens: 800 });
  expect(routed.output.specialists[0]).toMatchObject({ name: 'trade-expert', isChosen: true });
  const [used, useless] = routed.output.context[0]?.results ?? [];
  expect(used?.text).toContain('weak lye');
  const told = await call('record_feedback', {
    task: TASK,
    specialist: 'trade-expert',
    used: [used?.id ?? ''],
    useless: [useless?.id ?? ''],
    success: true,
  });
  expect(told.output.isMatched).toBe(true);
  const heard = await call('feedback_report', { specialist: 'trade-expert' });
  expect(heard.output).toMatchObject({ succeeded: 1, candidates: [{ used: 1 }, { useless: 1 }] });

  // Train on too few judged questions: refused, and told how to go on.
  const learned = await train('adapter', 'trade-expert');
  expect(learned.decision).toMatchObject({ mayPromote: false, reason: 'no-gain' });
  const early = await ask('train_promote', { run: learned.id });
  expect(early).toMatchObject({ isError: true, text: expect.stringMatching(/RUN_INVALID[\s\S]*tune_next/) });

  // Judge what decides.
  const fresh = questions.slice(JUDGED).map(({ text }) => text);
  let judging = await call('tune_next', { run: learned.id, questions: fresh.slice(0, 120), count: 10 });
  while (judging.output.items.length > 0) {
    for (const item of judging.output.items) {
      const answer = gradesOf(item, trade.questions);
      const receipt = await call('curate_submit', { name: judging.output.dataset, item: item.item, answer });
      expect(receipt.output).toMatchObject({ accepted: true });
    }
    judging = await call('tune_next', { run: learned.id, count: 10 });
  }
  expect([judging.output.verdict, judging.text]).toEqual(['gain', expect.stringContaining('train_promote')]);
  await call('train_promote', { run: learned.id });

  // Nothing to gain: refused.
  const vain = await train('settings', 'lottery-expert');
  expect(vain.decision).toMatchObject({ mayPromote: false });
  expect(await ask('train_promote', { run: vain.id })).toMatchObject({ isError: true });

  // Both are explained by the record alone.
  const promoted = await call('specialist_show', { name: 'trade-expert' });
  expect(promoted.output.learned.adapter).toMatchObject({ run: learned.id, version: 1 });
  expect(promoted.text).toContain(learned.id);
  const refused = await call('specialist_show', { name: 'lottery-expert' });
  expect(refused.output.learned).toEqual({ adapter: null, settings: null });
  const why = await call('train_statistics', { run: vain.id });
  expect(why.text).toMatch(/held-out[\s\S]*No significant gain, nothing changed/);
  const proofs = promoted.output.evidence.proofs.map(({ run, text }) => [run, text.includes('tune_next')]);
  expect(proofs).toEqual([[learned.id, true]]);
  expect((await call('tune_next', { run: learned.id })).text).toMatch(/^Decided: a gain\. \d+ questions judged/);
  // Whatever the answers named next is on offer.
  const offered = new Set((await client.listTools()).tools.map(({ name }) => name));
  const words = new Set(said.join('\n').match(/\b[a-z]+_[a-z_]+\b/g));
  const named = operations.map(({ name }) => name).filter((name) => words.has(name));
  expect(named).toEqual(expect.arrayContaining(['train_status', 'tune_next', 'curate_submit', 'train_promote']));
  expect(named.filter((name) => !offered.has(name))).toEqual([]);
}, 1_800_000);
