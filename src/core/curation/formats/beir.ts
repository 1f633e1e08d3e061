import { sameTextKey } from '../exact-duplicates.js';
import { type Example, type SplitName, sidesOf } from '../example.js';

/** A dataset as a benchmark: texts once each, judgments by split. */
export interface BeirTables {
  readonly corpus: readonly { readonly _id: string; readonly title: string; readonly text: string }[];
  readonly queries: readonly { readonly _id: string; readonly text: string }[];
  readonly qrels: Readonly<Record<SplitName, readonly BeirJudgment[]>>;
}

/** One line of a qrels file. */
export interface BeirJudgment {
  readonly queryId: string;
  readonly documentId: string;
  readonly score: number;
}

/** Name of the qrels file of each split in BEIR's layout. */
export const BEIR_SPLITS: Readonly<Record<SplitName, string>> = { train: 'train', validation: 'dev', test: 'test' };

/**
 * Pairs, triplets and judged passages as BEIR tables. A text is one query or document however often it occurs, named after
 * its content; a pair's positive has grade 1, negatives are in the corpus but unjudged, judged passages keep their grade.
 * Where two examples grade the same query and document, the higher grade stands. Ids ascending. Where no
 * example has a split everything is for testing, since that is what a benchmark is for; else what has none is for training.
 */
export function toBeir(examples: readonly Example[]): BeirTables {
  const queries = new Map<string, string>();
  const corpus = new Map<string, string>();
  const grades: Record<SplitName, Map<string, BeirJudgment>> = {
    train: new Map(),
    validation: new Map(),
    test: new Map(),
  };
  const loose = looseSplit(examples);
  const judge = (split: SplitName | '', query: string, passage: string, score: number): void => {
    const queryId = idOf('q', query);
    const documentId = idOf('d', passage);
    if (!queries.has(queryId)) queries.set(queryId, query);
    if (!corpus.has(documentId)) corpus.set(documentId, passage);
    const judged = grades[split === '' ? loose : split];
    const key = `${queryId} ${documentId}`;
    if (score > (judged.get(key)?.score ?? -1)) judged.set(key, { queryId, documentId, score });
  };
  for (const example of examples) {
    if (example.kind === 'judged')
      judge(example.split, example.fields.query, example.fields.passage, example.fields.grade);
    if (example.kind !== 'pair' && example.kind !== 'triplet') continue;
    judge(example.split, example.fields.anchor, example.fields.positive, 1);
    if (example.kind === 'pair') continue;
    for (const negative of example.fields.negatives) {
      const id = idOf('d', negative);
      if (!corpus.has(id)) corpus.set(id, negative);
    }
  }
  return {
    corpus: sortedEntries(corpus).map(([_id, text]) => ({ _id, title: '', text })),
    queries: sortedEntries(queries).map(([_id, text]) => ({ _id, text })),
    qrels: {
      train: sortedEntries(grades.train).map(([, judgment]) => judgment),
      validation: sortedEntries(grades.validation).map(([, judgment]) => judgment),
      test: sortedEntries(grades.test).map(([, judgment]) => judgment),
    },
  };
}

/** The judgment that each example gives, by its own grade; examples without a query and a passage give none. */
export function beirJudgments(
  examples: readonly Example[],
): { readonly example: Example; readonly split: SplitName; readonly queryId: string; readonly documentId: string }[] {
  const loose = looseSplit(examples);
  return examples.flatMap((example) => {
    if (example.kind !== 'pair' && example.kind !== 'triplet' && example.kind !== 'judged') return [];
    const { prompt, response } = sidesOf(example);
    const split = example.split === '' ? loose : example.split;
    return [{ example, split, queryId: idOf('q', prompt), documentId: idOf('d', response) }];
  });
}

function looseSplit(examples: readonly Example[]): SplitName {
  return examples.some((example) => example.split !== '') ? 'train' : 'test';
}

/** A qrels file: header, then query, document and grade at tabs. */
export function* qrelsLines(judgments: readonly BeirJudgment[]): Generator<string> {
  yield 'query-id\tcorpus-id\tscore\n';
  for (const { queryId, documentId, score } of judgments) yield `${queryId}\t${documentId}\t${score}\n`;
}

function idOf(prefix: string, text: string): string {
  return `${prefix}_${sameTextKey(text).slice(0, 16)}`;
}

function sortedEntries<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
