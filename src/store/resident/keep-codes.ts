import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { CodeMatrix } from '../../core/vectors/code-matrix.js';
import type { KnowledgeTable } from '../knowledge-table.js';
import type { VectorPolicy } from '../vector-index.js';
import { type CodedTable, codePath, readCodes, writeCodes } from './code-file.js';
import { readVectors } from './read-vectors.js';
import { residentRows } from './residents.js';
import { type RowId, readRowIds } from './row-ids.js';

/** The vectors of fewer rows are read as fast without a file. */
const FEWEST_ROWS = 20_000;
/** A file is written anew when it differs from the table by more rows than these, and than this share of them. */
const MOST_OTHERS = 500;
const OTHERS_SHARE = 0.01;

/**
 * Brings the file of a table's codes up to date, so that a process that searches need not read all vectors first. Must be
 * called by the only writer.
 * @param isDue whether the table was put in order; else only a file that is missing is made
 */
export async function keepCodes(
  knowledge: KnowledgeTable,
  { rows, policy, isDue }: { readonly rows: number; readonly policy: VectorPolicy; readonly isDue: boolean },
): Promise<void> {
  const path = codePath(knowledge.folder);
  const isKept =
    rows >= (policy.fewestCoded ?? FEWEST_ROWS) && rows <= residentRows(policy.residentBytes, knowledge.dimensions);
  if (!isKept) return rm(path, { force: true });
  if (!isDue && existsSync(path)) return;
  const ids = await readRowIds(await knowledge.open());
  const old = (await readCodes(path, knowledge.dimensions)) ?? nothing(knowledge.dimensions);
  const there = new Set(ids);
  const known = new Set([...old.ids, ...old.without]);
  const missing = ids.filter((id) => !known.has(id));
  const gone = known.size - (ids.length - missing.length);
  if (missing.length + gone <= Math.max(MOST_OTHERS, ids.length * OTHERS_SHARE)) return;
  const table = await together(knowledge, { old, there, missing });
  await writeCodes(path, knowledge.dimensions, table).catch(() => undefined); // Who finds no file reads the vectors.
}

function nothing(dimensions: number): CodedTable {
  return { ids: new Float64Array(0), without: new Float64Array(0), matrix: new CodeMatrix(dimensions) };
}

/** What is still there of the old, and the missing rows. */
async function together(
  knowledge: KnowledgeTable,
  parts: { readonly old: CodedTable; readonly there: ReadonlySet<RowId>; readonly missing: Float64Array },
): Promise<CodedTable> {
  const { old, there, missing } = parts;
  const matrix = new CodeMatrix(knowledge.dimensions);
  const without = [...old.without].filter((id) => there.has(id));
  const ids: RowId[] = [];
  for (const [row, id] of old.ids.entries()) {
    if (!there.has(id)) continue;
    matrix.pushFrom(old.matrix, row, there.size);
    ids.push(id);
  }
  for await (const [id, vector] of readVectors(knowledge, missing)) {
    if (vector === null) without.push(id);
    else {
      matrix.push(vector, there.size);
      ids.push(id);
    }
  }
  return { ids: Float64Array.from(ids), without: Float64Array.from(without), matrix };
}
