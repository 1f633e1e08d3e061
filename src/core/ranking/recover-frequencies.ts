import { type LeastSquares, solveLeastSquares } from './least-squares.js';

/** Constants of BM25 as the engine has them (docs/decisions/0002-bm25.md). */
export const K1 = 1.2;
export const B = 0.75;
const MAX_STEPS = 30;
/** More terms make the equations slower to solve than to ask for. */
const MOST_TERMS = 40;
/** Part of a score by which single-precision rounding may move it. */
const ROUNDING = 1e-6;
/** A frequency is taken where its error, three standard deviations, is less than so many rows. */
const CERTAIN = 0.25;

/** A row that the engine scored. */
export interface ScoredRow {
  readonly score: number;
  /** How often each term of the query stands in the row. */
  readonly counts: readonly number[];
  /** Terms of the row. */
  readonly length: number;
}

/** What is known beforehand. */
export interface RecoveryParts {
  /** How often each term stands in the query. */
  readonly boosts: readonly number[];
  /** Rows of the index. */
  readonly total: number;
  /** `k1 b / mean length` of the rows, where an earlier query told it. */
  readonly pivot: number | undefined;
}

/** What the scores told. */
export interface Recovered {
  readonly pivot: number;
  /** In how many rows each term stands; undefined where the scores do not tell for certain. */
  readonly frequencies: readonly (number | undefined)[];
}

/**
 * Reads from the scores of a query's best rows how common its terms are. BM25 is a sum with one unknown for each term, its
 * weight, and each row is an equation; least squares solve them, and the frequency follows from the weight. It is a whole
 * number, so that what is taken is exact.
 * @returns undefined where the rows do not fit the formula, as rows beside an index do not
 */
export function recoverFrequencies(rows: readonly ScoredRow[], parts: RecoveryParts): Recovered | undefined {
  const terms = parts.boosts
    .map((_, term) => term)
    .filter((term) => rows.some(({ counts }) => (counts[term] ?? 0) > 0));
  if (terms.length === 0 || terms.length > MOST_TERMS || rows.length < 2 * terms.length + 2) return undefined;
  const equations = { rows, terms, boosts: parts.boosts };
  const pivot = parts.pivot ?? findPivot(equations);
  const found = solveAt(equations, pivot);
  const scale = Math.max(...rows.map(({ score }) => score)) * ROUNDING;
  const deviation = Math.sqrt(found.squares / (rows.length - terms.length));
  if (!(deviation < 10 * scale)) return undefined;
  const frequencies: (number | undefined)[] = parts.boosts.map(() => undefined);
  for (const [at, term] of terms.entries()) {
    const frequency = frequencyOf(found.solution[at] ?? 0, parts.total);
    const spread = 3 * Math.max(deviation, scale / 10) * Math.sqrt(found.variances[at] ?? 0) * (frequency + 0.5);
    const whole = Math.round(frequency);
    const isCertain = spread < CERTAIN && Math.abs(frequency - whole) < CERTAIN;
    if (isCertain && whole >= 1 && whole <= parts.total) frequencies[term] = whole;
  }
  return { pivot, frequencies };
}

interface Equations {
  readonly rows: readonly ScoredRow[];
  /** Places of the terms that occur. */
  readonly terms: readonly number[];
  readonly boosts: readonly number[];
}

function solveAt({ rows, terms, boosts }: Equations, pivot: number): LeastSquares {
  return solveLeastSquares(
    rows.map((row) => partsOf(row, { terms, boosts }, pivot)),
    rows.map(({ score }) => score),
  );
}

/**
 * What a term that stands `count` times in a row adds to its score for each unit of the term's weight.
 * @param relativeLength `k1 b` times the row's length over the mean of all rows
 */
export function saturate(count = 0, relativeLength = 0): number {
  return (count * (K1 + 1)) / (count + K1 * (1 - B) + relativeLength);
}

/** In how many of `total` rows a term of this weight stands, before rounding. */
export function frequencyOf(weight: number, total: number): number {
  return (total + 1) / Math.exp(weight) - 0.5;
}

/** The weight of a term that stands in `frequency` of `total` rows: {@link frequencyOf} the other way round. */
export function weightOf(frequency: number, total: number): number {
  return Math.log((total + 1) / (frequency + 0.5));
}

/** What each term adds to the score of a row for each unit of its weight. */
function partsOf({ counts, length }: ScoredRow, { terms, boosts }: Omit<Equations, 'rows'>, pivot: number): number[] {
  return terms.map((term) => (boosts[term] ?? 1) * saturate(counts[term], pivot * length));
}

/** The pivot that fits best, by Gauss and Newton's steps: what the scores would change with it is one more unknown. */
function findPivot({ rows, terms, boosts }: Equations): number {
  const scores = rows.map(({ score }) => score);
  let pivot =
    (K1 * B * rows.length) /
    Math.max(
      1,
      rows.reduce((sum, { length }) => sum + length, 0),
    );
  for (let step = 0; step < MAX_STEPS; step++) {
    const { solution } = solveAt({ rows, terms, boosts }, pivot);
    const matrix = rows.map((row) => {
      const { counts, length } = row;
      const parts = partsOf(row, { terms, boosts }, pivot);
      const slope = terms.reduce((sum, term, at) => {
        const below = (counts[term] ?? 0) + K1 * (1 - B) + pivot * length;
        return sum - ((solution[at] ?? 0) * (parts[at] ?? 0) * length) / below;
      }, 0);
      return [...parts, slope];
    });
    const move = solveLeastSquares(matrix, scores).solution.at(-1) ?? 0;
    pivot = Math.min(pivot * 3, Math.max(pivot / 3, pivot + move));
    if (Math.abs(move) < pivot * 1e-9) break;
  }
  return pivot;
}
