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

/** Vectors of a table that has not been searched for so long give way to others. */
const IDLE_MS = 10 * 60_000;

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
  readonly tail: KeywordTail;
  vectors: ResidentVectors | undefined;
  /** Whether its vectors were asked for before. */
  isAsked: boolean;
  /** When they were used last, in milliseconds of the process. */
  usedMs: number;
}

/**
 * What a store keeps of its tables in memory: the vectors of those that are searched, within a bound; which rows they have;
 * rows that wait for the keyword index; and rows that were read.
 */
export class Residents {
  readonly rows = new RowCache();
  readonly #bytes: number;
  readonly #tables = new WeakMap<KnowledgeTable, TableResidents>();
  /** Tables whose vectors are kept, the least recently used first; those of a table that is gone go with it. */
  #used: WeakRef<TableResidents>[] = [];

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
   * nothing, and where there is no room for them.
   */
  async vectorsOf(knowledge: KnowledgeTable): Promise<ResidentVectors | undefined> {
    const table = this.#of(knowledge);
    const isFirst = !table.isAsked;
    table.isAsked = true;
    if (isFirst) return undefined;
    const bytes = (await rowCount(knowledge, table)) * rowBytes(knowledge.dimensions);
    this.#used = this.#used.filter((other) => other.deref() !== undefined && other.deref() !== table);
    if (!this.#hasRoom(bytes)) {
      table.vectors = undefined;
      return undefined;
    }
    table.usedMs = performance.now();
    table.vectors ??= new ResidentVectors(knowledge, table.lists);
    this.#used.push(new WeakRef(table));
    return table.vectors;
  }

  #of(knowledge: KnowledgeTable): TableResidents {
    const known = this.#tables.get(knowledge);
    if (known !== undefined) return known;
    const lists = new RowLists(knowledge);
    const table = { lists, tail: new KeywordTail(knowledge, lists), vectors: undefined, isAsked: false, usedMs: 0 };
    this.#tables.set(knowledge, table);
    return table;
  }

  /**
   * Whether so many bytes more are within the bound, once tables that have long not been searched have given way. Others
   * stay: where all are searched in turn and do not fit together, each would drive out the next.
   */
  #hasRoom(more: number): boolean {
    let bytes = more;
    for (const table of this.#used.flatMap((used) => used.deref() ?? []).reverse()) {
      bytes += table.vectors?.bytes ?? 0;
      if (bytes > this.#bytes && performance.now() - table.usedMs > IDLE_MS) {
        bytes -= table.vectors?.bytes ?? 0;
        table.vectors = undefined;
      }
    }
    return bytes <= this.#bytes;
  }
}

/** Where vectors are kept, the list of rows is at hand. */
async function rowCount(knowledge: KnowledgeTable, { lists, vectors }: TableResidents): Promise<number> {
  return vectors === undefined ? (await knowledge.open()).countRows() : (await lists.read()).ids.length;
}
