/**
 * Turns the rows so that their first dimensions carry most: the axes become the principal axes of the tokens' vectors,
 * weighted by how often each token occurs, widest first. All dot products stay what they were, so the whole vector ranks as
 * before, while a prefix of it ranks far better than a prefix of arbitrary axes. Changes `table` in place.
 *
 * @param table `tokens x dimensions`, row-major.
 * @param tokenCounts occurrences of each token.
 */
export function turnToPrincipalAxes(table: Float32Array, dimensions: number, tokenCounts: Float64Array): void {
  const axes = symmetricEigenvectors(weightedCovariance(table, dimensions, tokenCounts), dimensions);
  const turned = new Float64Array(dimensions);
  for (let from = 0; from < table.length; from += dimensions) {
    for (let axis = 0; axis < dimensions; axis++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) sum += (table[from + d] ?? 0) * (axes[axis * dimensions + d] ?? 0);
      turned[axis] = sum;
    }
    table.set(turned, from);
  }
}

function weightedCovariance(table: Float32Array, dimensions: number, counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const mean = new Float64Array(dimensions);
  const moments = new Float64Array(dimensions * dimensions);
  counts.forEach((count, token) => {
    if (count === 0) return;
    const share = count / total;
    const row = table.subarray(token * dimensions, (token + 1) * dimensions);
    for (let i = 0; i < dimensions; i++) {
      const scaled = share * (row[i] ?? 0);
      mean[i] = (mean[i] ?? 0) + scaled;
      for (let j = i; j < dimensions; j++) {
        moments[i * dimensions + j] = (moments[i * dimensions + j] ?? 0) + scaled * (row[j] ?? 0);
      }
    }
  });
  for (let i = 0; i < dimensions; i++) {
    for (let j = i; j < dimensions; j++) {
      const covariance = (moments[i * dimensions + j] ?? 0) - (mean[i] ?? 0) * (mean[j] ?? 0);
      moments[i * dimensions + j] = covariance;
      moments[j * dimensions + i] = covariance;
    }
  }
  return moments;
}

const MAX_SWEEPS = 30;

/**
 * Eigenvectors of a symmetric matrix as rows, widest eigenvalue first, each with its largest entry positive: cyclic Jacobi
 * rotations (Golub and Van Loan, Matrix Computations, section 8.5). `matrix` is used up.
 */
export function symmetricEigenvectors(matrix: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const scale = matrix.reduce((sum, entry) => sum + entry * entry, 0);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let outside = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) outside += (matrix[p * size + q] ?? 0) ** 2;
    if (outside <= scale * 1e-20) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, { size, p, q });
  }
  const order = Array.from({ length: size }, (_, axis) => axis).sort(
    (a, b) => (matrix[b * size + b] ?? 0) - (matrix[a * size + a] ?? 0) || a - b,
  );
  return Float64Array.from(order.flatMap((axis) => withPositivePeak(vectors.subarray(axis * size, (axis + 1) * size))));
}

/** One rotation in the plane of axes p and q that makes the entry between them 0. */
function rotate(matrix: Float64Array, vectors: Float64Array, plane: { size: number; p: number; q: number }): void {
  const { size, p, q } = plane;
  const between = matrix[p * size + q] ?? 0;
  if (between === 0) return;
  const theta = ((matrix[q * size + q] ?? 0) - (matrix[p * size + p] ?? 0)) / (2 * between);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const turn = { cosine, sine: tangent * cosine };
  for (let k = 0; k < size; k++) turnPair(matrix, { a: k * size + p, b: k * size + q }, turn);
  for (let k = 0; k < size; k++) turnPair(matrix, { a: p * size + k, b: q * size + k }, turn);
  for (let k = 0; k < size; k++) turnPair(vectors, { a: p * size + k, b: q * size + k }, turn);
}

function turnPair(
  entries: Float64Array,
  { a, b }: { a: number; b: number },
  { cosine, sine }: { cosine: number; sine: number },
): void {
  const first = entries[a] ?? 0;
  const second = entries[b] ?? 0;
  entries[a] = cosine * first - sine * second;
  entries[b] = sine * first + cosine * second;
}

function withPositivePeak(vector: Float64Array): number[] {
  let peak = 0;
  for (const entry of vector) if (Math.abs(entry) > Math.abs(peak)) peak = entry;
  return Array.from(vector, (entry) => (peak < 0 ? -entry : entry));
}
