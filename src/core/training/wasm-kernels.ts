import { plainKernels, type RowKernels } from './embedding-bag.js';

/** Opcodes of the WebAssembly specification that the two kernels use. */
const OP = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  i32Const: 0x41,
  f32Const: 0x43,
  i32LessUnsigned: 0x49,
  i32Add: 0x6a,
  f32Sub: 0x93,
} as const;
const SIMD = {
  load: [0x00],
  store: [0x0b],
  splat: [0x13],
  sqrt: [0xe3, 1],
  add: [0xe4, 1],
  sub: [0xe5, 1],
  mul: [0xe6, 1],
  div: [0xe7, 1],
} as const;
const TYPE = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
const EMPTY_BLOCK = 0x40;
/** log2 of the alignment we promise: rows start at multiples of 16 bytes. */
const ALIGNMENT = 4;

/** Bytes of one vector register and of one unrolled turn. */
const LANE_BYTES = 16;
const TURN_BYTES = 64;

/** Rows must be a multiple of this many numbers long. */
export const KERNEL_STRIDE = TURN_BYTES / 4;

const simd = (name: keyof typeof SIMD): number[] => [0xfd, ...SIMD[name]];
const get = (local: number): number[] => [OP.get, local];
const load = (local: number, offset = 0): number[] => [...get(local), ...simd('load'), ALIGNMENT, offset];
const store = (offset = 0): number[] => [...simd('store'), ALIGNMENT, offset];
const one = [OP.f32Const, 0x00, 0x00, 0x80, 0x3f];
const advance = (local: number, bytes: number): number[] => [...get(local), OP.i32Const, ...signed(bytes), OP.i32Add];
const splatTo = (local: number, value: readonly number[]): number[] => [...value, ...simd('splat'), OP.set, local];

/** Signed LEB128 of 0..8191. */
function signed(number: number): number[] {
  return number < 64 ? [number] : [(number & 0x7f) | 0x80, number >> 7];
}

/** Unsigned LEB128 of 0..16383. */
function unsigned(number: number): number[] {
  return number < 128 ? [number] : [(number & 0x7f) | 0x80, number >> 7];
}

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

function section(id: number, ...items: readonly (readonly number[])[]): number[] {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function codeOf(vectorLocals: number, body: readonly number[]): number[] {
  const content = [1, vectorLocals, TYPE.v128, ...body];
  return [...unsigned(content.length), ...content];
}

const nameOf = (name: string): number[] => [name.length, ...Buffer.from(name)];

/** The module: it imports `env.memory` and exports the two kernels. */
function moduleBytes(): Uint8Array {
  const { i32, f32 } = TYPE;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [0x60, 4, i32, i32, f32, i32, 0], [0x60, 9, i32, i32, i32, i32, i32, f32, f32, f32, f32, 0]),
    ...section(2, [...nameOf('env'), ...nameOf('memory'), 2, 0, 0]),
    ...section(3, [0], [1]),
    ...section(7, [...nameOf('addScaled'), 0, 0], [...nameOf('adam'), 0, 1]),
    ...section(10, codeOf(1, addScaledBody()), codeOf(9, adamBody())),
  ]);
}

interface KernelExports {
  addScaled(x: number, y: number, factor: number, yEnd: number): void;
  adam(
    ...numbers: [row: number, first: number, second: number, gradient: number, end: number, ...settings: number[]]
  ): void;
}

/** The few names of the platform's WebAssembly that we use; the compiler's ES2023 library does not declare them. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

const PAGE_BYTES = 65_536;

/**
 * The kernels on WebAssembly's 128-bit vectors, about three times faster than plain loops. Written out by hand, since they
 * are two short loops and a compiler would be one more tool to install.
 *
 * @param length numbers that will be allocated in all; the memory cannot grow later.
 */
export function createWasmKernels(length: number): RowKernels {
  const pages = Math.ceil((length * 4) / PAGE_BYTES) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { env: { memory } });
  // The module above exports exactly these two functions.
  const { addScaled, adam } = instance.exports as KernelExports;
  let free = 0;
  return {
    allocate: (count) => {
      const array = new Float32Array(memory.buffer, free, count);
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
