import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { KeywordCoverage } from '../keyword-coverage.js';
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
}

/**
 * What a store keeps of its tables in memory, within bounds: the vectors of those that are searched; which rows they have;
 * the terms of small ones, and of rows that wait for the keyword index; and rows that were read.
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
    if (searches.vectors === 1 && !existsSync(codePath(knowledge.folder))) return undefined;
    const rows = vectors.bytes > 0 ? (await lists.read()).ids.length : await (await knowledge.open()).countRows();
    return this.#vectors.admit(vectors, rows * rowBytes(knowledge.dimensions)) ? vectors : undefined;
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
    const kept = ids.map((id) => all.row(id));
    const missing = ids.filter((_, at) => kept[at] === undefined);
    const read = missing.length === 0 ? [] : await this.#cache.rows(knowledge, missing);
    const found = new Map(read.map(({ id, row }) => [id, row]));
    return ids.flatMap((id, at) => {
      const row = kept[at] ?? found.get(id);
      return row === undefined ? [] : [{ id, row }];
    });
  }

  #of(knowledge: KnowledgeTable): TableResidents {
    const known = this.#tables.get(knowledge);
    if (known !== undefined) return known;
    const lists = new RowLists(knowledge);
    const parts = { knowledge, lists, background: this.background };
    const table = {
      lists,
      all: new ResidentTerms(parts, 'all'),
      waiting: new ResidentTerms(parts, 'waiting'),
      documents: new ResidentTerms(parts, 'documents'),
      vectors: new ResidentVectors(parts),
      searches: { words: 0, vectors: 0 },
    };
    this.#tables.set(knowledge, table);
    return table;
  }
}

/** Whether rows can be kept up to a version; where they cannot be read, the engine says what is wrong. */
async function canFollow(terms: ResidentTerms, covered: KeywordCoverage): Promise<boolean> {
  return terms.follow(covered).catch(() => false);
}
