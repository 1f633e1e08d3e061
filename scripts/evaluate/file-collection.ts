import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { SuiteQuery } from '../../src/core/benchmark/suite.js';
import type { Qrels } from '../../src/core/metrics/judgments.js';
import { openSuite } from '../../src/suites/open-suite.js';
import { readJsonLines } from '../../src/suites/read-queries.js';

/** A file of a repository: its path from the root, with `/`, and its exact text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** A collection in BEIR layout whose documents are the files of a repository. */
export interface FileCollection {
  readonly name: string;
  readonly files: readonly TextFile[];
  readonly questions: readonly SuiteQuery[];
  /** Grades by question, then path. */
  readonly qrels: Qrels;
}

const corpusLine = z.looseObject({
  _id: z.coerce.string(),
  text: z.string(),
  metadata: z.looseObject({ path: z.string().optional() }).nullish(),
});

/** Share of documents whose ids must look like files when none says its path. */
const LEAST_SHARE = 0.5;

/** Whether a path stays inside the folder it is written below. */
export function isSafePath(path: string): boolean {
  return !/[\\\0]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Whether ids name the files of a repository: all are safe paths, and most have a file's ending. */
export function lookLikeFiles(ids: readonly string[]): boolean {
  const withEnding = ids.filter((id) => /[^/]\.[A-Za-z][A-Za-z0-9]{0,9}$/.test(id)).length;
  return ids.length > 0 && ids.every(isSafePath) && withEnding >= ids.length * LEAST_SHARE;
}

/** Reads a collection of files; undefined when the folder's documents are something else. */
export async function readFileCollection(folder: string): Promise<FileCollection | undefined> {
  const path = resolve(folder);
  const suite = await openSuite(path);
  if (suite.manifest.documents !== null || !suite.hasCorpus) return undefined;
  const files: TextFile[] = [];
  for await (const { value } of readJsonLines(join(path, 'corpus.jsonl'), corpusLine)) {
    files.push({ path: value.metadata?.path ?? value._id, text: value.text });
  }
  if (!lookLikeFiles(files.map((file) => file.path))) return undefined;
  return { name: basename(path), files, questions: suite.queries, qrels: suite.qrels };
}

/** Writes the files out below a folder, as a checkout of the repository would lie there. */
export async function writeOut(files: readonly TextFile[], folder: string): Promise<void> {
  for (const { path, text } of files) {
    const file = join(folder, ...path.split('/'));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  }
}
