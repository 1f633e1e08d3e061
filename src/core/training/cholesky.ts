/**
 * Solves `matrix * x = right` for every column of `right` by Cholesky's factors (Golub and Van Loan, "Matrix Computations",
 * 4.2). The matrix must be symmetric and positive definite.
 *
 * @param matrix `size x size`, row-major; used up.
 * @param right `size x columns`, row-major; becomes the solution.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array, size: number): void {
  factor(matrix, size);
  const columns = right.length / size;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtractRow(right, { to: i, from: k, factor: matrix[i * size + k] ?? 0, columns });
    divideRow(right, { row: i, by: matrix[i * size + i] ?? 1, columns });
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) {
      subtractRow(right, { to: i, from: k, factor: matrix[k * size + i] ?? 0, columns });
    }
    divideRow(right, { row: i, by: matrix[i * size + i] ?? 1, columns });
  }
}

/** The lower triangle becomes the factor. */
function factor(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (matrix[i * size + k] ?? 0) * (matrix[j * size + k] ?? 0);
      // Rounding may leave a diagonal of nearly 0 a little below it.
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (matrix[j * size + j] ?? 1);
    }
  }
}

function subtractRow(
  rows: Float64Array,
  { to, from, factor: by, columns }: { to: number; from: number; factor: number; columns: number },
): void {
  if (by === 0) return;
  for (let c = 0; c < columns; c++) {
    rows[to * columns + c] = (rows[to * columns + c] ?? 0) - by * (rows[from * columns + c] ?? 0);
  }
}

function divideRow(rows: Float64Array, { row, by, columns }: { row: number; by: number; columns: number }): void {
  for (let c = 0; c < columns; c++) rows[row * columns + c] = (rows[row * columns + c] ?? 0) / by;
}
