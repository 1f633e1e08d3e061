import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Suite, SuiteDocument, SuiteFiles, SuiteSummary } from '../core/benchmark/suite.js';
import { QuarryError } from '../core/errors.js';
import { exportSuite } from './export-suite.js';
import { findFile, isFolder, openSuite } from './open-suite.js';
import { readCorpusFile, readMarkdownFolder } from './read-corpus.js';
import { readQrels } from './read-qrels.js';
import { readRun } from './read-run.js';
import { readText, writeParts } from './text-file.js';
import { saveSuite, writeRun } from './write-suite.js';

/** Settings of {@link createSuiteFiles}. */
export interface SuiteFilesOptions {
  /** Absolute path of the folder of suites that ship with the product. */
  readonly bundled: string;
}

/** Suites, judgments and runs as files on this machine. */
export function createSuiteFiles(options: SuiteFilesOptions): SuiteFiles {
  return {
    bundled: options.bundled,
    list,
    isFolder,
    open: openSuite,
    corpus,
    save: saveSuite,
    exportSuite: (suite, options) => exportSuite(suite, suite.hasCorpus ? corpus(suite) : undefined, options),
    readQrels,
    readRun,
    writeRun,
    readText,
    writeText: (path, text) => writeParts(path, [text]),
    remove: (path) => rm(path, { recursive: true, force: true }),
  };
}

async function list(folder: string): Promise<SuiteSummary[]> {
  if (!(await isFolder(folder))) return [];
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found: SuiteSummary[] = [];
  for (const { name } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const summary = await summarize(join(folder, name));
    if (summary !== undefined) found.push(summary);
  }
  return found;
}

/** A folder that is no suite, or a broken one, must not hide the others. */
async function summarize(folder: string): Promise<SuiteSummary | undefined> {
  if ((await findFile(folder, 'queries.jsonl')) === undefined) return undefined;
  try {
    const suite = await openSuite(folder);
    const { name, title, description, origin, collection } = suite.manifest;
    const judgments = [...suite.qrels.values()].reduce((sum, judged) => sum + judged.size, 0);
    return {
      name,
      title,
      description,
      origin,
      collection,
      queries: suite.queries.length,
      judgments,
      folder: suite.folder,
    };
  } catch (error) {
    if (error instanceof QuarryError) return undefined;
    throw error;
  }
}

async function* corpus(suite: Suite): AsyncGenerator<SuiteDocument> {
  if (suite.manifest.documents !== null) {
    yield* readMarkdownFolder(join(suite.folder, suite.manifest.documents));
    return;
  }
  const path = await findFile(suite.folder, 'corpus.jsonl');
  if (path === undefined) {
    throw new QuarryError('SUITE_INVALID', `The suite ${suite.manifest.name} brings no documents.`, {
      hint: 'Add corpus.jsonl or a folder of Markdown named in suite.json, or name a collection to judge.',
    });
  }
  yield* readCorpusFile(path);
}
