import type { Table } from '@lancedb/lancedb';
import { z } from 'zod';
import { ResultRows } from './columns.js';
import type { Engine } from './engine.js';
import { coverage, indexName, VECTOR_COLUMN } from './indexes.js';
import { atLeast } from './sql.js';

/** What is remembered of a collection's vector index, made when it was built. */
export const VECTOR_INDEX_STATE = z.object({
  /** Version of the table that it was measured on. On any other one the index is not used, see {@link isUsable}. */
  version: z.number(),
  /** Chunks in the table then. */
  chunks: z.number(),
  /** How many times the wanted number of candidates are compared exactly; 0 when no setting was good enough. */
  refine: z.number(),
  /** Mean recall@10 against exact search over sampled stored vectors. */
  recall: z.number(),
});

/** See {@link VECTOR_INDEX_STATE}. */
export type VectorIndexState = z.infer<typeof VECTOR_INDEX_STATE>;

/** When an approximate index pays, and how good it must be. */
export interface VectorPolicy {
  /** Up to this many chunks the search stays exact. Default 10,000: 20 ms on two cores. */
  readonly exactChunks: number;
  /** Recall@10 that an index must exceed to be used. Default .99. */
  readonly minRecall: number;
}

/** The policy unless a test says otherwise. */
export const DEFAULT_VECTOR_POLICY: VectorPolicy = { exactChunks: 10_000, minRecall: 0.99 };

/** Name of the index in statistics. */
export const VECTOR_INDEX_NAME = 'ivf_rq';

const REFINEMENTS = [5, 10, 20, 40] as const;
/** Neighbours compared when measuring, and the longer list that hybrid search asks for. */
const SHORT = 10;
const LONG = 50;
/** Distances closer than this are ties: either neighbour is right. */
const TIE = 1e-6;

/**
 * Whether the index answers as it was measured. As soon as one row is deleted or waits to be indexed, the index of
 * Lance 7 compares the wrong codes and finds about half of the neighbours, and so it does under a pre-filter and after
 * compaction (docs/decisions/0001-lancedb-version.md). So it serves only the very version it was measured on.
 */
export function isUsable(state: VectorIndexState | undefined, version: number): state is VectorIndexState {
  return state !== undefined && state.refine > 0 && state.version === version;
}

/** Refinement for a query: short lists need relatively more candidates. */
export function refineFactor(state: VectorIndexState, limit: number): number {
  return state.refine * (limit < LONG ? 2 : 1);
}

/** Drops the vector index, so that folding need not carry it along: it is built anew afterwards. */
export async function dropVectorIndex(table: Table): Promise<void> {
  if ((await coverage(table, VECTOR_COLUMN)) !== undefined) await table.dropIndex(indexName(VECTOR_COLUMN));
}

/**
 * Builds the vector index of a compacted table anew where its size asks for one. Resolves to its state, or to null
 * where search stays exact. Nothing may be committed to the table afterwards.
 */
export async function buildVectorIndex(
  engine: Engine,
  table: Table,
  context: { readonly chunks: number; readonly policy: VectorPolicy },
): Promise<VectorIndexState | null> {
  const { chunks, policy } = context;
  if (chunks <= policy.exactChunks) {
    await dropVectorIndex(table);
    return null;
  }
  await table.createIndex(VECTOR_COLUMN, {
    config: engine.lance.Index.ivfRq({ distanceType: 'cosine' }),
    replace: true,
  });
  const measured = await measure(table, chunks, policy.minRecall);
  // An index that is not good enough would only cost time and space.
  if (measured.refine === 0) await dropVectorIndex(table);
  return { ...measured, chunks, version: await table.version() };
}

/** Finds the smallest refinement whose recall, over short and long lists, exceeds the wanted one. */
async function measure(table: Table, chunks: number, minRecall: number): Promise<{ refine: number; recall: number }> {
  const queries = await sampleVectors(table, chunks);
  const exact: Float64Array[] = [];
  for (const query of queries) exact.push(await distances(table, query, { limit: LONG + 1, refine: 0 }));
  let best = 0;
  for (const refine of REFINEMENTS) {
    const short = await recall(table, queries, exact, { limit: SHORT, refine: refine * 2 });
    const long = await recall(table, queries, exact, { limit: LONG, refine });
    if (Math.min(short, long) > minRecall) return { refine, recall: short };
    best = Math.max(best, short);
  }
  return { refine: 0, recall: best };
}

async function recall(
  table: Table,
  queries: readonly Float32Array[],
  exact: readonly Float64Array[],
  options: { readonly limit: number; readonly refine: number },
): Promise<number> {
  let sum = 0;
  for (const [index, query] of queries.entries()) {
    const truth = exact[index];
    if (truth === undefined) continue;
    // The sampled vector finds itself; only its neighbours tell anything. One more than the limit is asked for.
    const wanted = Math.min(options.limit, truth.length - 1);
    const worst = (truth[wanted] ?? 0) + TIE;
    const found = await distances(table, query, { limit: options.limit + 1, refine: options.refine });
    const right = found.slice(1, wanted + 1).filter((distance) => distance <= worst).length;
    sum += wanted === 0 ? 1 : right / wanted;
  }
  return queries.length === 0 ? 1 : sum / queries.length;
}

/** Distances of the nearest chunks, nearest first; exact when `refine` is 0. */
async function distances(
  table: Table,
  query: Float32Array,
  options: { readonly limit: number; readonly refine: number },
): Promise<Float64Array> {
  const nearest = table
    .query()
    .nearestTo(query)
    .distanceType('cosine')
    .select(['key', '_distance'])
    .limit(options.limit);
  const rows = new ResultRows(
    await (options.refine === 0 ? nearest.bypassVectorIndex() : nearest.refineFactor(options.refine)).toArrow(),
  );
  return Float64Array.from({ length: rows.length }, (_, row) => rows.number('_distance', row)).sort();
}

/** Stored vectors at even distances through the table: fewer where exact search is slow. */
async function sampleVectors(table: Table, chunks: number): Promise<Float32Array[]> {
  const count = Math.max(24, Math.min(48, Math.round(2_500_000 / chunks)));
  const step = Math.max(1, Math.floor(chunks / count));
  const vectors: Float32Array[] = [];
  for (let offset = 0; offset < chunks && vectors.length < count; offset += step) {
    const result = await table
      .query()
      .where(atLeast('ordinal', 0))
      .select(['vector'])
      .offset(offset)
      .limit(1)
      .toArrow();
    const vector = new ResultRows(result).vector('vector', 0);
    if (vector?.some((number) => number !== 0)) vectors.push(vector);
  }
  return vectors;
}
