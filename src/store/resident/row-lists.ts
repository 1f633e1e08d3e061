import type { KnowledgeTable } from '../knowledge-table.js';
import type { Predicate } from '../sql.js';
import { type RowId, readRowIds } from './row-ids.js';

/** Conditions whose rows are remembered for a version of a table. */
const MOST_CONDITIONS = 8;

/** Which rows a version of a table has. */
export interface RowList {
  readonly version: number;
  /** Ascending. */
  readonly ids: Float64Array;
}

/** Which rows there are in the newest version of a table, all or by a condition; each looked up once a version. */
export class RowLists {
  readonly #knowledge: KnowledgeTable;
  readonly #lists = new Map<Predicate | undefined, { readonly version: number; readonly list: Promise<RowList> }>();

  /** What came and went up to each list, since another. */
  readonly #changes = new WeakMap<RowList, { readonly before: RowList | undefined; readonly changes: RowChanges }>();

  constructor(knowledge: KnowledgeTable) {
    this.#knowledge = knowledge;
  }

  /** {@link changesBetween}, once for all that follow the table. */
  changes(before: RowList | undefined, after: RowList): RowChanges {
    const known = this.#changes.get(after);
    if (known !== undefined && known.before === before) return known.changes;
    const changes = changesBetween(before, after);
    this.#changes.set(after, { before, changes });
    return changes;
  }

  async read(where?: Predicate): Promise<RowList> {
    const version = await this.#knowledge.version();
    const known = this.#lists.get(where);
    if (known?.version === version) return known.list;
    const list = this.#look(version, where);
    this.#lists.delete(where);
    this.#lists.set(where, { version, list });
    for (const [oldest] of this.#lists) if (this.#lists.size > MOST_CONDITIONS) this.#lists.delete(oldest);
    return list.catch((error: unknown) => {
      this.#lists.delete(where);
      throw error;
    });
  }

  async #look(version: number, where: Predicate | undefined): Promise<RowList> {
    const table = await this.#knowledge.open();
    const ids = await readRowIds(table, where);
    return { version, ids: isAscending(ids) ? ids : ids.sort() };
  }
}

function isAscending(ids: Float64Array): boolean {
  for (let at = 1; at < ids.length; at++) if ((ids[at - 1] ?? 0) >= (ids[at] ?? 0)) return false;
  return true;
}

/** Rows that one list has and another has not. */
export interface RowChanges {
  readonly added: Float64Array;
  readonly gone: Float64Array;
}

/** What came and went from one list to another; everything came where there is none before. */
export function changesBetween(before: RowList | undefined, { ids: after }: RowList): RowChanges {
  const old = before?.ids ?? new Float64Array(0);
  const added: RowId[] = [];
  const gone: RowId[] = [];
  let at = 0;
  for (let to = 0; to < after.length; to++) {
    const id = after[to] ?? 0;
    while (at < old.length && (old[at] ?? 0) < id) gone.push(old[at++] ?? 0);
    if (old[at] === id) at += 1;
    else added.push(id);
  }
  for (; at < old.length; at++) gone.push(old[at] ?? 0);
  return { added: Float64Array.from(added), gone: Float64Array.from(gone) };
}

/** Whether a list of rows holds one. */
export function holds({ ids }: RowList, id: RowId): boolean {
  let [from, to] = [0, ids.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ids[middle] ?? 0) < id) from = middle + 1;
    else to = middle;
  }
  return ids[from] === id;
}
