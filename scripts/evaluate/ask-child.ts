/**
 * Works with one build of Quarry in a process of its own: `node ask-child.js TASK.json ANSWER.json`. The build may be
 * another checkout's, so nothing of this one but types is used.
 */
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Quarry } from '../../src/quarry.js';
import type { Answer, AskTask, BenchmarkTask, Task, Way } from './tasks.js';

const WAIT_MS = 20_000;
const [taskFile = '', answerFile = ''] = process.argv.slice(2);
const task = JSON.parse(await readFile(taskFile, 'utf8')) as Task; // Written by our own parent.
const library: { openQuarry(settings: object): Promise<Quarry> } = await import(
  pathToFileURL(join(task.checkout, 'dist', 'src', 'index.js')).href
);
const quarry = await library.openQuarry({ home: task.home, model: task.model, logLevel: 'warn' });
try {
  const answer = task.kind === 'ask' ? await ask(task) : await benchmark(task);
  await writeFile(answerFile, JSON.stringify(answer));
} finally {
  await quarry.close();
}

/** Ingests the folder with defaults, then asks every question in every way. */
async function ask({ folder, questions, ways }: AskTask): Promise<Answer[]> {
  const root = await realpath(folder);
  const { output } = await quarry.execute('ingest', { target: root });
  await finish(String(output['jobId']));
  const answers: Answer[] = [];
  for (const way of ways) {
    await quarry.execute('search', { query: 'warm up', ...way.input });
    for (const question of questions) answers.push(await askOne(way, question, root));
  }
  return answers;
}

async function askOne(way: Way, question: { id: string; text: string }, root: string): Promise<Answer> {
  const begun = performance.now();
  const { output, text } = await quarry.execute('search', { query: question.text, ...way.input });
  const ms = performance.now() - begun;
  const results = output['results'] as { readonly url: string }[]; // The output's own schema says so.
  const documents = results.map(({ url }) => relative(root, fileURLToPath(url)).split(sep).join('/'));
  return { way: way.name, question: question.id, documents, text: way.keepsText ? text : '', ms };
}

/** Runs the build's own benchmark over a suite; scores by run and query. */
async function benchmark(about: BenchmarkTask): Promise<Record<string, Record<string, number>>> {
  const { suite, modes, alphas, blends, metric, seed } = about;
  const started = await quarry.execute('benchmark_run', {
    suite,
    modes: [...modes],
    alphas: [...alphas],
    blends: [...blends],
    metrics: [metric],
    seed,
  });
  const id = String(started.output['jobId']);
  await finish(id);
  const { output } = await quarry.execute('benchmark_report', { runs: [id], perQuery: true, seed });
  return Object.fromEntries(
    output.runs.map((run) => [
      run.name,
      Object.fromEntries(Object.entries(run.perQuery ?? {}).map(([query, row]) => [query, row[metric] ?? 0])),
    ]),
  );
}

async function finish(id: string): Promise<void> {
  for (;;) {
    const { state, error } = await quarry.services.jobs.wait(id, WAIT_MS);
    if (state === 'succeeded') return;
    if (state !== 'queued' && state !== 'running') throw new Error(error?.message ?? `The job ended as ${state}.`);
  }
}
