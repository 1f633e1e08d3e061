import type { KeywordQuery } from '../core/keyword-port.js';
import type { Candidate, NamedCandidate } from '../core/ports.js';
import type { SearchFilter } from '../core/types.js';
import { filterPredicate } from './filter.js';
import { admittedRows, runIndex, searchIndex } from './index-search.js';
import { type KeywordCoverage, keywordCoverage } from './keyword-coverage.js';
import type { KeywordPlace } from './keyword-place.js';
import { hasTerm, searchedTerms } from './keyword-query.js';
import { byScore, checkLimit, readHits, type Scores, unscored } from './leg-hits.js';
import type { ResidentTerms } from './resident/resident-terms.js';
import type { RowId } from './resident/row-ids.js';
import type { RowList } from './resident/row-lists.js';
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
  residents.noteSearch(knowledge);
  const hits = await readHits(residents, knowledge, {
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
  const admitted = await admittedRows(place, request.filter);
  const resident = await residents.termsOf(knowledge, covered);
  if (resident?.isWhole === true)
    return isOfOneVersion(resident, admitted) ? searchWhole(resident, request, admitted) : undefined;
  const found = await searchIndex(place, { ...request, columns: ['_score'] }, { covered, tail: resident });
  const indexed = new Map(found.map(({ id, rows, at }) => [id, rows.number('_score', at)]));
  await learn(place, { ...request, covered }, indexed);
  const isAll = resident === undefined || resident.isEmpty;
  const all = isAll ? indexed : await withWaiting(place, request, { resident, covered, indexed, admitted });
  return (await knowledge.version()) === covered.version ? all : undefined;
}

async function learn(
  place: KeywordPlace,
  { words, covered }: KeywordRequest & { readonly covered: KeywordCoverage },
  scores: Scores,
): Promise<void> {
  if ((words.required ?? []).length > 0 || (words.excluded ?? []).length > 0) return;
  const hits = await place.residents.rows(place.knowledge, [...scores.keys()]);
  const rows = hits.map(({ id, row }) => ({ score: scores.get(id) ?? 0, searchText: row.searchText }));
  await learnFrequencies(place, covered, {
    terms: words.terms,
    rows: rows.sort((first, second) => second.score - first.score),
  });
}

/** Whether a filter's rows are told by the numbers that the rows in memory have: a row that is written anew has another. */
function isOfOneVersion({ version }: ResidentTerms, admitted: RowList | undefined): boolean {
  return admitted === undefined || admitted.version === version;
}

/** What a table holds that is all in memory. */
function searchWhole(resident: ResidentTerms, { words, limit }: KeywordRequest, admitted: RowList | undefined): Scores {
  const found = resident.chunks({
    ...resident.weights(searchedTerms(words.terms)),
    required: words.required ?? [],
    excluded: words.excluded ?? [],
    admitted,
    limit,
  });
  return new Map(found.map(({ id, score }) => [id, score]));
}

/** Rows that wait for the index, beside those that it found. */
interface Waiting {
  readonly resident: ResidentTerms;
  readonly covered: KeywordCoverage;
  readonly indexed: Scores;
  readonly admitted: RowList | undefined;
}

async function withWaiting(
  place: KeywordPlace,
  { words, limit }: KeywordRequest,
  { resident, covered, indexed, admitted }: Waiting,
): Promise<Scores> {
  const found = resident.chunks({
    ...(await tailWeights(place, covered, words.terms)),
    required: words.required ?? [],
    excluded: words.excluded ?? [],
    admitted,
    limit,
  });
  return new Map([...indexed, ...found.map(({ id, score }): [RowId, number] => [id, score])]);
}

/** First chunks of documents that are called by any of the name terms, best first, ties by document id. */
export async function searchNames(place: KeywordPlace, request: NameRequest): Promise<NamedCandidate[]> {
  if (!hasTerm(request.nameTerms)) return [];
  const { residents, knowledge } = place;
  const covered = await keywordCoverage(knowledge);
  const admitted = await admittedRows(place, request.filter);
  const resident = await residents.termsOf(knowledge, covered);
  if (resident?.isWhole === true && isOfOneVersion(resident, admitted)) {
    const named = resident.names(request.nameTerms, request.limit, admitted);
    const first = [...named.keys()].flatMap((id) => resident.firstOf(id) ?? []);
    return first.map((row) => toNamed(unscored(row), named));
  }
  const names = await residents.namesOf(knowledge, covered);
  const named =
    names !== undefined && isOfOneVersion(names, admitted)
      ? names.names(request.nameTerms, request.limit, admitted)
      : await findNamed(place, { ...request, covered, admitted }, resident);
  const candidates = await knowledge.firstChunks([...named.keys()]);
  return candidates.map((candidate) => toNamed(candidate, named));
}

function toNamed(candidate: Candidate, named: ReadonlyMap<string, readonly string[]>): NamedCandidate {
  return { candidate, nameTerms: new Set(named.get(candidate.chunk.documentId)) };
}

interface NameRequest {
  readonly nameTerms: readonly string[];
  readonly limit: number;
  readonly filter: SearchFilter;
}

/** Name terms of the documents that are called by any of those asked for, by the keyword index and what waits for it. */
async function findNamed(
  place: KeywordPlace,
  request: NameRequest & { readonly covered: KeywordCoverage; readonly admitted: RowList | undefined },
  waiting: ResidentTerms | undefined,
): Promise<Map<string, readonly string[]>> {
  const { nameTerms, limit, filter, covered, admitted } = request;
  const columns = ['document_id', 'search_text', '_score'];
  const search = { words: { terms: nameTerms }, limit, filter, columns };
  const found = await searchIndex(place, search, { covered, tail: waiting });
  const indexed = found.map(({ rows, at }): [string, readonly string[]] => [
    rows.text('document_id', at),
    rows.text('search_text', at).split(' '),
  ]);
  const all = new Map([...indexed, ...(waiting?.names(nameTerms, limit, admitted) ?? [])]);
  const isSteady = waiting === undefined || (await place.knowledge.version()) === covered.version;
  return isSteady ? all : findNamed(place, request, undefined);
}
