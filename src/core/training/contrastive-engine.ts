/** One batch for {@link ContrastiveEngine}: unit vectors, row-major. */
export interface ContrastiveBatch {
  /** `count x dimensions`: the queries. */
  readonly queries: Float32Array;
  /** `candidates x dimensions`: first the passage of each query in the same order, then further negatives. */
  readonly passages: Float32Array;
  readonly dimensions: number;
  /** Document number of each query. */
  readonly queryGroups: Int32Array;
  /** Document number of each passage; a passage of the query's own document (but not its pair) is no negative. */
  readonly passageGroups: Int32Array;
}

/** Loss and its gradients. */
export interface ContrastiveResult {
  /** Mean over queries of the symmetric InfoNCE loss, in nats. */
  readonly loss: number;
  /** d loss / d queries, `count x dimensions`. */
  readonly queryGradients: Float32Array;
  /** d loss / d passages, `candidates x dimensions`. */
  readonly passageGradients: Float32Array;
}

/**
 * Computes the symmetric InfoNCE loss of a batch (van den Oord et al., 2018; both directions as in Radford et al., 2021):
 * `loss = mean_i (log sum_j exp(s_ij / t) + log sum_j exp(s_ji / t)) / 2 - s_ii / t` with `s_ij` the dot product of query i and
 * passage j, where j runs over the pair and all passages of other documents; further negatives count in the first
 * direction alone.
 */
export interface ContrastiveEngine {
  contrast(batch: ContrastiveBatch, temperature: number): Promise<ContrastiveResult>;
}

/** The plain reference: loops over typed arrays. Correct everywhere, slow for large batches. */
export const plainEngine: ContrastiveEngine = {
  contrast: async (batch, temperature) => {
    const count = batch.queryGroups.length;
    const candidates = batch.passageGroups.length;
    const exponentials = exponentiate(batch, temperature);
    const rowSums = new Float64Array(count);
    const columnSums = new Float64Array(candidates);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < candidates; j++) {
        const entry = exponentials[i * candidates + j] ?? 0;
        rowSums[i] = (rowSums[i] ?? 0) + entry;
        columnSums[j] = (columnSums[j] ?? 0) + entry;
      }
    }
    const { dimensions, queries, passages } = batch;
    const queryProducts = new Float32Array(queries.length);
    const passageProducts = new Float32Array(passages.length);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < candidates; j++) {
        const entry = exponentials[i * candidates + j] ?? 0;
        const share = entry / (rowSums[i] ?? 1) + (j < count ? entry / (columnSums[j] ?? 1) : 0);
        if (share === 0) continue;
        for (let d = 0; d < dimensions; d++) {
          const q = i * dimensions + d;
          const p = j * dimensions + d;
          queryProducts[q] = (queryProducts[q] ?? 0) + share * (passages[p] ?? 0);
          passageProducts[p] = (passageProducts[p] ?? 0) + share * (queries[q] ?? 0);
        }
      }
    }
    return finishContrast(batch, temperature, { rowSums, columnSums, queryProducts, passageProducts });
  },
};

/** `exp((s_ij - 1) / t)`, and 0 where the passage is no negative of the query. */
function exponentiate(batch: ContrastiveBatch, temperature: number): Float64Array {
  const { queries, passages, dimensions, queryGroups, passageGroups } = batch;
  const candidates = passageGroups.length;
  const result = new Float64Array(queryGroups.length * candidates);
  for (let i = 0; i < queryGroups.length; i++) {
    for (let j = 0; j < candidates; j++) {
      if (i !== j && queryGroups[i] === passageGroups[j]) continue;
      let dot = 0;
      for (let d = 0; d < dimensions; d++)
        dot += (queries[i * dimensions + d] ?? 0) * (passages[j * dimensions + d] ?? 0);
      result[i * candidates + j] = Math.exp((dot - 1) / temperature);
    }
  }
  return result;
}

/** What an engine's heavy part gives: sums of `e_ij = exp((s_ij - 1) / t)` and products with `e_ij (1/row_i + 1/column_j)`. */
export interface ContrastiveSums {
  readonly rowSums: Float32Array | Float64Array;
  readonly columnSums: Float32Array | Float64Array;
  readonly queryProducts: Float32Array;
  readonly passageProducts: Float32Array;
}

/** Adds what the pairs themselves contribute, and scales. Changes and returns the product arrays. */
export function finishContrast(batch: ContrastiveBatch, temperature: number, sums: ContrastiveSums): ContrastiveResult {
  const { queries, passages, dimensions } = batch;
  const count = batch.queryGroups.length;
  const { queryProducts, passageProducts } = sums;
  const factor = 1 / (2 * count * temperature);
  let loss = 0;
  for (let i = 0; i < count; i++) {
    let dot = 0;
    for (let at = i * dimensions; at < (i + 1) * dimensions; at++) {
      const query = queries[at] ?? 0;
      const passage = passages[at] ?? 0;
      dot += query * passage;
      queryProducts[at] = ((queryProducts[at] ?? 0) - 2 * passage) * factor;
      passageProducts[at] = ((passageProducts[at] ?? 0) - 2 * query) * factor;
    }
    loss += (Math.log(sums.rowSums[i] ?? 1) + Math.log(sums.columnSums[i] ?? 1)) / 2 + (1 - dot) / temperature;
  }
  for (let at = count * dimensions; at < passageProducts.length; at++) {
    passageProducts[at] = (passageProducts[at] ?? 0) * factor;
  }
  return { loss: loss / count, queryGradients: queryProducts, passageGradients: passageProducts };
}
