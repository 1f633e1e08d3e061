import type { Table } from '@lancedb/lancedb';
import { z } from 'zod';
import { ResultRows } from './columns.js';
import type { Engine } from './engine.js';
import { coverage, indexName, VECTOR_COLUMN } from './indexes.js';
import { defaultResidentBytes, residentRows } from './resident/residents.js';
import { atLeast } from './sql.js';

/** What is remembered of a collection's vector index, made when it was built. */
export const VECTOR_INDEX_STATE = z.object({
  /** What built it: an index of another version of the engine is built anew before it is used. */
  builder: z.literal('lance-8'),
  /** Chunks in the table when it was measured. */
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
  /** Bytes of memory for vectors (see resident/residents.ts): where those of a collection fit, search needs no index. */
  readonly residentBytes: number;
  /** Recall@10 that an index must exceed to be used. Default .99. */
  readonly minRecall: number;
  /** Rows of a table from which on a file of their codes is kept, see resident/keep-codes.ts. Default 20,000. */
  readonly fewestCoded?: number;
}

/** The policy unless a test says otherwise. */
export function defaultVectorPolicy(): VectorPolicy {
  return { residentBytes: defaultResidentBytes(), minRecall: 0.99 };
}

/** Name of the index in statistics. */
export const VECTOR_INDEX_NAME = 'ivf_rq';

const REFINEMENTS = [5, 10, 20, 40] as const;
/** Neighbours compared when measuring, and the longer list that hybrid search asks for. */
const SHORT = 10;
const LONG = 50;
/** Parts of an index above which it is built anew. */
const MAX_PARTS = 8;
/** Change of size from which on recall is measured again. */
const GROWTH = 1.5;
/** Distances closer than this are ties: either neighbour is right. */
const TIE = 1e-6;

/** Whether the index is good enough. What it does not cover yet is searched exactly beside it. */
export function isUsable(state: VectorIndexState | undefined): state is VectorIndexState {
  return state !== undefined && state.refine > 0;
}

/** Refinement for a query: short lists need relatively more candidates. */
export function refineFactor(state: VectorIndexState, limit: number): number {
  return state.refine * (limit < LONG ? 2 : 1);
}

/** Drops the vector index. */
export async function dropVectorIndex(table: Table): Promise<void> {
  if ((await coverage(table, VECTOR_COLUMN)) !== undefined) await table.dropIndex(indexName(VECTOR_COLUMN));
}

/** How many chunks there are, and from how many on an index pays. */
interface Size {
  readonly chunks: number;
  /** Chunks and documents. */
  readonly rows: number;
  /** Numbers of a vector. */
  readonly dimensions: number;
  readonly policy: VectorPolicy;
}

function needsIndex({ rows, dimensions, policy }: Size): boolean {
  return rows > residentRows(policy.residentBytes, dimensions);
}

/**
 * Whether the table's vector index, or that it has none, suits its size. Each merge of new rows adds a part, and each
 * part costs on every query; a collection that has grown has more neighbours to be told apart.
 */
export async function isVectorIndexFit(
  table: Table,
  state: VectorIndexState | undefined,
  size: Size,
): Promise<boolean> {
  const covered = await coverage(table, VECTOR_COLUMN);
  if (!needsIndex(size)) return state === undefined && covered === undefined;
  if (state === undefined || !isNear(size.chunks, state.chunks)) return false;
  if (state.refine === 0) return covered === undefined;
  return covered !== undefined && covered.segments <= MAX_PARTS;
}

/**
 * Builds the vector index of a table anew where its size asks for one. Resolves to its state, or to null where search
 * stays exact. Recall is measured when there is no `state` of about the same size: that takes longer than building.
 */
export async function buildVectorIndex(
  engine: Engine,
  table: Table,
  context: Size & { readonly state: VectorIndexState | undefined },
): Promise<VectorIndexState | null> {
  const { chunks, policy, state } = context;
  if (!needsIndex(context)) return null;
  const isKnown = state !== undefined && isNear(chunks, state.chunks);
  if (isKnown && state.refine === 0) return state;
  await table.createIndex(VECTOR_COLUMN, {
    config: engine.lance.Index.ivfRq({ distanceType: 'cosine' }),
    replace: true,
  });
  if (isKnown) return state;
  const measured = await measure(table, chunks, policy.minRecall);
  // An index that is not good enough would only cost time and space.
  if (measured.refine === 0) await dropVectorIndex(table);
  return { builder: 'lance-8', chunks, ...measured };
}

function isNear(chunks: number, measured: number): boolean {
  return chunks <= measured * GROWTH && chunks >= measured / GROWTH;
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
