import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Suite,
  SuiteDamage,
  SuiteDocument,
  SuiteFiles,
  SuiteListing,
  SuiteSummary,
} from '../core/benchmark/suite.js';
import { QuarryError, systemCode } from '../core/errors.js';
import { exportSuite } from './export-suite.js';
import { entriesOf, findFile, isFolder, openSuite } from './open-suite.js';
import { readCorpusFile, readMarkdownFolder } from './read-corpus.js';
import { toFileError } from './read-lines.js';
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
    writeText: (path, text, how) => writeParts(path, [text], how),
    remove: (path) => rm(path, { recursive: true, force: true }),
  };
}

async function list(folder: string): Promise<SuiteListing> {
  if (!(await isFolder(folder))) return { suites: [], damaged: [] };
  const suites: SuiteSummary[] = [];
  const damaged: SuiteDamage[] = [];
  for (const name of (await entriesOf(folder)).sort()) {
    const path = join(folder, name);
    try {
      if (await isSuite(path)) suites.push(await summarize(path));
    } catch (error) {
      if (!(error instanceof QuarryError)) throw error;
      damaged.push({ name, folder: path, problem: error.message }); // A broken suite must not hide the others.
    }
  }
  return { suites, damaged };
}

/** Whether a path is a folder with anything of a suite in it. @throws QuarryError when that cannot be seen */
async function isSuite(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).some((name) => /^(?:queries\.jsonl(?:\.gz)?|suite\.json|qrels)$/.test(name));
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return false; // A file beside the suites.
    throw toFileError(path, error, 'SUITE_INVALID');
  }
}

async function summarize(path: string): Promise<SuiteSummary> {
  const { manifest, qrels, queries, folder } = await openSuite(path);
  const { name, title, description, origin, collection } = manifest;
  const judgments = [...qrels.values()].reduce((sum, judged) => sum + judged.size, 0);
  return { name, title, description, origin, collection, queries: queries.length, judgments, folder };
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
