import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, type Random } from '../../src/core/statistics/random.js';

/** A document that a generator made. */
export interface MadeDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** A question whose answers are known because the generator made them. */
export interface MadeQuestion {
  readonly id: string;
  readonly text: string;
  readonly answers: readonly string[];
}

/** A collection with known truth. */
export interface MadeCollection {
  readonly name: string;
  readonly title: string;
  readonly documents: readonly MadeDocument[];
  readonly questions: readonly MadeQuestion[];
}

/** Writes a collection, with some of its questions, as a suite that brings its documents. */
export async function writeSuite(
  folder: string,
  made: MadeCollection,
  questions: readonly MadeQuestion[] = made.questions,
): Promise<void> {
  await mkdir(join(folder, 'qrels'), { recursive: true });
  const manifest = { name: made.name, title: made.title, description: 'Generated.', origin: 'authored', licence: '' };
  const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const judged = questions.flatMap(({ id, answers }) => answers.map((answer) => `${id}\t${answer}\t1\n`));
  await writeFile(join(folder, 'suite.json'), JSON.stringify(manifest));
  await writeFile(
    join(folder, 'corpus.jsonl'),
    lines(made.documents.map(({ id, title, text }) => ({ _id: id, title, text }))),
  );
  await writeFile(join(folder, 'queries.jsonl'), lines(questions.map(({ id, text }) => ({ _id: id, text }))));
  await writeFile(join(folder, 'qrels', 'test.tsv'), `query-id\tcorpus-id\tscore\n${judged.join('')}`);
}

/** `count` of the list in random order. */
export function drawSome<T>(list: readonly T[], count: number, seed: number): T[] {
  const random = createRandom(seed);
  return list
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ value }) => value);
}

/** One of the list. */
export function pick<T>(list: readonly [T, ...T[]], random: Random): T {
  return list[Math.floor(random() * list.length)] ?? list[0];
}

const ONSETS = [
  'b',
  'br',
  'd',
  'dr',
  'f',
  'g',
  'gl',
  'h',
  'k',
  'kr',
  'l',
  'm',
  'n',
  'p',
  'pl',
  's',
  'sk',
  't',
  'tr',
  'v',
  'w',
  'z',
] as const;
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'oo'] as const;
const CODAS = ['b', 'ck', 'g', 'l', 'm', 'n', 'p', 'r', 'sk', 't', 'x', 'nd', 'rm'] as const;

/** Made-up words of two syllables, each once. */
export function madeWords(count: number, random: Random): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    words.add(
      `${pick(ONSETS, random)}${pick(VOWELS, random)}${pick(ONSETS, random)}${pick(VOWELS, random)}${pick(CODAS, random)}`,
    );
  }
  return [...words];
}
