import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { jargonTrade } from '../../scripts/specialists/jargon-trade.js';
import { drawSome, type MadeCollection, writeSuite } from '../../scripts/specialists/made-collection.js';
import { removeFolder, temporaryFolder } from '../support/workspace.js';

const run = promisify(execFile);
const THINGS = 10;
const QUESTIONS = 120;
const MAIN = resolve('dist', 'src', 'main.js');

let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const trade = smallTrade();
  await mkdir(join(folder, 'trade'));
  for (const { id, title, text } of trade.documents)
    await writeFile(join(folder, 'trade', `${id}.md`), `# ${title}\n\n${text}\n`);
  await writeSuite(join(folder, 'trade-suite'), trade);
});

afterAll(() => removeFolder(folder));

/** The trade with few of its things: what each command costs grows with pages and questions, what it shows does not. */
function smallTrade(): MadeCollection {
  const whole = jargonTrade(1);
  const questions = whole.questions.filter(({ id }) => Number(id.split('-')[1]) < THINGS);
  const answers = new Set(questions.flatMap((question) => question.answers));
  const documents = whole.documents.filter(({ id }) => answers.has(id));
  return { ...whole, documents, questions: drawSome(questions, QUESTIONS, 3) };
}

/** Words of a command line, quoted ones as one. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

async function quarry(line: string): Promise<string> {
  const env = { ...process.env, QUARRY_HOME: join(folder, 'home'), QUARRY_QUERY_LOG: 'on', QUARRY_LOG_LEVEL: 'error' };
  const { stdout } = await run(process.execPath, [MAIN, ...wordsOf(line).slice(1)], { cwd: folder, env });
  return stdout;
}

test('the worked example of docs/specialists.md leads from an empty workspace to a promoted specialist and a routed task', async () => {
  const page = await readFile(resolve('docs', 'specialists.md'), 'utf8');
  const lines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) => (block[1] ?? '').trim().split('\n'));
  const answers = new Map<string, string>();
  for (const line of lines) answers.set(line, await quarry(line));
  const answerOf = (part: string): string => answers.get(lines.find((line) => line.includes(part)) ?? '') ?? '';
  expect(lines.length).toBeGreaterThan(10);
  expect(answerOf('quarry search')).toContain('Say what the trade calls a thing');
  expect(answerOf('--specialist prompt-architect')).toMatch(
    /No significant gain, nothing changed\. At least \d+ more judged questions/,
  );
  expect(answerOf('specialist show')).toMatch(/query adapter 1 of train_/);
  expect(answerOf('specialist show')).toMatch(/suite jargon-trade .*ndcg@10 0\.\d+ \[/);
  expect(answerOf('get dirt off')).toMatch(/\* trade-expert, share/);
  expect(answerOf('smoked trout')).toContain('For none of them');
  expect(answerOf('feedback report')).toContain('tasks that came out well 1, badly 0');
  expect(answerOf('quarry learn trade-expert')).toContain('trade-expert');
  expect(answers.get('quarry learning')).toContain('trade-expert');
}, 1_800_000);
