import type { KeywordQuery } from '../core/keyword-port.js';
import type { Candidate, NamedCandidate } from '../core/ports.js';
import type { SearchFilter } from '../core/types.js';
import { filterPredicate } from './filter.js';
import { admittedRows, runIndex, searchIndex } from './index-search.js';
import { type KeywordCoverage, keywordCoverage } from './keyword-coverage.js';
import type { KeywordPlace } from './keyword-place.js';
import { hasTerm } from './keyword-query.js';
import { byScore, checkLimit, readHits, type Scores } from './leg-hits.js';
import type { KeywordTail } from './resident/keyword-tail.js';
import { learnFrequencies, tailWeights } from './term-statistics.js';

/** What is searched for. */
interface KeywordRequest {
  readonly words: KeywordQuery;
  readonly limit: number;
  readonly filter: SearchFilter;
}

/** Best chunks by BM25, best first, ties by chunk id. No terms find nothing. */
export async function searchKeyword(place: KeywordPlace, request: KeywordRequest): Promise<Candidate[]> {
  checkLimit(request.limit);
  const { residents, knowledge } = place;
  if (!hasTerm(request.words.terms)) return [];
  const hits = await readHits(residents.rows, knowledge, {
    rows: async () => searchRows(place, request, await keywordCoverage(knowledge)),
    whole: {
      column: '_score',
      run: async (columns) => {
        const covered = await keywordCoverage(knowledge);
        return runIndex(place, { ...request, columns }, { covered, where: filterPredicate(request.filter) });
      },
    },
  });
  const found = hits.filter(({ score }) => score > 0);
  return byScore(found.map(({ row, score }) => ({ ...row, similarity: null, bm25: score }))).slice(0, request.limit);
}

/** Rows that the index finds, and those that wait for it. */
async function searchRows(
  place: KeywordPlace,
  request: KeywordRequest,
  covered: KeywordCoverage,
): Promise<Scores | undefined> {
  const { residents, knowledge } = place;
  const tail = await residents.tailOf(knowledge, covered);
  const found = await searchIndex(place, { ...request, columns: ['_score'] }, { covered, tail });
  const indexed = new Map(found.map(({ id, rows, at }) => [id, rows.number('_score', at)]));
  await learn(place, { ...request, covered }, indexed);
  const isAll = tail === undefined || tail.isEmpty;
  const all = isAll ? indexed : await withTail(place, request, { tail, covered, indexed });
  return (await knowledge.version()) === covered.version ? all : undefined;
}

async function learn(
  place: KeywordPlace,
  { words, covered }: KeywordRequest & { readonly covered: KeywordCoverage },
  scores: Scores,
): Promise<void> {
  if ((words.required ?? []).length > 0 || (words.excluded ?? []).length > 0) return;
  const hits = await place.residents.rows.rows(place.knowledge, [...scores.keys()]);
  const rows = hits.map(({ id, row }) => ({ score: scores.get(id) ?? 0, searchText: row.searchText }));
  await learnFrequencies(place, covered, {
    terms: words.terms,
    rows: rows.sort((first, second) => second.score - first.score),
  });
}

async function withTail(
  place: KeywordPlace,
  { words, filter }: KeywordRequest,
  {
    tail,
    covered,
    indexed,
  }: { readonly tail: KeywordTail; readonly covered: KeywordCoverage; readonly indexed: Scores },
): Promise<Scores> {
  const found = tail.chunks({
    ...(await tailWeights(place, covered, words.terms)),
    required: words.required ?? [],
    excluded: words.excluded ?? [],
    admitted: await admittedRows(place, filter),
  });
  const waiting = new Map(found.map(({ id, score }) => [id, score]));
  return new Map([...indexed, ...waiting]);
}

/** First chunks of documents that are called by any of the name terms, best first, ties by document id. */
export async function searchNames(place: KeywordPlace, request: NameRequest): Promise<NamedCandidate[]> {
  if (!hasTerm(request.nameTerms)) return [];
  const { residents, knowledge } = place;
  const covered = await keywordCoverage(knowledge);
  const apart = await findNamed(place, { ...request, covered }, await residents.tailOf(knowledge, covered));
  const isSteady = (await knowledge.version()) === covered.version;
  const named = isSteady ? apart : await findNamed(place, { ...request, covered }, undefined);
  const candidates = await knowledge.firstChunks([...named.keys()]);
  return candidates.map((candidate) => ({
    candidate,
    nameTerms: new Set(named.get(candidate.chunk.documentId)),
  }));
}

interface NameRequest {
  readonly nameTerms: readonly string[];
  readonly limit: number;
  readonly filter: SearchFilter;
}

/** Name terms of the documents that are called by any of those asked for. */
async function findNamed(
  place: KeywordPlace,
  { nameTerms, limit, filter, covered }: NameRequest & { readonly covered: KeywordCoverage },
  tail: KeywordTail | undefined,
): Promise<Map<string, readonly string[]>> {
  const columns = ['document_id', 'search_text', '_score'];
  const found = await searchIndex(place, { words: { terms: nameTerms }, limit, filter, columns }, { covered, tail });
  const indexed = found.map(({ rows, at }): [string, readonly string[]] => [
    rows.text('document_id', at),
    rows.text('search_text', at).split(' '),
  ]);
  if (tail === undefined || tail.isEmpty) return new Map(indexed);
  return new Map([...indexed, ...tail.names(nameTerms, await admittedRows(place, filter))]);
}
