import { ResultRows } from '../columns.js';
import { read } from '../commit.js';
import type { Engine } from '../engine.js';
import { DOCUMENT_ORDINAL, KNOWLEDGE_COLUMNS, type KnowledgeRow } from '../knowledge-rows.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import { isSoundRow, VERIFIED_COLUMNS } from './verify-row.js';

/** What reading every row of a collection tells. */
export interface TableVerdict {
  readonly documents: number;
  readonly chunks: number;
  /** Documents that are not whole, or not what was written. */
  readonly damaged: readonly string[];
  /** Number of documents of each source. */
  readonly sources: ReadonlyMap<string, number>;
}

interface Tally {
  heads: number;
  missing: number;
  isSound: boolean;
}

/** Reads every row of a collection and compares it with its hashes. @throws QuarryError STORE_BROKEN */
export async function verifyTable(engine: Engine, knowledge: KnowledgeTable): Promise<TableVerdict> {
  const table = await knowledge.open();
  const tallies = new Map<string, Tally>();
  const sources = new Map<string, number>();
  let chunks = 0;
  await read(async () => {
    for await (const batch of table.query().select([...VERIFIED_COLUMNS])) {
      const rows = new ResultRows(new engine.arrow.Table([batch]));
      for (let row = 0; row < rows.length; row++) {
        const cells = verifiedCells(rows, row);
        const id = cells.document_id ?? '';
        const tally = tallies.get(id) ?? { heads: 0, missing: 0, isSound: true };
        const isHead = cells.ordinal === DOCUMENT_ORDINAL;
        tally.heads += isHead ? 1 : 0;
        tally.missing += isHead ? (cells.chunk_count ?? 0) : -1;
        tally.isSound &&= isSoundRow(cells);
        tallies.set(id, tally);
        if (isHead) sources.set(cells.source_id ?? '', (sources.get(cells.source_id ?? '') ?? 0) + 1);
        else chunks += 1;
      }
    }
  });
  const isWhole = ({ heads, missing, isSound }: Tally): boolean => heads === 1 && missing === 0 && isSound;
  const damaged = [...tallies].filter(([, tally]) => !isWhole(tally)).map(([id]) => id);
  return { documents: tallies.size, chunks, damaged: damaged.sort(), sources };
}

function verifiedCells(rows: ResultRows, row: number): Partial<KnowledgeRow> {
  return Object.fromEntries(VERIFIED_COLUMNS.map((name) => [name, rows.cell(name, row, KNOWLEDGE_COLUMNS[name])]));
}
