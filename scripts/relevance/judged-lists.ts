import { UNANSWERABLE } from '../../src/core/benchmark/suite.js';
import { READ_RESULTS, type ResultEvidence } from '../../src/core/ranking/relevance.js';
import type { Quarry } from '../../src/quarry.js';
import { CorpusIndexer } from '../../src/services/benchmark/corpus-index.js';
import { DEFAULT_SIZING } from '../../src/services/collections.js';
import type { JobHandle } from '../../src/services/jobs.js';
import { evidenceOf } from '../../src/services/retrieval/evidence.js';

/** A way of searching that has models of its own. */
export type Mode = 'hybrid' | 'vector' | 'keyword';

/** A list of results, one of each document, with what is known of each. */
export interface JudgedList {
  readonly suite: string;
  /** `removed`: an answerable question whose answers were taken out of the list. */
  readonly kind: 'answerable' | 'unanswerable' | 'removed';
  readonly results: readonly ResultEvidence[];
  readonly isRelevant: readonly boolean[];
}

/** Deep enough that ten documents are left when the right ones are taken out. */
const DEPTH = 60;

/** Searches for every question of a suite, as the product does, and judges the first documents. */
export async function judgedLists(quarry: Quarry, folder: string, mode: Mode): Promise<JudgedList[]> {
  const { context, retrieve } = quarry.services;
  const suite = await (await context.suiteFiles()).open(folder);
  const handle = { signal: new AbortController().signal, report: () => undefined } as unknown as JobHandle; // indexing asks for no more
  const { collection } = await new CorpusIndexer(context).ensure(suite, DEFAULT_SIZING, handle);
  const name = suite.manifest.name;
  const lists: JudgedList[] = [];
  for (const query of suite.queries) {
    const grades = suite.qrels.get(query.id);
    if (grades === undefined && query.type !== UNANSWERABLE) continue;
    const hits = await retrieve.rank({
      query: query.text,
      collections: [collection],
      settings: { mode },
      depth: DEPTH,
    });
    const seen = new Set<string>();
    const documents = hits.filter(({ candidate: { document } }) => !seen.has(document.uri) && seen.add(document.uri));
    const judged = documents.map((hit) => ({
      evidence: evidenceOf(hit),
      isRelevant: (grades?.get(hit.candidate.document.uri) ?? 0) > 0,
    }));
    const add = (kind: JudgedList['kind'], entries: typeof judged): void => {
      const read = entries.slice(0, READ_RESULTS);
      lists.push({
        suite: name,
        kind,
        results: read.map(({ evidence }) => evidence),
        isRelevant: read.map((entry) => entry.isRelevant),
      });
    };
    add(query.type === UNANSWERABLE ? 'unanswerable' : 'answerable', judged);
    if (query.type !== UNANSWERABLE)
      add(
        'removed',
        judged.filter((entry) => !entry.isRelevant),
      );
  }
  return lists;
}
