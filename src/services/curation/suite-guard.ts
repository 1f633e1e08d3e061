import type { Suite } from '../../core/benchmark/suite.js';
import { OverlapIndex, type ProtectedText } from '../../core/curation/decontaminate.js';
import { throwIfCancelled } from '../../core/errors.js';
import { SuiteLocator } from '../benchmark/suite-locator.js';
import type { ServiceContext } from '../context.js';

/** What must not be trained on: texts of every suite of the workspace and of those that ship with the product. */
export interface GuardedSuites {
  readonly index: OverlapIndex;
  /** Test queries, for the comparison by vectors. */
  readonly queries: readonly ProtectedText[];
  readonly suites: readonly string[];
}

/** Longest document that is indexed; the rest of a longer one is unlikely to be all that leaks. */
const MAX_DOCUMENT = 200_000;

/** Reads queries, answering quotes and judged documents of all suites. */
export async function guardSuites(context: ServiceContext, signal?: AbortSignal): Promise<GuardedSuites> {
  const locator = new SuiteLocator(context);
  const index = new OverlapIndex();
  const queries: ProtectedText[] = [];
  const names: string[] = [];
  for (const { name, folder } of await locator.list()) {
    throwIfCancelled(signal);
    if (!names.includes(name)) names.push(name);
    const suite = await locator.open(folder);
    for (const query of suite.queries) {
      const about = { suite: name, item: `query:${query.id}`, isTest: isTest(suite), text: query.text };
      queries.push(about);
      index.add(about);
    }
    for (const excerpt of suite.excerpts) {
      const item = `answer:${excerpt.queryId}`;
      index.add({ suite: name, item, isTest: isTest(suite), text: excerpt.quote });
    }
    if (suite.hasCorpus) await addJudgedDocuments(context, suite, index);
  }
  return { index, queries, suites: names };
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
