import { sameTextKey } from '../exact-duplicates.js';
import { type Example, type SplitName, sidesOf } from '../example.js';

/** One line of a qrels file. */
export interface BeirJudgment {
  readonly queryId: string;
  readonly documentId: string;
  readonly score: number;
}

/** Name of the qrels file of each split in BEIR's layout. */
export const BEIR_SPLITS: Readonly<Record<SplitName, string>> = { train: 'train', validation: 'dev', test: 'test' };

/** A query or document that was not met before. */
export interface BeirText {
  readonly id: string;
  readonly text: string;
}

/** What an example gives: the judgment by its own grade, and the texts that are new with it. */
export interface BeirEntry {
  readonly split: SplitName;
  readonly queryId: string;
  readonly documentId: string;
  readonly queries: readonly BeirText[];
  readonly documents: readonly BeirText[];
}

/**
 * Pairs, triplets and judged passages, added one by one, as BEIR tables. A text is one query or document however often it
 * occurs, named after its content; a pair's positive has grade 1, negatives are in the corpus but unjudged, judged passages
 * keep their grade. Where two examples grade the same query and document, the higher grade stands. Keeps ids, no texts.
 */
export class BeirTables {
  readonly #loose: SplitName;
  readonly #known = new Set<string>();
  readonly #grades: Record<SplitName, Map<string, BeirJudgment>> = {
    train: new Map(),
    validation: new Map(),
    test: new Map(),
  };

  /**
   * @param hasSplits whether any of the examples has a split. Where none has, everything is for testing, since that is what
   * a benchmark is for; else what has none is for training
   */
  constructor(hasSplits: boolean) {
    this.#loose = hasSplits ? 'train' : 'test';
  }

  /** Adds an example; undefined when it has no query and passage. */
  add(example: Example): BeirEntry | undefined {
    if (example.kind !== 'pair' && example.kind !== 'triplet' && example.kind !== 'judged') return undefined;
    const { prompt, response } = sidesOf(example);
    const split = example.split === '' ? this.#loose : example.split;
    const query = textOf('q', prompt);
    const document = textOf('d', response);
    const negatives = example.kind === 'triplet' ? example.fields.negatives.map((text) => textOf('d', text)) : [];
    const entry = { split, queryId: query.id, documentId: document.id };
    this.#judge(entry, example.kind === 'judged' ? example.fields.grade : 1);
    return { ...entry, queries: this.#fresh([query]), documents: this.#fresh([document, ...negatives]) };
  }

  /** Judgments of a split, ids ascending. */
  judgments(split: SplitName): BeirJudgment[] {
    return [...this.#grades[split]].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, judgment]) => judgment);
  }

  #judge({ split, queryId, documentId }: Pick<BeirEntry, 'split' | 'queryId' | 'documentId'>, score: number): void {
    const judged = this.#grades[split];
    const key = `${queryId} ${documentId}`;
    if (score > (judged.get(key)?.score ?? -1)) judged.set(key, { queryId, documentId, score });
  }

  #fresh(texts: readonly BeirText[]): BeirText[] {
    return texts.filter(({ id }) => {
      const isNew = !this.#known.has(id);
      this.#known.add(id);
      return isNew;
    });
  }
}

/** A qrels file: header, then query, document and grade at tabs. */
export function* qrelsLines(judgments: readonly BeirJudgment[]): Generator<string> {
  yield 'query-id\tcorpus-id\tscore\n';
  for (const { queryId, documentId, score } of judgments) yield `${queryId}\t${documentId}\t${score}\n`;
}

function textOf(prefix: 'q' | 'd', text: string): BeirText {
  return { id: `${prefix}_${sameTextKey(text).slice(0, 16)}`, text };
}
