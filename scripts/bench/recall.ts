import type { Table } from '@lancedb/lancedb';
import type { KnowledgeStore } from '../../src/core/ports.js';
import { MADE_COLLECTION } from './made-documents.js';

/** Neighbours that are compared. */
const NEIGHBOURS = 10;
/** Distances closer than this are equal. */
const TIE = 1e-6;

/** Share of the true ten nearest, by LanceDB's exact search, that the vector leg finds. */
export async function recallOf(store: KnowledgeStore, table: Table, vectors: readonly Float32Array[]): Promise<number> {
  let found = 0;
  let wanted = 0;
  for (const vector of vectors) {
    const exact = table.query().nearestTo(vector).distanceType('cosine').bypassVectorIndex().limit(NEIGHBOURS);
    const distances = (await exact.select(['_distance']).toArray()).map((row: { _distance: number }) => row._distance);
    // Of equal distances any is right.
    const worst = 1 - Math.max(...distances) - TIE;
    const hits = await store.searchVector(MADE_COLLECTION, vector, NEIGHBOURS, {});
    found += hits.filter(({ similarity }) => (similarity ?? -1) >= worst).length;
    wanted += distances.length;
  }
  return found / wanted;
}
