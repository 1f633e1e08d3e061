import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest gives each test file its own realm; onnxruntime and arrow check `instanceof` against the outer one.
 * Sharing the binary types of the outer realm keeps those checks true.
 */
const SHARED = [
  'Float32Array',
  'Float64Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
];

/**
 * Jest's process.env is a copy that native code cannot see, so what src/store/engine.ts sets before it loads LanceDB
 * has to be set out here.
 */
process.env['LANCEDB_LOG'] ??= 'error';
process.env['LANCE_CPU_THREADS'] ??= '8';
process.env['LANCE_FTS_NUM_SHARDS'] ??= '2';
process.env['LANCE_INCLUDE_VECTOR_CENTROIDS'] ??= 'false';

export default class SharedRealmEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of SHARED) this.global[name] = globalThis[name];
  }
}
