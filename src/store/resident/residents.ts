import { totalmem } from 'node:os';
import type { KeywordCoverage } from '../keyword-coverage.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import { ResidentTerms, TERMS_BYTES } from './resident-terms.js';
import { ResidentVectors } from './resident-vectors.js';
import { Room } from './room.js';
import { RowCache } from './row-cache.js';
import { RowLists } from './row-lists.js';

/** Longest vectors whose codes can be summed in 32 bits. */
const MOST_DIMENSIONS = 4_096;
/** What a vector takes beside its codes. */
const BESIDE_BYTES = 24;

/** Share of the memory for vectors that terms may take besides, and rows. */
const BESIDE_SHARE = 0.25;

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
  /** Up to which version rows were read ahead. */
  aheadVersion: number;
}

/**
 * What a store keeps of its tables in memory, within bounds: the vectors of those that are searched; which rows they have;
 * the terms of small ones, and of rows that wait for the keyword index; and rows that were read.
 */
export class Residents {
  readonly rows: RowCache;
  readonly #tables = new WeakMap<KnowledgeTable, TableResidents>();
  readonly #vectors: Room;
  readonly #terms: Room;

  constructor(bytes: number) {
    this.rows = new RowCache(bytes * BESIDE_SHARE);
    this.#vectors = new Room(bytes);
    this.#terms = new Room(bytes * BESIDE_SHARE);
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
    const bytes = (covered.indexed + covered.unindexed) * TERMS_BYTES;
    // Where no index covers anything, the engine reads all rows too, and by its numbers words of most rows count for nothing.
    const isWorthIt = covered.isReadable && (searches.words > 1 || covered.indexed === 0);
    if (isWorthIt && this.#terms.admit(all, bytes) && (await canFollow(all, covered))) {
      this.#readAhead(knowledge, covered.version);
      return all;
    }
    return (await canFollow(waiting, covered)) ? waiting : undefined;
  }

  /**
   * The vectors of a table. Undefined at the first time, for a process that searches once would read them all for
   * nothing, and where there is no room for them.
   */
  async vectorsOf(knowledge: KnowledgeTable): Promise<ResidentVectors | undefined> {
    const { vectors, lists, searches } = this.#of(knowledge);
    searches.vectors += 1;
    if (searches.vectors === 1) return undefined;
    const rows = vectors.bytes > 0 ? (await lists.read()).ids.length : await (await knowledge.open()).countRows();
    return this.#vectors.admit(vectors, rows * rowBytes(knowledge.dimensions)) ? vectors : undefined;
  }

  /** The documents of a table by their names; undefined where LanceDB has to look at them, and at what {@link termsOf} gives. */
  async namesOf(knowledge: KnowledgeTable, covered: KeywordCoverage): Promise<ResidentTerms | undefined> {
    const { documents, searches } = this.#of(knowledge);
    return searches.words > 1 && (await canFollow(documents, covered)) ? documents : undefined;
  }

  /** Reads the chunks of a small table before they are found, once a version. */
  #readAhead(knowledge: KnowledgeTable, version: number): void {
    const table = this.#of(knowledge);
    if (table.aheadVersion === version) return;
    table.aheadVersion = version;
    void this.rows.fill(knowledge, table.all.chunkRows);
  }

  #of(knowledge: KnowledgeTable): TableResidents {
    const known = this.#tables.get(knowledge);
    if (known !== undefined) return known;
    const lists = new RowLists(knowledge);
    const table = {
      lists,
      all: new ResidentTerms(knowledge, lists, 'all'),
      waiting: new ResidentTerms(knowledge, lists, 'waiting'),
      documents: new ResidentTerms(knowledge, lists, 'documents'),
      vectors: new ResidentVectors(knowledge, lists),
      searches: { words: 0, vectors: 0 },
      aheadVersion: -1,
    };
    this.#tables.set(knowledge, table);
    return table;
  }
}

/** Whether rows can be kept up to a version; where they cannot be read, the engine says what is wrong. */
async function canFollow(terms: ResidentTerms, covered: KeywordCoverage): Promise<boolean> {
  return terms.follow(covered).catch(() => false);
}
