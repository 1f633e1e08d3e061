import { read } from '../commit.js';
import { CANDIDATE_COLUMNS, decodeCandidate, type UnscoredCandidate } from '../knowledge-rows.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import { type RowId, takeRows } from './row-ids.js';

/** What a row takes beside its texts and its vector. */
const ROW_BYTES = 2_000;

/**
 * Rows that searches have read of late, by their numbers. A number never names another row, so that nothing here grows
 * stale; whether the row is still there is for those to say who give the number.
 */
export class RowCache {
  readonly #halfBytes: number;
  /** Rows that were used lately, and those that were used before them; dropped by halves. */
  #young = new Map<string, UnscoredCandidate>();
  #old = new Map<string, UnscoredCandidate>();
  #bytes = 0;

  /** @param bytes that rows may take, as estimated */
  constructor(bytes: number) {
    this.#halfBytes = bytes / 2;
  }

  /** The rows with these numbers, in their order; those that are gone are left out. */
  async rows(
    knowledge: KnowledgeTable,
    ids: readonly RowId[],
  ): Promise<{ readonly id: RowId; readonly row: UnscoredCandidate }[]> {
    const found = new Map<RowId, UnscoredCandidate>();
    for (const id of ids) {
      const row = this.#get(keyOf(knowledge, id));
      if (row !== undefined) found.set(id, row);
    }
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length > 0) for (const [id, row] of await this.#read(knowledge, missing)) found.set(id, row);
    return ids.flatMap((id) => {
      const row = found.get(id);
      return row === undefined ? [] : [{ id, row }];
    });
  }

  async #read(knowledge: KnowledgeTable, ids: readonly RowId[]): Promise<[RowId, UnscoredCandidate][]> {
    const table = await knowledge.open();
    return read(async () => {
      const taken = await takeRows(table, ids, CANDIDATE_COLUMNS);
      return Array.from(taken.ids, (id, at): [RowId, UnscoredCandidate] => {
        const row = decodeCandidate(taken.rows, at, knowledge.collection);
        this.#put(keyOf(knowledge, id), row);
        return [id, row];
      });
    });
  }

  #get(key: string): UnscoredCandidate | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.#put(key, old);
    return old;
  }

  #put(key: string, row: UnscoredCandidate): void {
    this.#young.set(key, row);
    this.#bytes += ROW_BYTES + row.chunk.text.length + row.searchText.length + row.vector.byteLength;
    if (this.#bytes < this.#halfBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#bytes = 0;
  }
}

function keyOf({ name, collection }: KnowledgeTable, id: RowId): string {
  return `${name}/${collection}/${id}`;
}
