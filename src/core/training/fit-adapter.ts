import { solveCholesky } from './cholesky.js';
import type { QueryAdapter } from './query-adapter.js';

/** How a map on query vectors is fitted. */
export interface AdapterRecipe {
  readonly form: QueryAdapter['form'];
  /** How strongly the map is drawn towards changing nothing; 1 weighs as much as one query. */
  readonly ridge: number;
}

/** What a map is fitted to: a query's vector, where its answers are, and where what came near and does not answer is. */
export interface AdapterExample {
  readonly query: Float32Array;
  /** Mean of the vectors of what answers. */
  readonly answer: Float32Array;
  /** Mean of the vectors of what came near and does not answer; the query's own where nothing did. */
  readonly other: Float32Array;
}

/** Most directions that a low-rank map keeps. */
const MOST_RANK = 128;
const ITERATIONS = 4;

/**
 * Fits a map in closed form: ridge regression (Hoerl and Kennard, Technometrics 12, 1970) of the way from what came near to
 * what answers on the query's vector, so that a query moves towards its answers and away from what is in their place. The
 * system is solved in the smaller of queries and dimensions. A low-rank map keeps the widest directions of the solution
 * (subspace iteration, Golub and Van Loan 8.2.4, begun at the widest rows, so that nothing is drawn at random).
 */
export function fitAdapter(examples: readonly AdapterExample[], recipe: AdapterRecipe): QueryAdapter {
  const dimensions = examples[0]?.query.length ?? 0;
  if (recipe.form === 'diagonal') return fitDiagonal(examples, recipe, dimensions);
  const whole =
    examples.length <= dimensions ? solveByQueries(examples, recipe) : solveByDimensions(examples, recipe, dimensions);
  return whole.rank <= MOST_RANK ? toAdapter(whole, dimensions) : truncate(whole, dimensions);
}

/** The map that goes further along what was fitted, or less far; 0 changes nothing. */
export function withStrength(adapter: QueryAdapter, strength: number): QueryAdapter {
  const times = (numbers: Float32Array): Float32Array => numbers.map((value) => value * strength);
  return adapter.form === 'diagonal'
    ? { ...adapter, into: times(adapter.into) }
    : { ...adapter, back: times(adapter.back) };
}

/** A map as a sum of `rank` pairs of directions. */
interface Factors {
  readonly rank: number;
  readonly into: Float64Array;
  readonly back: Float64Array;
}

function fitDiagonal(examples: readonly AdapterExample[], { ridge }: AdapterRecipe, dimensions: number): QueryAdapter {
  const into = new Float32Array(dimensions);
  for (let d = 0; d < dimensions; d++) {
    let along = 0;
    let squares = ridge / dimensions;
    for (const { query, answer, other } of examples) {
      along += (query[d] ?? 0) * ((answer[d] ?? 0) - (other[d] ?? 0));
      squares += (query[d] ?? 0) ** 2;
    }
    into[d] = along / squares;
  }
  return { form: 'diagonal', dimensions, rank: 1, into, back: new Float32Array(0) };
}

/** One pair of directions per query: `into = (Q Q^T + ridge)^-1 Q`, `back` the ways. */
function solveByQueries(examples: readonly AdapterExample[], { ridge }: AdapterRecipe): Factors {
  const size = examples.length;
  const dimensions = examples[0]?.query.length ?? 0;
  const gram = new Float64Array(size * size);
  const into = new Float64Array(size * dimensions);
  const back = new Float64Array(size * dimensions);
  examples.forEach(({ query, answer, other }, i) => {
    for (let j = 0; j <= i; j++) {
      const shared = dotOf(query, examples[j]?.query ?? query) + (i === j ? ridge : 0);
      gram[i * size + j] = shared;
      gram[j * size + i] = shared;
    }
    for (let d = 0; d < dimensions; d++) {
      into[i * dimensions + d] = query[d] ?? 0;
      back[i * dimensions + d] = (answer[d] ?? 0) - (other[d] ?? 0);
    }
  });
  solveCholesky(gram, into, size);
  return { rank: size, into, back };
}

/** One pair of directions per dimension: `into = (Q^T Q + ridge)^-1`, `back = Q^T` times the ways. */
function solveByDimensions(examples: readonly AdapterExample[], { ridge }: AdapterRecipe, dimensions: number): Factors {
  const normal = new Float64Array(dimensions * dimensions);
  const into = new Float64Array(dimensions * dimensions);
  const back = new Float64Array(dimensions * dimensions);
  for (const { query, answer, other } of examples) {
    for (let a = 0; a < dimensions; a++) {
      const own = query[a] ?? 0;
      for (let b = 0; b < dimensions; b++) {
        normal[a * dimensions + b] = (normal[a * dimensions + b] ?? 0) + own * (query[b] ?? 0);
        back[a * dimensions + b] = (back[a * dimensions + b] ?? 0) + own * ((answer[b] ?? 0) - (other[b] ?? 0));
      }
    }
  }
  for (let d = 0; d < dimensions; d++) {
    normal[d * dimensions + d] = (normal[d * dimensions + d] ?? 0) + ridge;
    into[d * dimensions + d] = 1;
  }
  solveCholesky(normal, into, dimensions);
  return { rank: dimensions, into, back };
}

/** The map along its {@link MOST_RANK} widest directions: `map X X^T`, X the directions of queries that it moves most. */
function truncate(whole: Factors, dimensions: number): QueryAdapter {
  const rank = Math.min(MOST_RANK, dimensions);
  let basis = widestRows(whole, dimensions, rank);
  orthonormalize(basis, dimensions);
  for (let step = 0; step < ITERATIONS; step++) {
    basis = multiply(multiply(basis, whole.into, { inner: whole.back, rows: whole.rank, dimensions }), whole.back, {
      inner: whole.into,
      rows: whole.rank,
      dimensions,
    });
    orthonormalize(basis, dimensions);
  }
  const back = multiply(basis, whole.into, { inner: whole.back, rows: whole.rank, dimensions });
  return toAdapter({ rank, into: basis, back }, dimensions);
}

function toAdapter({ rank, into, back }: Factors, dimensions: number): QueryAdapter {
  return { form: 'low-rank', dimensions, rank, into: Float32Array.from(into), back: Float32Array.from(back) };
}

function widestRows({ rank, into, back }: Factors, dimensions: number, wanted: number): Float64Array {
  const width = (of: Float64Array, row: number): number => {
    const values = of.subarray(row * dimensions, (row + 1) * dimensions);
    return dotOf(values, values);
  };
  const rows = Array.from({ length: rank }, (_, row) => ({ row, size: width(into, row) * width(back, row) }));
  rows.sort((a, b) => b.size - a.size || a.row - b.row);
  const basis = new Float64Array(wanted * dimensions);
  rows.slice(0, wanted).forEach(({ row }, at) => {
    basis.set(into.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
  });
  return basis;
}

/** Each row x of the basis becomes `sum over k of (looked_k x) * inner_k`. */
function multiply(
  basis: Float64Array,
  looked: Float64Array,
  { inner, rows, dimensions }: { inner: Float64Array; rows: number; dimensions: number },
): Float64Array {
  const product = new Float64Array(basis.length);
  for (let from = 0; from < basis.length; from += dimensions) {
    const row = basis.subarray(from, from + dimensions);
    for (let k = 0; k < rows; k++) {
      const weight = dotOf(looked.subarray(k * dimensions, (k + 1) * dimensions), row);
      for (let d = 0; d < dimensions; d++) {
        product[from + d] = (product[from + d] ?? 0) + weight * (inner[k * dimensions + d] ?? 0);
      }
    }
  }
  return product;
}

/** Modified Gram-Schmidt; a row that adds nothing becomes 0. */
function orthonormalize(basis: Float64Array, dimensions: number): void {
  for (let from = 0; from < basis.length; from += dimensions) {
    const row = basis.subarray(from, from + dimensions);
    const size = Math.sqrt(dotOf(row, row));
    for (let before = 0; before < from; before += dimensions) {
      const other = basis.subarray(before, before + dimensions);
      const shared = dotOf(row, other);
      for (let d = 0; d < dimensions; d++) row[d] = (row[d] ?? 0) - shared * (other[d] ?? 0);
    }
    const left = Math.sqrt(dotOf(row, row));
    const isNew = left > size * 1e-9;
    for (let d = 0; d < dimensions; d++) row[d] = isNew ? (row[d] ?? 0) / left : 0;
  }
}

function dotOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
