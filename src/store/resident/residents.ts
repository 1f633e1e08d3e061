import { totalmem } from 'node:os';
import type { KeywordCoverage } from '../keyword-coverage.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import { KeywordTail } from './keyword-tail.js';
import { ResidentVectors } from './resident-vectors.js';
import { RowCache } from './row-cache.js';
import { RowLists } from './row-lists.js';

/** Longest vectors whose codes can be summed in 32 bits. */
const MOST_DIMENSIONS = 4_096;
/** What a vector takes beside its codes. */
const BESIDE_BYTES = 24;

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
  return dimensions > MOST_DIMENSIONS ? 0 : Math.floor(bytes / (dimensions + BESIDE_BYTES));
}

/** What is kept of one table. */
interface TableResidents {
  readonly lists: RowLists;
  readonly tail: KeywordTail;
  vectors: ResidentVectors | undefined;
  /** Whether its vectors were asked for before. */
  isAsked: boolean;
}

/**
 * What a store keeps of its tables in memory: the vectors of those that are searched, within a bound; which rows they have;
 * rows that wait for the keyword index; and rows that were read.
 */
export class Residents {
  readonly rows = new RowCache();
  readonly #bytes: number;
  readonly #tables = new WeakMap<KnowledgeTable, TableResidents>();
  /** Tables whose vectors are kept, the least recently used first. */
  readonly #used = new Set<TableResidents>();

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Which rows a table has. */
  listsOf(knowledge: KnowledgeTable): RowLists {
    return this.#of(knowledge).lists;
  }

  /** The rows of a table that wait for its keyword index; undefined where LanceDB has to look at them. */
  async tailOf(knowledge: KnowledgeTable, covered: KeywordCoverage): Promise<KeywordTail | undefined> {
    const { tail } = this.#of(knowledge);
    return (await tail.follow(covered)) ? tail : undefined;
  }

  /**
   * The vectors of a table. Undefined at the first time, for a process that searches once would read them all for
   * nothing, and where the table is too large.
   */
  async vectorsOf(knowledge: KnowledgeTable): Promise<ResidentVectors | undefined> {
    const table = this.#of(knowledge);
    const isFirst = !table.isAsked;
    table.isAsked = true;
    this.#used.delete(table);
    if (isFirst || !(await this.#isAdmitted(knowledge, table))) {
      table.vectors = undefined;
      return undefined;
    }
    table.vectors ??= new ResidentVectors(knowledge, table.lists);
    this.#used.add(table);
    this.#makeRoom();
    return table.vectors;
  }

  #of(knowledge: KnowledgeTable): TableResidents {
    const known = this.#tables.get(knowledge);
    if (known !== undefined) return known;
    const lists = new RowLists(knowledge);
    const table = { lists, tail: new KeywordTail(knowledge, lists), vectors: undefined, isAsked: false };
    this.#tables.set(knowledge, table);
    return table;
  }

  async #isAdmitted(knowledge: KnowledgeTable, { lists, vectors }: TableResidents): Promise<boolean> {
    // Where they are kept, the list of rows is at hand.
    const rows = vectors === undefined ? await (await knowledge.open()).countRows() : (await lists.read()).ids.length;
    return rows <= residentRows(this.#bytes, knowledge.dimensions);
  }

  #makeRoom(): void {
    let bytes = [...this.#used].reduce((sum, { vectors }) => sum + (vectors?.bytes ?? 0), 0);
    for (const table of this.#used) {
      if (bytes <= this.#bytes || this.#used.size === 1) return;
      bytes -= table.vectors?.bytes ?? 0;
      table.vectors = undefined;
      this.#used.delete(table);
    }
  }
}
