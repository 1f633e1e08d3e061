/** Opcodes of the WebAssembly specification that our kernels use. */
export const OP = {
  loop: 0x03,
  end: 0x0b,
  branchIf: 0x0d,
  get: 0x20,
  set: 0x21,
  tee: 0x22,
  f32Load: 0x2a,
  f32Store: 0x38,
  i32Const: 0x41,
  f32Const: 0x43,
  i32LessUnsigned: 0x49,
  i32Add: 0x6a,
  f32Sub: 0x93,
  f32Mul: 0x94,
  f32FromI32: 0xb2,
} as const;

/** Opcodes behind the prefix of 128-bit vectors; those above 127 as LEB128. */
const SIMD = {
  load: [0x00],
  store: [0x0b],
  i32Splat: [0x11],
  splat: [0x13],
  i32Lane: [0x1b],
  sqrt: [0xe3, 1],
  add: [0xe4, 1],
  sub: [0xe5, 1],
  mul: [0xe6, 1],
  div: [0xe7, 1],
  widenLow: [0x87, 1],
  widenHigh: [0x88, 1],
  i32VectorAdd: [0xae, 1],
  dotPairs: [0xba, 1],
} as const;

/** Types of values. */
export const TYPE = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

/** Type of a block without a result. */
export const EMPTY_BLOCK = 0x40;

/** Bytes of one vector register. */
export const LANE_BYTES = 16;

/** log2 of the alignment that we promise: rows start at multiples of 16 bytes. */
const ALIGNMENT = 4;
/** log2 of the alignment of a single number. */
const NUMBER_ALIGNMENT = 2;

/** A vector instruction. */
export const simd = (name: keyof typeof SIMD): number[] => [0xfd, ...SIMD[name]];
/** Puts a local on the stack. */
export const get = (local: number): number[] => [OP.get, local];
/** Loads 16 bytes from where a local points. */
export const load = (local: number, offset = 0): number[] => [...get(local), ...simd('load'), ALIGNMENT, offset];
/** Stores the 16 bytes on the stack at the address below them. */
export const store = (offset = 0): number[] => [...simd('store'), ALIGNMENT, offset];
/** Loads one 32-bit number from where a local points. */
export const loadNumber = (local: number): number[] => [...get(local), OP.f32Load, NUMBER_ALIGNMENT, 0];
/** Stores the 32-bit number on the stack at the address below it. */
export const storeNumber = (): number[] => [OP.f32Store, NUMBER_ALIGNMENT, 0];
/** A pointer moved by 0 to 8,191 bytes, left on the stack. */
export const advance = (local: number, bytes: number): number[] => [
  ...get(local),
  OP.i32Const,
  ...signed(bytes),
  OP.i32Add,
];
/** Fills the four lanes of a local with a number. */
export const splatTo = (local: number, value: readonly number[]): number[] => [
  ...value,
  ...simd('splat'),
  OP.set,
  local,
];

/** Signed LEB128 of 0..8191. */
function signed(number: number): number[] {
  return number < 64 ? [number] : [(number & 0x7f) | 0x80, number >> 7];
}

/** Unsigned LEB128 of 0..16383. */
function unsigned(number: number): number[] {
  return number < 128 ? [number] : [(number & 0x7f) | 0x80, number >> 7];
}

/** A function: the types of its parameters, its further locals as pairs of count and type, and its instructions. */
export interface Kernel {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly locals: readonly (readonly [count: number, type: number])[];
  readonly body: readonly number[];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = [...unsigned(items.length), ...items.flat()];
  return [id, ...unsigned(content.length), ...content];
}

function codeOf({ locals, body }: Kernel): number[] {
  const content = [locals.length, ...locals.flat(), ...body];
  return [...unsigned(content.length), ...content];
}

const nameOf = (name: string): number[] => [name.length, ...Buffer.from(name)];

/** A module that imports `env.memory` and exports the kernels, none of which has a result. */
export function assemble(kernels: readonly Kernel[]): Uint8Array {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      kernels.map(({ parameters }) => [0x60, parameters.length, ...parameters, 0]),
    ),
    ...section(2, [[...nameOf('env'), ...nameOf('memory'), 2, 0, 0]]),
    ...section(
      3,
      kernels.map((_, at) => [at]),
    ),
    ...section(
      7,
      kernels.map(({ name }, at) => [...nameOf(name), 0, at]),
    ),
    ...section(10, kernels.map(codeOf)),
  ]);
}

/** The few names of the platform's WebAssembly that we use; the compiler's ES2023 library does not declare them. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

const PAGE_BYTES = 65_536;

/** A compiled module, to be instantiated with {@link instantiate}. */
export function compile(kernels: readonly Kernel[]): object {
  return new WebAssembly.Module(assemble(kernels));
}

/** An instance of a compiled module with a memory of at least so many bytes of its own, which never grows. */
export function instantiate(module: object, bytes: number): { readonly buffer: ArrayBuffer; readonly exports: object } {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { buffer: memory.buffer, exports };
}
