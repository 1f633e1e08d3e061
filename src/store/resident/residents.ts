import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { type KeywordCoverage, keywordCoverage } from '../keyword-coverage.js';
import type { UnscoredCandidate } from '../knowledge-rows.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import { Background } from './background.js';
import { codePath } from './code-file.js';
import { ResidentTerms } from './resident-terms.js';
import { ResidentVectors } from './resident-vectors.js';
import { Room } from './room.js';
import { RowCache } from './row-cache.js';
import type { RowId } from './row-ids.js';
import { RowLists } from './row-lists.js';

/** Longest vectors whose codes can be summed in 32 bits. */
const MOST_DIMENSIONS = 4_096;
/** What a vector takes beside its codes. */
const BESIDE_BYTES = 24;

/** Share of the memory for vectors that whole tables may take besides, and rows of larger ones that were read lately. */
const WHOLE_SHARE = 0.75;
const CACHE_SHARE = 0.125;

const MEBIBYTE = 1024 * 1024;

/** Memory that vectors may take when nothing else is said: 512 MiB, on small machines a quarter of the memory. */
export function defaultResidentBytes(): number {
  return Math.min(512 * MEBIBYTE, machineBytes() / 4);
}

/** Memory that this process may have: that of the machine, or what a container is allowed. */
function machineBytes(): number {
  const allowed = process.constrainedMemory?.() ?? 0;
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** Of how many rows the vectors can be kept in memory. */
export function residentRows(bytes: number, dimensions: number): number {
  return Math.floor(bytes / rowBytes(dimensions));
}

function rowBytes(dimensions: number): number {
  return dimensions > MOST_DIMENSIONS ? Number.POSITIVE_INFINITY : dimensions + BESIDE_BYTES;
}

/** What is kept of one table. */
interface TableResidents {
  readonly lists: RowLists;
  /** Its rows by their terms: all, those that wait for the keyword index, those that stand for documents. */
  readonly all: ResidentTerms;
  readonly waiting: ResidentTerms;
  readonly documents: ResidentTerms;
  readonly vectors: ResidentVectors;
  /** Searches for words, and for vectors. */
  readonly searches: { words: number; vectors: number };
  /** Whether it changed since it was followed last, and the following. */
  isBehind: boolean;
  following: Promise<void> | undefined;
}

/**
 * What a store keeps of its tables in memory, within bounds: the vectors of those that are searched; which rows they have;
 * whole tables as far as there is room; of others the terms of rows that wait for the keyword index, and rows that were read.
 */
export class Residents {
  /** Where what is read ahead waits for searches. */
  readonly background = new Background();
  readonly #cache: RowCache;
  readonly #tables = new WeakMap<KnowledgeTable, TableResidents>();
  readonly #vectors: Room;
  readonly #whole: Room;

  constructor(bytes: number) {
    this.#cache = new RowCache(bytes * CACHE_SHARE);
    this.#vectors = new Room(bytes);
    this.#whole = new Room(bytes * WHOLE_SHARE);
  }

  /** Which rows a table has. */
  listsOf(knowledge: KnowledgeTable): RowLists {
    return this.#of(knowledge).lists;
  }

  /** Says that a search for words begins: a process that searches once would read all rows for nothing. */
  noteSearch(knowledge: KnowledgeTable): void {
    this.#of(knowledge).searches.words += 1;
  }

  /** The rows of a table by their terms: all, or those that wait for its keyword index; undefined where LanceDB has to look at them. */
  async termsOf(knowledge: KnowledgeTable, covered: KeywordCoverage): Promise<ResidentTerms | undefined> {
    const { all, waiting, searches } = this.#of(knowledge);
    const bytes = all.bytesOf(covered.indexed + covered.unindexed);
    // Where no index covers anything, the engine reads all rows too, and by its numbers words of most rows count for nothing.
    const isWorthIt = covered.isReadable && (searches.words > 1 || covered.indexed === 0);
    if (isWorthIt && this.#whole.admit(all, bytes) && (await canFollow(all, covered))) return all;
    return (await canFollow(waiting, covered)) ? waiting : undefined;
  }

  /**
   * The vectors of a table. Undefined where there is no room for them, and at the first time where there is no file of their
   * codes, for a process that searches once would read them all for nothing.
   */
  async vectorsOf(knowledge: KnowledgeTable): Promise<ResidentVectors | undefined> {
    const { vectors, lists, searches } = this.#of(knowledge);
    searches.vectors += 1;
    await this.#followTerms(knowledge); // Vectors of rows that are in memory need not be read.
    if (searches.vectors === 1 && !existsSync(codePath(knowledge.folder))) return undefined;
    const rows = vectors.bytes > 0 ? (await lists.read()).ids.length : await (await knowledge.open()).countRows();
    return this.#vectors.admit(vectors, rows * rowBytes(knowledge.dimensions)) ? vectors : undefined;
  }

  /**
   * Follows a change of a table of which something is kept, so that the next search need not, or finds it well begun. What
   * goes wrong is for that search to tell.
   */
  async keepUp(knowledge: KnowledgeTable): Promise<void> {
    const table = this.#of(knowledge);
    table.isBehind = true;
    table.following ??= this.#follow(knowledge, table)
      .catch(() => undefined)
      .finally(() => {
        table.following = undefined;
      });
    await table.following;
  }

  async #follow(knowledge: KnowledgeTable, table: TableResidents): Promise<void> {
    while (table.isBehind) {
      table.isBehind = false;
      await this.#followTerms(knowledge);
      if (table.vectors.bytes > 0) await table.vectors.follow();
    }
  }

  /** Brings the terms that are kept of a table to its newest version; what is wrong with its index is for searches for words to tell. */
  async #followTerms(knowledge: KnowledgeTable): Promise<void> {
    if (this.#of(knowledge).searches.words < 2) return;
    const covered = await keywordCoverage(knowledge).catch(() => undefined);
    if (covered !== undefined) await this.termsOf(knowledge, covered);
  }

  /** The documents of a table by their names; undefined where LanceDB has to look at them, and at what {@link termsOf} gives. */
  async namesOf(knowledge: KnowledgeTable, covered: KeywordCoverage): Promise<ResidentTerms | undefined> {
    const { documents, searches } = this.#of(knowledge);
    return searches.words > 1 && (await canFollow(documents, covered)) ? documents : undefined;
  }

  /** The rows with these numbers, in their order; those that are gone are left out. */
  async rows(
    knowledge: KnowledgeTable,
    ids: readonly RowId[],
  ): Promise<{ readonly id: RowId; readonly row: UnscoredCandidate }[]> {
    const { all } = this.#of(knowledge);
    return this.#cache.rows(knowledge, ids, (id) => all.row(id));
  }

  #of(knowledge: KnowledgeTable): TableResidents {
    const known = this.#tables.get(knowledge);
    if (known !== undefined) return known;
    const lists = new RowLists(knowledge);
    const parts = { knowledge, lists, background: this.background };
    const all = new ResidentTerms(parts, 'all');
    const table: TableResidents = {
      lists,
      all,
      waiting: new ResidentTerms(parts, 'waiting'),
      documents: new ResidentTerms(parts, 'documents'),
      vectors: new ResidentVectors(parts, all),
      searches: { words: 0, vectors: 0 },
      isBehind: false,
      following: undefined,
    };
    this.#tables.set(knowledge, table);
    return table;
  }
}

/** Whether rows can be kept up to a version; where they cannot be read, the engine says what is wrong. */
async function canFollow(terms: ResidentTerms, covered: KeywordCoverage): Promise<boolean> {
  return terms.follow(covered).catch(() => false);
}
