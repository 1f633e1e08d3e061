import { createRequire } from 'node:module';
import { join } from 'node:path';
import { firstLine, withPackage } from './installed-package.js';

/** What the peer needs of usearch. */
interface Index {
  add(keys: BigUint64Array, vectors: Float32Array): unknown;
  search(vector: Float32Array, count: number): { readonly keys: BigUint64Array };
}

type Constructor = new (options: { dimensions: number; metric: 'cos'; quantization: 'i8' }) => Index;

/** No dependency of the project: named in a variable, it is looked for in the given folder alone. */
const LIBRARY = 'usearch';
const PACKAGE = `${LIBRARY}@2.26.2`;

/** usearch's index of 8-bit vectors; `reason` where it cannot be had. */
export type FoundUsearch = { readonly Index: Constructor } | { readonly reason: string };

/** usearch, installed by npm into a temporary folder that is removed again. */
export async function withUsearch<T>(use: (found: FoundUsearch) => Promise<T>): Promise<T> {
  return withPackage(PACKAGE, (found) => use('folder' in found ? installed(found.folder) : found));
}

function installed(folder: string): FoundUsearch {
  try {
    const { Index }: { Index: Constructor } = createRequire(join(folder, 'package.json'))(LIBRARY);
    return { Index };
  } catch (error) {
    return { reason: `${LIBRARY} does not load: ${firstLine(error)}` };
  }
}
