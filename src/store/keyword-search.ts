import type { Query } from '@lancedb/lancedb';
import type { Table as ArrowTable } from 'apache-arrow';
import type { KeywordQuery } from '../core/keyword-port.js';
import type { Candidate, NamedCandidate } from '../core/ports.js';
import type { SearchFilter } from '../core/types.js';
import { ResultRows } from './columns.js';
import { read } from './commit.js';
import type { Engine } from './engine.js';
import { filterPredicate } from './filter.js';
import { KEYWORD_COLUMN } from './indexes.js';
import { type KeywordCoverage, keywordCoverage } from './keyword-coverage.js';
import type { KeywordPlace } from './keyword-place.js';
import { hasTerm, keywordQuery } from './keyword-query.js';
import { byScore, checkLimit, readHits, type Scores } from './leg-hits.js';
import type { KeywordTail } from './resident/keyword-tail.js';
import { rowIdsOf } from './resident/row-ids.js';
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
      run: async (columns) =>
        run(place, (await toLeg(place, request, await keywordCoverage(knowledge))).select(columns)),
    },
  });
  const found = hits.filter(({ score }) => score > 0);
  return byScore(found.map(({ row, score }) => ({ ...row, similarity: null, bm25: score }))).slice(0, request.limit);
}

/** The engine's query. */
async function toLeg(
  { engine, knowledge }: KeywordPlace,
  { words, limit, filter }: KeywordRequest,
  { indexed }: KeywordCoverage,
): Promise<Query> {
  const query = keywordQuery(engine, KEYWORD_COLUMN, words, indexed > 0);
  const where = filterPredicate(filter);
  const table = await knowledge.open();
  const leg = table.query().fullTextSearch(query);
  return (where === undefined ? leg : leg.where(where)).limit(limit);
}

/** Rows that the index finds, and those that wait for it. */
async function searchRows(
  place: KeywordPlace,
  request: KeywordRequest,
  covered: KeywordCoverage,
): Promise<Scores | undefined> {
  const { residents, knowledge } = place;
  const tail = await residents.tailOf(knowledge, covered);
  const leg = (await toLeg(place, request, covered)).select(['_score']).withRowId();
  const result = await read(() => run(place, tail === undefined ? leg : leg.fastSearch()));
  const rows = new ResultRows(result);
  const indexed = new Map(Array.from(rowIdsOf(result), (id, at) => [id, rows.number('_score', at)]));
  await learn(place, { ...request, covered }, indexed);
  const found = { tail, covered, indexed };
  const all = tail === undefined || tail.isEmpty ? indexed : await withTail(place, request, { ...found, tail });
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

/** Lance fails, where it should find nothing, when stemming turns every word of a query into a stop word. */
function run({ engine }: KeywordPlace, query: Query): Promise<ArrowTable> {
  return query.toArrow().catch((error: unknown) => noWordLeft(engine, error));
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
  const where = filterPredicate(filter);
  const { residents, knowledge } = place;
  const found = tail.chunks({
    ...(await tailWeights(place, covered, words.terms)),
    required: words.required ?? [],
    excluded: words.excluded ?? [],
    admitted: where === undefined ? undefined : await read(() => residents.listsOf(knowledge).read(where)),
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
  const leg = await toLeg(place, { words: { terms: nameTerms }, limit, filter }, covered);
  const query = leg.select(['document_id', 'search_text', '_score']);
  const result = await read(() => run(place, tail === undefined ? query : query.fastSearch()));
  const rows = new ResultRows(result);
  const indexed = Array.from({ length: rows.length }, (_, row): [string, readonly string[]] => [
    rows.text('document_id', row),
    rows.text('search_text', row).split(' '),
  ]);
  const where = filterPredicate(filter);
  if (tail === undefined || tail.isEmpty) return new Map(indexed);
  const { residents, knowledge } = place;
  const admitted = where === undefined ? undefined : await read(() => residents.listsOf(knowledge).read(where));
  return new Map([...indexed, ...tail.names(nameTerms, admitted)]);
}

function noWordLeft({ arrow }: Engine, error: unknown): ArrowTable {
  if (/all columns in a record batch must have the same length/.test(String(error))) return new arrow.Table();
  throw error;
}
