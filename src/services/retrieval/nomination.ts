import type { KeywordQuery, TermStatistics } from '../../core/keyword-port.js';
import type { Candidate, KnowledgeStore } from '../../core/ports.js';
import { compareIds } from '../../core/ranking/blend.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import { nameQueryOf } from '../../core/text/names.js';
import type { ParsedQuery } from '../../core/text/query.js';
import { searchTextOf } from '../../core/text/search-text.js';
import { innerNames, wholeNames } from '../../core/text/typed-names.js';
import type { Collection, SearchFilter } from '../../core/types.js';

/** Documents that are looked up by their name, at most. */
const MAX_NAMED = 30;
/** Chunks that the keyword leg nominates where exact phrases thin them out afterwards. */
const PHRASE_LIMIT = 1000;

/** A chunk that a leg nominated. */
export interface Nominee {
  /** Collection and chunk, unique in the pool. */
  readonly key: string;
  readonly candidate: Candidate;
  readonly collection: Collection;
  readonly searchText: string;
  readonly vectorRank: number | null;
  readonly keywordRank: number | null;
  /** Name terms of its document, where it was looked up by name. */
  readonly nameTerms: ReadonlySet<string>;
  /** Whether its document was looked up by name and it stands for that document. */
  readonly isNamed: boolean;
}

/** What one collection nominates, and how common the terms of the query are in it. */
export interface CollectionPool {
  readonly nominees: readonly Nominee[];
  readonly statistics: TermStatistics;
}

/** What is nominated for. */
export interface NominationRequest {
  readonly query: ParsedQuery;
  readonly settings: RetrievalSettings;
  /** Vector of the query, for which the words do not wait: the first of a process takes as long as its model; undefined in keyword mode. */
  readonly vector: Promise<Float32Array> | undefined;
  /** How many chunks each leg nominates. */
  readonly limit: number;
  readonly filter: SearchFilter;
}

/** Asks both legs, and the names of documents, for chunks that may answer. */
export class Nomination {
  readonly #store: KnowledgeStore;
  readonly #request: NominationRequest;
  readonly #keyword: KeywordQuery;
  readonly #nameTerms: readonly string[];

  constructor(store: KnowledgeStore, request: NominationRequest) {
    this.#store = store;
    this.#request = request;
    this.#keyword = keywordQueryOf(request.query);
    this.#nameTerms = nameTermsIn(request.query);
  }

  /** @param rules those by which rows are written now; the search texts of other rows are made anew */
  async run(collection: Collection, rules: string): Promise<CollectionPool> {
    const { settings, vector, limit, filter, query } = this.#request;
    const { name } = collection;
    const isWorded = settings.mode !== 'vector';
    const worded = query.phrases.length > 0 ? PHRASE_LIMIT : limit;
    const searched = isWorded ? this.#store.searchKeyword(name, this.#keyword, worded, filter) : Promise.resolve([]);
    const [near, words, named, statistics] = await Promise.all([
      vector?.then((known) => this.#store.searchVector(name, known, limit, filter)) ?? [],
      searched,
      this.#store.searchNames(name, this.#nameTerms, MAX_NAMED, filter),
      // Afterwards, for the scores of a keyword search tell most of it.
      isWorded ? searched.then(() => this.#store.termStatistics(name, query.terms)) : NOTHING_KNOWN,
    ]);
    const nearRanks = ranksOf(near, ({ similarity }) => similarity);
    const wordRanks = ranksOf(words, ({ bm25 }) => bm25);
    const nameTerms = new Map(named.map((found) => [found.candidate.chunk.documentId, found.nameTerms]));
    const byName = new Set(named.map((found) => found.candidate.chunk.id));
    const all = new Map<string, Candidate>();
    for (const candidate of [...near, ...words, ...named.map((found) => found.candidate)])
      if (!all.has(candidate.chunk.id)) all.set(candidate.chunk.id, candidate);
    const nominees = [...all.values()].map((candidate): Nominee => {
      const { id, documentId } = candidate.chunk;
      const own = toNominee(candidate, { collection, rules, nameTerms: nameTerms.get(documentId) ?? NO_NAMES });
      const ranks = { vectorRank: nearRanks.get(id) ?? null, keywordRank: wordRanks.get(id) ?? null };
      return { ...own, ...ranks, isNamed: byName.has(id) };
    });
    return { nominees, statistics };
  }
}

/** A chunk that no leg nominated, ready to be ranked. */
export function toNominee(
  candidate: Candidate,
  about: Pick<Nominee, 'collection' | 'nameTerms'> & { readonly rules: string },
): Nominee {
  const { collection, nameTerms, rules } = about;
  return {
    key: `${collection.name}\u0000${candidate.chunk.id}`,
    candidate,
    collection,
    searchText: collection.chunker === rules ? candidate.searchText : searchTextOfCandidate(candidate),
    vectorRank: null,
    keywordRank: null,
    nameTerms,
    isNamed: false,
  };
}

const NO_NAMES: ReadonlySet<string> = new Set();
/** Statistics of terms where no words are looked for. */
export const NOTHING_KNOWN: TermStatistics = { chunks: 0, documentFrequency: new Map() };

function keywordQueryOf({ terms, phrases, excluded }: ParsedQuery): KeywordQuery {
  return {
    terms,
    required: [...new Set(phrases.flat())],
    // A word of several terms is told apart only once they are all seen.
    excluded: excluded.flatMap(([only, ...others]) => (only === undefined || others.length > 0 ? [] : [only])),
  };
}

/** Name terms of the whole query, and of the names with signs in it (`errors.ts`, `payments/README`). */
function nameTermsIn({ text }: ParsedQuery): string[] {
  const whole = text.split(/\s+/).length <= LONGEST_NAME_WORDS ? wholeNames(text).flatMap(nameQueryOf) : [];
  return [...whole, ...innerNames(text).flatMap(nameQueryOf)];
}

/** Longer queries are no names. */
const LONGEST_NAME_WORDS = 12;

function ranksOf(
  candidates: readonly Candidate[],
  score: (candidate: Candidate) => number | null,
): Map<string, number> {
  const sorted = [...candidates].sort(
    (a, b) => (score(b) ?? 0) - (score(a) ?? 0) || compareIds(a.chunk.id, b.chunk.id),
  );
  return new Map(sorted.map((candidate, at) => [candidate.chunk.id, at + 1]));
}

function searchTextOfCandidate({ chunk, document }: Candidate): string {
  const { title, format } = document;
  return searchTextOf({ title, format, headingPath: chunk.headingPath, text: chunk.text });
}
