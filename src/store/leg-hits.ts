import type { Table as ArrowTable } from 'apache-arrow';
import { QuarryError } from '../core/errors.js';
import type { Candidate } from '../core/ports.js';
import { ResultRows } from './columns.js';
import { read } from './commit.js';
import { keywordCoverage } from './keyword-coverage.js';
import type { KeywordPlace } from './keyword-place.js';
import { CANDIDATE_COLUMNS, decodeCandidate, type UnscoredCandidate } from './knowledge-rows.js';
import { chunksOf, inOrder, type KnowledgeTable } from './knowledge-table.js';
import type { Residents } from './resident/residents.js';
import { type RowId, readRowIds } from './resident/row-ids.js';

/** Largest `limit` of a leg. */
export const MAX_CANDIDATES = 1000;

/** How often a search is tried that a writer gets in the way of, before it is left to the engine as a whole. */
const ATTEMPTS = 3;

/** A row that a leg found. */
export interface LegHit {
  readonly score: number;
  readonly row: UnscoredCandidate;
}

/** Rows with their scores, by their numbers. */
export type Scores = ReadonlyMap<RowId, number>;

/** How a leg finds rows. */
export interface LegSearch {
  /** Numbers of the rows, which are read afterwards; undefined where the table has changed meanwhile. */
  rows(): Promise<Scores | undefined>;
  /** The same by one query of the engine, which reads what it finds; its scores are in this column. */
  readonly whole: { readonly column: string; run(columns: string[]): Promise<ArrowTable> };
}

/**
 * What a leg finds, in any order. Where a row is gone when it is read, because its document was written anew meanwhile, it
 * is searched again; what a query of the engine reads is always of one moment.
 */
export async function readHits(residents: Residents, knowledge: KnowledgeTable, search: LegSearch): Promise<LegHit[]> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const scores = await search.rows();
    if (scores === undefined) continue;
    const hits = await residents.rows(knowledge, [...scores.keys()]);
    if (hits.length === scores.size) return hits.map(({ id, row }) => ({ row, score: scores.get(id) ?? 0 }));
  }
  return read(async () => {
    const { column, run } = search.whole;
    const rows = new ResultRows(await run([...CANDIDATE_COLUMNS, column]));
    return Array.from({ length: rows.length }, (_, at) => ({
      row: decodeCandidate(rows, at, knowledge.collection),
      score: rows.number(column, at),
    }));
  });
}

/** Chunks of a document without scores, in its order; those that are in memory are not read again. */
export async function documentCandidates(
  { residents, knowledge }: KeywordPlace,
  documentId: string,
): Promise<Candidate[]> {
  const resident = await residents.termsOf(knowledge, await keywordCoverage(knowledge));
  if (resident?.isWhole === true) return resident.chunksOf(documentId).map(unscored);
  const rows = await read(async () => {
    const ids = Array.from(await readRowIds(await knowledge.open(), chunksOf(documentId)));
    const found = await residents.rows(knowledge, ids);
    return found.length === ids.length ? found : undefined;
  });
  if (rows === undefined) return knowledge.candidatesOf(documentId); // It is being replaced.
  return inOrder(rows.map(({ row }) => unscored(row)));
}

/** A row as a candidate that no leg has scored. */
export function unscored(row: UnscoredCandidate): Candidate {
  return { ...row, similarity: null, bm25: null };
}

/** Candidates by the score of their leg, best first, ties by chunk id. */
export function byScore(candidates: Candidate[]): Candidate[] {
  return candidates.sort(
    (first, second) => scoreOf(second) - scoreOf(first) || (first.chunk.id < second.chunk.id ? -1 : 1),
  );
}

function scoreOf({ similarity, bm25 }: Candidate): number {
  return similarity ?? bm25 ?? 0;
}

/** @throws QuarryError INPUT_INVALID: LanceDB would take 2^32 + 1 for one row and -1 for all */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_CANDIDATES) return;
  throw new QuarryError('INPUT_INVALID', `${limit} is not a number of candidates.`, {
    hint: `Ask for 1 to ${MAX_CANDIDATES}.`,
  });
}
