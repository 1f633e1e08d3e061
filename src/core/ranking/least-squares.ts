/** What {@link solveLeastSquares} found. */
export interface LeastSquares {
  readonly solution: readonly number[];
  /** Diagonal of the inverse of the normal matrix: the variance of each unknown for errors of variance 1. */
  readonly variances: readonly number[];
  /** Sum of the squared errors. */
  readonly squares: number;
}

/** Keeps the normal matrix regular; unknowns that the equations do not tell apart come out with a huge variance. */
const RIDGE = 1e-12;

/** The unknowns that fit `matrix * unknowns = right` best, by the normal equations of its columns at length 1. */
export function solveLeastSquares(matrix: readonly (readonly number[])[], right: readonly number[]): LeastSquares {
  const norms = (matrix[0] ?? []).map((_, at) => Math.hypot(...matrix.map((row) => row[at] ?? 0)) || 1);
  const normal = normalEquations(matrix, right, norms);
  eliminate(normal);
  const size = norms.length;
  const solution = normal.map((cells, at) => (cells[2 * size] ?? 0) / (norms[at] ?? 1));
  const variances = normal.map((cells, at) => (cells[size + at] ?? 0) / (norms[at] ?? 1) ** 2);
  const squares = matrix.reduce((sum, row, i) => {
    const fitted = row.reduce((total, cell, at) => total + cell * (solution[at] ?? 0), 0);
    return sum + (fitted - (right[i] ?? 0)) ** 2;
  }, 0);
  return { solution, variances, squares };
}

/** For each unknown a row: the normal matrix, the unit matrix, the right side. */
function normalEquations(
  matrix: readonly (readonly number[])[],
  right: readonly number[],
  norms: readonly number[],
): Float64Array[] {
  const size = norms.length;
  const normal = norms.map(() => new Float64Array(2 * size + 1));
  for (const [i, raw] of matrix.entries()) {
    const row = raw.map((cell, at) => cell / (norms[at] ?? 1));
    for (const [a, cells] of normal.entries()) {
      const factor = row[a] ?? 0;
      if (factor === 0) continue;
      for (let b = 0; b < size; b++) cells[b] = (cells[b] ?? 0) + factor * (row[b] ?? 0);
      cells[2 * size] = (cells[2 * size] ?? 0) + factor * (right[i] ?? 0);
    }
  }
  for (const [at, cells] of normal.entries()) {
    cells[at] = (cells[at] ?? 0) + RIDGE;
    cells[size + at] = 1;
  }
  return normal;
}

/** Gauss-Jordan elimination in place; the left part is symmetric and positive, so that its diagonal serves as pivots. */
function eliminate(rows: readonly Float64Array[]): void {
  for (const [at, lead] of rows.entries()) {
    const divisor = lead[at] ?? 1;
    for (let j = 0; j < lead.length; j++) lead[j] = (lead[j] ?? 0) / divisor;
    for (const [i, row] of rows.entries()) {
      const factor = row[at] ?? 0;
      if (i === at || factor === 0) continue;
      for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) - factor * (lead[j] ?? 0);
    }
  }
}
