/** Lists of tokens as flat arrays: list i is `[offsets[i], offsets[i + 1])` of `tokens`, `counts` and `slots`. */
export interface TokenLists {
  readonly offsets: Int32Array;
  readonly tokens: Int32Array;
  /** How often each token occurs in its list. */
  readonly counts: Float32Array;
  /** Place of each token among the batch's different tokens. */
  readonly slots: Int32Array;
  /** The different tokens of the batch, by slot. */
  readonly rows: Int32Array;
}

/** Scratch for {@link packLists}: one place per token of the vocabulary. */
export class PackScratch {
  readonly slotOf: Int32Array;
  readonly placeOf: Int32Array;
  readonly lastList: Int32Array;
  listNumber = 0;

  constructor(vocabularySize: number) {
    this.slotOf = new Int32Array(vocabularySize).fill(-1);
    this.placeOf = new Int32Array(vocabularySize);
    this.lastList = new Int32Array(vocabularySize);
  }
}

/** Packs token lists; a token that occurs more than once in a list becomes one entry with its count. */
export function packLists(lists: readonly (readonly number[])[], scratch: PackScratch): TokenLists {
  const { slotOf, placeOf, lastList } = scratch;
  const offsets = new Int32Array(lists.length + 1);
  const total = lists.reduce((sum, list) => sum + list.length, 0);
  const tokens = new Int32Array(total);
  const counts = new Float32Array(total);
  const slots = new Int32Array(total);
  const rows: number[] = [];
  let end = 0;
  lists.forEach((list, index) => {
    const number = ++scratch.listNumber;
    for (const token of list) {
      if (lastList[token] === number) {
        const place = placeOf[token] ?? 0;
        counts[place] = (counts[place] ?? 0) + 1;
        continue;
      }
      if (slotOf[token] === -1) slotOf[token] = rows.push(token) - 1;
      lastList[token] = number;
      placeOf[token] = end;
      tokens[end] = token;
      counts[end] = 1;
      slots[end++] = slotOf[token] ?? 0;
    }
    offsets[index + 1] = end;
  });
  for (const token of rows) slotOf[token] = -1;
  return {
    offsets,
    tokens: tokens.subarray(0, end),
    counts: counts.subarray(0, end),
    slots: slots.subarray(0, end),
    rows: Int32Array.from(rows),
  };
}

/** The loops over table rows that take most of a training step besides the matrix products. */
export interface RowKernels {
  /** A zeroed array that the kernels can reach. */
  allocate(length: number): Float32Array;
  /** `sums[i] = sum over list i of counts * table[token]`. */
  sumRows(table: Float32Array, lists: TokenLists, dimensions: number, sums: Float32Array): void;
  /** `gradients[slot] += counts * listGradients[i]` for each token of each list i; zeroes `gradients` first. */
  spreadGradients(listGradients: Float32Array, lists: TokenLists, dimensions: number, gradients: Float32Array): void;
  /** One Adam step on the rows of the batch. */
  updateRows(state: AdamState, lists: TokenLists, gradients: Float32Array, step: AdamStep): void;
}

/** Weights with Adam's running moments, all `rows x dimensions`. */
export interface AdamState {
  readonly table: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly dimensions: number;
  /** Step size of each row relative to the common one; length: rows. */
  readonly rowRates: Float32Array;
}

/** Numbers of one Adam step. */
export interface AdamStep {
  /** Step size with the bias correction in it. */
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the root of the second moment, bias correction in it. */
  readonly epsilon: number;
}

/** The step size and epsilon of step number `step` (from 1) with Adam's bias corrections folded in (Kingma and Ba, 2015, section 2). */
export function correctBias(rate: number, step: number, beta1 = 0.9, beta2 = 0.999): AdamStep {
  const root = Math.sqrt(1 - beta2 ** step);
  return { rate: (rate * root) / (1 - beta1 ** step), beta1, beta2, epsilon: 1e-8 * root };
}

/** The kernels in plain typed arrays. */
export const plainKernels: RowKernels = {
  allocate: (length) => new Float32Array(length),
  sumRows: (table, lists, dimensions, sums) => {
    sums.fill(0);
    for (let list = 0; list + 1 < lists.offsets.length; list++) {
      const base = list * dimensions;
      for (let at = lists.offsets[list] ?? 0; at < (lists.offsets[list + 1] ?? 0); at++) {
        const row = (lists.tokens[at] ?? 0) * dimensions;
        const count = lists.counts[at] ?? 0;
        for (let d = 0; d < dimensions; d++) sums[base + d] = (sums[base + d] ?? 0) + count * (table[row + d] ?? 0);
      }
    }
  },
  spreadGradients: (listGradients, lists, dimensions, gradients) => {
    gradients.fill(0, 0, lists.rows.length * dimensions);
    for (let list = 0; list + 1 < lists.offsets.length; list++) {
      const base = list * dimensions;
      for (let at = lists.offsets[list] ?? 0; at < (lists.offsets[list + 1] ?? 0); at++) {
        const row = (lists.slots[at] ?? 0) * dimensions;
        const count = lists.counts[at] ?? 0;
        for (let d = 0; d < dimensions; d++) {
          gradients[row + d] = (gradients[row + d] ?? 0) + count * (listGradients[base + d] ?? 0);
        }
      }
    }
  },
  updateRows: ({ table, first, second, dimensions, rowRates }, lists, gradients, step) => {
    lists.rows.forEach((token, slot) => {
      const rate = step.rate * (rowRates[token] ?? 1);
      for (let d = 0; d < dimensions; d++) {
        const at = token * dimensions + d;
        const gradient = gradients[slot * dimensions + d] ?? 0;
        const mean = step.beta1 * (first[at] ?? 0) + (1 - step.beta1) * gradient;
        const square = step.beta2 * (second[at] ?? 0) + (1 - step.beta2) * gradient * gradient;
        first[at] = mean;
        second[at] = square;
        table[at] = (table[at] ?? 0) - (rate * mean) / (Math.sqrt(square) + step.epsilon);
      }
    });
  },
};
