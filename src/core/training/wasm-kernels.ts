import {
  advance,
  compile,
  EMPTY_BLOCK,
  get,
  instantiate,
  type Kernel,
  LANE_BYTES,
  load,
  OP,
  simd,
  splatTo,
  store,
  TYPE,
} from '../wasm/assembler.js';
import { plainKernels, type RowKernels } from './embedding-bag.js';

/** Bytes of one unrolled turn. */
const TURN_BYTES = 64;

/** Rows are rounded up to whole turns. */
const SPARE_BYTES = 65_536;

/** Rows must be a multiple of this many numbers long. */
export const KERNEL_STRIDE = TURN_BYTES / 4;

const one = [OP.f32Const, 0x00, 0x00, 0x80, 0x3f];

/** `addScaled(x, y, a, yEnd)`: `y += a * x` over `[y, yEnd)`, in turns of 64 bytes. */
function addScaledBody(): number[] {
  const [x, y, a, end, factor] = [0, 1, 2, 3, 4];
  const lanes = [0, 16, 32, 48].flatMap((offset) => [
    ...get(y),
    ...load(y, offset),
    ...load(x, offset),
    ...get(factor),
    ...simd('mul'),
    ...simd('add'),
    ...store(offset),
  ]);
  return [
    ...splatTo(factor, get(a)),
    ...[OP.loop, EMPTY_BLOCK],
    ...lanes,
    ...[...advance(x, TURN_BYTES), OP.set, x],
    ...[...advance(y, TURN_BYTES), OP.tee, y],
    ...[...get(end), OP.i32LessUnsigned, OP.branchIf, 0],
    OP.end,
    OP.end,
  ];
}

/** `adam(row, first, second, gradient, gradientEnd, rate, beta1, beta2, epsilon)`: one Adam step on a row. */
function adamBody(): number[] {
  const [row, first, second, gradient, end, rate, beta1, beta2, epsilon] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [g, m, v, rates, keep1, take1, keep2, take2, guards] = [9, 10, 11, 12, 13, 14, 15, 16, 17];
  const mix = (moment: number, keep: number, added: readonly number[]): number[] => [
    ...[...load(moment), ...get(keep), ...simd('mul')],
    ...[...added, ...simd('add')],
  ];
  const taken1 = [...get(g), ...get(take1), ...simd('mul')];
  const taken2 = [...get(g), ...get(g), ...simd('mul'), ...get(take2), ...simd('mul')];
  return [
    ...splatTo(rates, get(rate)),
    ...splatTo(keep1, get(beta1)),
    ...splatTo(take1, [...one, ...get(beta1), OP.f32Sub]),
    ...splatTo(keep2, get(beta2)),
    ...splatTo(take2, [...one, ...get(beta2), OP.f32Sub]),
    ...splatTo(guards, get(epsilon)),
    ...[OP.loop, EMPTY_BLOCK],
    ...[...load(gradient), OP.set, g],
    ...[...get(first), ...mix(first, keep1, taken1), OP.tee, m, ...store()],
    ...[...get(second), ...mix(second, keep2, taken2), OP.tee, v, ...store()],
    ...[...get(row), ...load(row), ...get(m), ...get(rates), ...simd('mul')],
    ...[...get(v), ...simd('sqrt'), ...get(guards), ...simd('add'), ...simd('div'), ...simd('sub'), ...store()],
    ...[row, first, second].flatMap((pointer) => [...advance(pointer, LANE_BYTES), OP.set, pointer]),
    ...[...advance(gradient, LANE_BYTES), OP.tee, gradient],
    ...[...get(end), OP.i32LessUnsigned, OP.branchIf, 0],
    OP.end,
    OP.end,
  ];
}

const { i32, f32, v128 } = TYPE;

const KERNELS: readonly Kernel[] = [
  { name: 'addScaled', parameters: [i32, i32, f32, i32], locals: [[1, v128]], body: addScaledBody() },
  { name: 'adam', parameters: [i32, i32, i32, i32, i32, f32, f32, f32, f32], locals: [[9, v128]], body: adamBody() },
];

interface KernelExports {
  addScaled(x: number, y: number, factor: number, yEnd: number): void;
  adam(
    ...numbers: [row: number, first: number, second: number, gradient: number, end: number, ...settings: number[]]
  ): void;
}

/**
 * The kernels on WebAssembly's 128-bit vectors, about three times faster than plain loops. Written out by hand, since they
 * are two short loops and a compiler would be one more tool to install.
 *
 * @param length numbers that will be allocated in all; the memory cannot grow later.
 */
export function createWasmKernels(length: number): RowKernels {
  const { buffer, exports } = instantiate(compile(KERNELS), length * 4 + SPARE_BYTES);
  // The module above exports exactly these two functions.
  const { addScaled, adam } = exports as KernelExports;
  let free = 0;
  return {
    allocate: (count) => {
      const array = new Float32Array(buffer, free, count);
      free += Math.ceil((count * 4) / TURN_BYTES) * TURN_BYTES;
      return array;
    },
    sumRows: (table, lists, dimensions, sums) => {
      sums.fill(0);
      const bytes = dimensions * 4;
      const { offsets, tokens, counts } = lists;
      for (let list = 0; list + 1 < offsets.length; list++) {
        const into = sums.byteOffset + list * bytes;
        for (let at = offsets[list] ?? 0; at < (offsets[list + 1] ?? 0); at++) {
          addScaled(table.byteOffset + (tokens[at] ?? 0) * bytes, into, counts[at] ?? 0, into + bytes);
        }
      }
    },
    spreadGradients: (listGradients, lists, dimensions, gradients) => {
      gradients.fill(0, 0, lists.rows.length * dimensions);
      const bytes = dimensions * 4;
      const { offsets, slots, counts } = lists;
      for (let list = 0; list + 1 < offsets.length; list++) {
        const from = listGradients.byteOffset + list * bytes;
        for (let at = offsets[list] ?? 0; at < (offsets[list + 1] ?? 0); at++) {
          const into = gradients.byteOffset + (slots[at] ?? 0) * bytes;
          addScaled(from, into, counts[at] ?? 0, into + bytes);
        }
      }
    },
    updateRows: ({ table, first, second, dimensions, rowRates }, lists, gradients, step) => {
      const bytes = dimensions * 4;
      lists.rows.forEach((token, slot) => {
        const at = token * bytes;
        const gradient = gradients.byteOffset + slot * bytes;
        const pointers = [table.byteOffset + at, first.byteOffset + at, second.byteOffset + at] as const;
        const rate = step.rate * (rowRates[token] ?? 1);
        adam(...pointers, gradient, gradient + bytes, rate, step.beta1, step.beta2, step.epsilon);
      });
    },
  };
}

/** The fastest kernels for rows of this length: vectors where the length allows them, plain loops elsewhere. */
export function createKernels(dimensions: number, length: number): RowKernels {
  return dimensions % KERNEL_STRIDE === 0 ? createWasmKernels(length) : plainKernels;
}
