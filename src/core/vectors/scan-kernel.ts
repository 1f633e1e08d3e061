import {
  advance,
  compile,
  EMPTY_BLOCK,
  get,
  instantiate,
  type Kernel,
  LANE_BYTES,
  load,
  loadNumber,
  OP,
  simd,
  storeNumber,
  TYPE,
} from '../wasm/assembler.js';

/**
 * `scan(row, end, query, stride, scales, scores)`: for each row of signed bytes in `[row, end)` the dot product with the
 * query, 16-bit numbers, times the row's scale. Two bytes and two numbers are multiplied and added at once
 * (`i32x4.dot_i16x8_s`).
 */
function scanBody(): number[] {
  const [row, end, query, stride, scales, scores, at, rowEnd, sum, codes] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  const half = (widen: 'widenLow' | 'widenHigh', offset: number): number[] => [
    ...[...get(codes), ...simd(widen), ...load(at, offset), ...simd('dotPairs')],
    ...[...get(sum), ...simd('i32VectorAdd'), OP.set, sum],
  ];
  const lane = (n: number): number[] => [...get(sum), ...simd('i32Lane'), n];
  return [
    ...[OP.loop, EMPTY_BLOCK],
    ...[OP.i32Const, 0, ...simd('i32Splat'), OP.set, sum],
    ...[...get(query), OP.set, at],
    ...[...get(row), ...get(stride), OP.i32Add, OP.set, rowEnd],
    ...[OP.loop, EMPTY_BLOCK],
    ...[...load(row), OP.set, codes],
    ...[...half('widenLow', 0), ...half('widenHigh', LANE_BYTES)],
    ...[...advance(at, 2 * LANE_BYTES), OP.set, at],
    ...[...advance(row, LANE_BYTES), OP.tee, row, ...get(rowEnd), OP.i32LessUnsigned, OP.branchIf, 0],
    OP.end,
    ...get(scores),
    ...[...lane(0), ...lane(1), OP.i32Add, ...lane(2), OP.i32Add, ...lane(3), OP.i32Add, OP.f32FromI32],
    ...[...loadNumber(scales), OP.f32Mul, ...storeNumber()],
    ...[scales, scores].flatMap((pointer) => [...advance(pointer, 4), OP.set, pointer]),
    ...[...get(row), ...get(end), OP.i32LessUnsigned, OP.branchIf, 0],
    OP.end,
    OP.end,
  ];
}

const { i32, v128 } = TYPE;
const SCAN: Kernel = {
  name: 'scan',
  parameters: [i32, i32, i32, i32, i32, i32],
  locals: [
    [2, i32],
    [2, v128],
  ],
  body: scanBody(),
};

interface ScanExports {
  scan(row: number, end: number, query: number, stride: number, scales: number, scores: number): void;
}

let module: object | undefined;

/** Rows of signed bytes with a scale each, and the room for one query and one score a row. */
export interface CodeRows {
  /** Bytes from one row to the next: a multiple of 16. */
  readonly stride: number;
  readonly codes: Int8Array;
  /** What a row's sum of products is to be multiplied with. */
  readonly scales: Float32Array;
  /** The query, in whole numbers. */
  readonly query: Int16Array;
  /** Where {@link CodeRows.scan} leaves its results. */
  readonly scores: Float32Array;
  /** Scores the first rows against the query. */
  scan(rows: number): void;
}

/** Bytes from one row of so many numbers to the next. */
export function strideOf(dimensions: number): number {
  return Math.ceil(dimensions / LANE_BYTES) * LANE_BYTES;
}

/** Room for so many rows of so many numbers. It cannot grow. */
export function createCodeRows(rows: number, dimensions: number): CodeRows {
  module ??= compile([SCAN]);
  const stride = strideOf(dimensions);
  const scalesAt = rows * stride;
  const scoresAt = scalesAt + rows * 4;
  const queryAt = Math.ceil((scoresAt + rows * 4) / LANE_BYTES) * LANE_BYTES;
  const { buffer, exports } = instantiate(module, queryAt + stride * 2);
  const { scan } = exports as ScanExports; // the module exports exactly this function
  return {
    stride,
    codes: new Int8Array(buffer, 0, rows * stride),
    scales: new Float32Array(buffer, scalesAt, rows),
    query: new Int16Array(buffer, queryAt, stride),
    scores: new Float32Array(buffer, scoresAt, rows),
    scan: (count) => {
      if (count > 0) scan(0, count * stride, queryAt, stride, scalesAt, scoresAt);
    },
  };
}
