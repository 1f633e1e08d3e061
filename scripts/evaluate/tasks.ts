import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QuarryError } from '../../src/core/errors.js';
import type { RetrievalMode } from '../../src/core/retrieval/settings.js';
import { type TextFile, writeOut } from './file-collection.js';

/** One way to ask: its name in tables, and what `search` is given beside the question. */
export interface Way {
  readonly name: string;
  readonly input: Readonly<Record<string, string | number>>;
  /** Whether the text of the answers is wanted. */
  readonly keepsText: boolean;
}

/** What `search` answered to one question. */
export interface Answer {
  readonly way: string;
  readonly question: string;
  /** Path of each hit's document, best hit first; a document may stand there several times. */
  readonly documents: readonly string[];
  /** The answer as an agent reads it; empty unless the way keeps texts. */
  readonly text: string;
  readonly ms: number;
}

/** A build of Quarry: a checkout with its `dist`, and the model it embeds with (empty: the bundled one). */
export interface Build {
  readonly checkout: string;
  readonly model: string;
}

interface Place extends Build {
  readonly home: string;
}

/** Ingest a folder and ask questions. */
export interface AskTask extends Place {
  readonly kind: 'ask';
  readonly folder: string;
  readonly questions: readonly { readonly id: string; readonly text: string }[];
  readonly ways: readonly Way[];
}

/** Run the build's benchmark over a suite. */
export interface BenchmarkTask extends Place {
  readonly kind: 'benchmark';
  readonly suite: string;
  readonly modes: readonly RetrievalMode[];
  readonly alphas: readonly number[];
  readonly blends: readonly ('convex' | 'rrf')[];
  readonly metric: string;
  readonly seed: number;
}

/** What the child process is told to do. */
export type Task = AskTask | BenchmarkTask;

/** Asks a build about files that it ingests as a user would: a folder, with defaults. */
export async function askAboutFiles(
  build: Build,
  about: Pick<AskTask, 'questions' | 'ways'> & { readonly files: readonly TextFile[] },
): Promise<readonly Answer[]> {
  return inPlace(async (place) => {
    const folder = join(place, 'files');
    await writeOut(about.files, folder);
    const { questions, ways } = about;
    const task: AskTask = { kind: 'ask', ...build, home: join(place, 'home'), folder, questions, ways };
    return (await runChild(task, place)) as readonly Answer[]; // What the child gives for this kind of task.
  });
}

/** Scores by run, then query, as a build's own benchmark gives them. */
export async function runBenchmark(
  build: Build,
  about: Pick<BenchmarkTask, 'suite' | 'modes' | 'alphas' | 'blends' | 'metric' | 'seed'>,
): Promise<Record<string, Record<string, number>>> {
  return inPlace(async (place) => {
    const task: BenchmarkTask = { kind: 'benchmark', ...build, ...about, home: join(place, 'home') };
    return (await runChild(task, place)) as Record<string, Record<string, number>>; // What the child gives for this kind.
  });
}

async function inPlace<T>(work: (place: string) => Promise<T>): Promise<T> {
  const place = await mkdtemp(join(tmpdir(), 'quarry-evaluate-'));
  try {
    return await work(place);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function runChild(task: Task, place: string): Promise<unknown> {
  const [taskFile, answerFile] = [join(place, 'task.json'), join(place, 'answer.json')];
  await writeFile(taskFile, JSON.stringify(task));
  // Standard output is kept for the report: what a build prints goes to standard error.
  const child = fork(fileURLToPath(new URL('./ask-child.js', import.meta.url)), [taskFile, answerFile], {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new QuarryError('INTERNAL', `The build in ${task.checkout} did not finish (exit code ${code}).`, {
      hint: 'Its last lines stand above. Give --against a folder where `npm run build` has run.',
    });
  }
  return JSON.parse(await readFile(answerFile, 'utf8'));
}
