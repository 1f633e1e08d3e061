import { saturate } from '../../core/ranking/recover-frequencies.js';
import { ResultRows } from '../columns.js';
import { indexName, KEYWORD_COLUMN } from '../indexes.js';
import type { KeywordCoverage } from '../keyword-coverage.js';
import { DOCUMENT_ORDINAL } from '../knowledge-rows.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import { termsOf } from '../row-terms.js';
import { fragmentOf, type RowId, rowIdsOf } from './row-ids.js';
import { holds, type RowList, type RowLists } from './row-lists.js';

/** More rows than these are left to LanceDB. */
const MOST_ROWS = 6_000;

/** A row that waits for the keyword index. */
interface TailRow {
  readonly documentId: string;
  readonly isDocument: boolean;
  /** How often each term stands in it. */
  readonly counts: ReadonlyMap<string, number>;
  /** Terms in all. */
  readonly length: number;
}

/** What is looked for among the rows. */
export interface TailQuery {
  /** Weight of each term, times how often the query has it. */
  readonly weights: ReadonlyMap<string, number>;
  /** `k1 b` over the mean length of rows. */
  readonly pivot: number;
  readonly required: readonly string[];
  readonly excluded: readonly string[];
  /** Rows that a filter admits; all where there is none. */
  readonly admitted: RowList | undefined;
}

/**
 * The rows that the keyword index does not cover yet, in memory: LanceDB would read and score them anew at each search, by
 * other numbers. So the index need not be brought up to date for a few rows.
 */
export class KeywordTail {
  readonly #knowledge: KnowledgeTable;
  readonly #lists: RowLists;
  #version = -1;
  #rows = new Map<RowId, TailRow>();
  #following: Promise<void> | undefined;

  constructor(knowledge: KnowledgeTable, lists: RowLists) {
    this.#knowledge = knowledge;
    this.#lists = lists;
  }

  /**
   * Brings it to a version of the table.
   * @returns whether it could; not where no index covers anything, where too many rows wait, or where there is a newer version
   */
  async follow(covered: KeywordCoverage): Promise<boolean> {
    if (covered.indexed === 0 || covered.unindexed > MOST_ROWS) return false;
    if (covered.version === this.#version) return true;
    this.#following ??= this.#catchUp(covered).finally(() => {
      this.#following = undefined;
    });
    await this.#following;
    return covered.version === this.#version;
  }

  get isEmpty(): boolean {
    return this.#rows.size === 0;
  }

  /** In how many rows a term stands. */
  frequency(term: string): number {
    let found = 0;
    for (const { counts } of this.#rows.values()) if (counts.has(term)) found += 1;
    return found;
  }

  /** Chunks that hold any of the terms, with their BM25 score. */
  chunks({
    weights,
    pivot,
    required,
    excluded,
    admitted,
  }: TailQuery): { readonly id: RowId; readonly score: number }[] {
    const hits: { id: RowId; score: number }[] = [];
    for (const [id, { isDocument, counts, length }] of this.#rows) {
      if (isDocument) continue;
      let score = 0;
      for (const [term, weight] of weights) {
        const count = counts.get(term);
        if (count !== undefined) score += weight * saturate(count, pivot * length);
      }
      const isFound =
        score > 0 && required.every((term) => counts.has(term)) && !excluded.some((term) => counts.has(term));
      if (isFound && (admitted === undefined || holds(admitted, id))) hits.push({ id, score });
    }
    return hits;
  }

  /** Documents whose name terms hold any of these, with all of them. */
  names(terms: readonly string[], admitted: RowList | undefined): Map<string, string[]> {
    const named = new Map<string, string[]>();
    for (const [id, { isDocument, documentId, counts }] of this.#rows) {
      if (!isDocument || !terms.some((term) => counts.has(term))) continue;
      if (admitted === undefined || holds(admitted, id)) named.set(documentId, [...counts.keys()]);
    }
    return named;
  }

  async #catchUp({ version, unindexed }: KeywordCoverage): Promise<void> {
    const wanted = unindexed === 0 ? new Float64Array(0) : await this.#waiting(version);
    if (wanted === undefined || wanted.length > MOST_ROWS) return; // a newer version tells more
    const missing = wanted.filter((id) => !this.#rows.has(id));
    const read = missing.length === 0 ? new Map<RowId, TailRow>() : await this.#read(missing);
    const rows = new Map<RowId, TailRow>();
    for (const id of wanted) {
      const row = this.#rows.get(id) ?? read.get(id);
      if (row !== undefined) rows.set(id, row);
    }
    this.#rows = rows;
    this.#version = version;
  }

  /** Rows of fragments that the index does not cover. */
  async #waiting(version: number): Promise<Float64Array | undefined> {
    const covered = await this.#knowledge.indexedFragments(version, indexName(KEYWORD_COLUMN));
    if (covered === undefined) return undefined;
    const { ids } = await this.#lists.read();
    return ids.filter((id) => !covered.has(fragmentOf(id)));
  }

  async #read(ids: Float64Array): Promise<Map<RowId, TailRow>> {
    const table = await this.#knowledge.open();
    const columns = ['ordinal', 'document_id', KEYWORD_COLUMN];
    const result = await table
      .takeRowIds([...ids])
      .select(columns)
      .withRowId()
      .toArrow();
    const rows = new ResultRows(result);
    return new Map(Array.from(rowIdsOf(result), (id, at): [RowId, TailRow] => [id, toTailRow(rows, at)]));
  }
}

function toTailRow(rows: ResultRows, at: number): TailRow {
  const terms = termsOf(rows.text(KEYWORD_COLUMN, at));
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return {
    documentId: rows.text('document_id', at),
    isDocument: rows.number('ordinal', at) === DOCUMENT_ORDINAL,
    counts,
    length: terms.length,
  };
}
