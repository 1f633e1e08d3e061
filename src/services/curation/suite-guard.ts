import type { Suite } from '../../core/benchmark/suite.js';
import { OverlapIndex, type ProtectedText } from '../../core/curation/decontaminate.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import { LOCAL_REACH } from '../../core/reach.js';
import { SuiteLocator } from '../benchmark/suite-locator.js';
import type { ServiceContext } from '../context.js';

/** A suite that could not be read, or not to its end, so nobody knows what it protects. */
export interface UnreadSuite {
  /** Its name, or its folder's where the name cannot be read. */
  readonly name: string;
  /** What is wrong, with the file. */
  readonly problem: string;
}

/** What must not be trained on: texts of every suite of the workspace and of those that ship with the product. */
export interface GuardedSuites {
  readonly index: OverlapIndex;
  /** Test queries, for the comparison by vectors. */
  readonly queries: readonly ProtectedText[];
  readonly suites: readonly string[];
  /** Whoever says that nothing leaks must tell of these. */
  readonly unread: readonly UnreadSuite[];
}

/** Longest document that is indexed; the rest of a longer one is unlikely to be all that leaks. */
const MAX_DOCUMENT = 200_000;

/** Reads queries, answering quotes and judged documents of all suites. @throws QuarryError CANCELLED, PATH_UNREADABLE */
export async function guardSuites(context: ServiceContext, signal?: AbortSignal): Promise<GuardedSuites> {
  const locator = new SuiteLocator(context);
  const index = new OverlapIndex();
  const queries: ProtectedText[] = [];
  const names = new Set<string>();
  const { suites, damaged } = await locator.list();
  const unread: UnreadSuite[] = damaged.map(({ name, problem }) => ({ name, problem }));
  for (const { name, folder } of suites) {
    throwIfCancelled(signal);
    try {
      const suite = await locator.open({ suite: folder }, LOCAL_REACH); // One that was listed, so nobody's choice.
      addQueries(suite, index, queries);
      if (suite.hasCorpus) await addJudgedDocuments(context, suite, index);
      names.add(name);
    } catch (error) {
      if (!(error instanceof QuarryError)) throw error;
      unread.push({ name, problem: error.message }); // The others protect nonetheless, and what was read of this one.
    }
  }
  return { index, queries, suites: [...names], unread };
}

function addQueries(suite: Suite, index: OverlapIndex, queries: ProtectedText[]): void {
  const about = { suite: suite.manifest.name, isTest: isTest(suite) };
  for (const { id, text } of suite.queries) {
    const query = { ...about, item: `query:${id}`, text };
    queries.push(query);
    index.add(query);
  }
  for (const { queryId, quote } of suite.excerpts) index.add({ ...about, item: `answer:${queryId}`, text: quote });
}

/** Only documents that answer a query of the split are protected: the rest of a corpus may be learnt from. */
async function addJudgedDocuments(context: ServiceContext, suite: Suite, index: OverlapIndex): Promise<void> {
  const relevant = new Set<string>();
  for (const judged of suite.qrels.values()) {
    for (const [document, grade] of judged) if (grade > 0) relevant.add(document);
  }
  const files = await context.suiteFiles();
  for await (const document of files.corpus(suite)) {
    if (!relevant.has(document.id)) continue;
    const text = document.text.slice(0, MAX_DOCUMENT);
    index.add({ suite: suite.manifest.name, item: `document:${document.id}`, isTest: isTest(suite), text });
  }
}

/** A suite's judgments are meant for measuring unless they are named after a training split. */
function isTest(suite: Suite): boolean {
  return suite.split !== 'train';
}
