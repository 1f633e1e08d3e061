import { headingsOf } from '../../text/heading-path.js';
import { parseQuery } from '../../text/query.js';

/** A passage that a question could be written for. */
export interface OpenPassage {
  readonly chunkId: string;
  readonly documentId: string;
  readonly start: number;
  readonly end: number;
  readonly headingPath: readonly string[];
}

/** What people and agents have asked so far, apart from the test questions of suites, which nobody who writes may lean on. */
export interface AskedBefore {
  /** Questions as they were asked or written. */
  readonly questions: readonly string[];
  /** Ids of the chunks that logged searches showed. */
  readonly shown: readonly string[];
  /** Passages that questions were written for. */
  readonly written: readonly { readonly documentId: string; readonly start: number; readonly end: number }[];
}

/** How much a passage needs questions: 0 (asked about), 1 (no question has a word of its heading), 2 (no query finds it), 3 (both). */
export type PassageNeed = 0 | 1 | 2 | 3;

/** Why, as the writer is told; nothing of a passage that is asked about. */
export const NEED_REASONS: Readonly<Record<PassageNeed, string>> = {
  0: '',
  1: 'No question so far has a word of its heading.',
  2: 'No query so far finds it.',
  3: 'No query so far finds it, and no question has a word of its heading.',
};

/** Tells where knowledge is thin: which passages no query finds, and which headings no question touches. */
export class ThinPassages {
  readonly #isKnown: boolean;
  readonly #terms: ReadonlySet<string>;
  readonly #shown: ReadonlySet<string>;
  readonly #written: ReadonlyMap<string, AskedBefore['written']>;

  constructor({ questions, shown, written }: AskedBefore) {
    this.#isKnown = questions.length > 0;
    this.#terms = new Set(questions.flatMap((question) => parseQuery(question).terms));
    this.#shown = new Set(shown);
    this.#written = groupByDocument(written);
  }

  /** 0 for all while nothing was asked: then no passage is thinner than another. */
  needOf(passage: OpenPassage): PassageNeed {
    if (!this.#isKnown) return 0;
    const isUnfound = !this.#shown.has(passage.chunkId) && !this.#isWrittenFor(passage);
    const isUnasked = this.#isUnasked(passage);
    if (isUnfound) return isUnasked ? 3 : 2;
    return isUnasked ? 1 : 0;
  }

  #isWrittenFor({ documentId, start, end }: OpenPassage): boolean {
    return (this.#written.get(documentId) ?? []).some((other) => start < other.end && other.start < end);
  }

  #isUnasked({ headingPath }: OpenPassage): boolean {
    const { terms } = parseQuery(headingsOf(headingPath).at(-1) ?? '');
    return terms.length > 0 && !terms.some((term) => this.#terms.has(term));
  }
}

function groupByDocument(written: AskedBefore['written']): Map<string, AskedBefore['written']> {
  const groups = new Map<string, AskedBefore['written'][number][]>();
  for (const passage of written) groups.set(passage.documentId, [...(groups.get(passage.documentId) ?? []), passage]);
  return groups;
}
