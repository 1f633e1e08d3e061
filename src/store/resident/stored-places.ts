import { setImmediate as nextTurn } from 'node:timers/promises';
import { ResultRows } from '../columns.js';
import { IS_DOCUMENT, type KnowledgeTable } from '../knowledge-table.js';
import { BATCH_ROWS, type RowId, rowIdsOf } from './row-ids.js';

/** Where a chunk's row stands in a version of a table. */
export interface StoredPlace {
  readonly id: RowId;
  readonly documentId: string;
  readonly ordinal: number;
  /** Its document's head as it is stored, which every edition of a document has of its own. */
  readonly head: string;
}

/** Where the rows of a table's chunks stand, without what they hold; empty where the table changes meanwhile. */
export async function* readPlaces(knowledge: KnowledgeTable, version: number): AsyncGenerator<StoredPlace> {
  const table = await knowledge.open();
  const documents = new ResultRows(await table.query().where(IS_DOCUMENT).select(['document_id', 'head']).toArrow());
  const heads = new Map<string, string>();
  for (let at = 0; at < documents.length; at++)
    heads.set(documents.text('document_id', at), documents.text('head', at));
  const query = table.query().select(['document_id', 'ordinal']).withRowId();
  const result = await query.toArrow({ maxBatchLength: BATCH_ROWS });
  if ((await knowledge.version()) !== version) return;
  const [ids, rows] = [rowIdsOf(result), new ResultRows(result)];
  for (const [at, id] of ids.entries()) {
    if (at % BATCH_ROWS === 0) await nextTurn();
    const documentId = rows.text('document_id', at);
    yield { id, documentId, ordinal: rows.number('ordinal', at), head: heads.get(documentId) ?? '' };
  }
}
