import { appendFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/**
 * Given to Node with `--import`: writes the address of every module that the program loads into the file that MODULE_LIST
 * names. Node runs it a second time, in the thread of the loader, where it only is what `register` asks for.
 */
const list = process.env['MODULE_LIST'] ?? '';
const tell = (modules: readonly string[]): void => appendFileSync(list, modules.map((name) => `${name}\n`).join(''));

if (isMainThread) {
  register(import.meta.url);
  // What CommonJS requires goes past the loader.
  process.on('exit', () => tell(Object.keys(createRequire(import.meta.url).cache)));
}

/** The loader's hook; what it is given and what the next one answers is Node's own business. */
export function load(url: string, context: unknown, next: (url: string, context: unknown) => unknown): unknown {
  tell([url]);
  return next(url, context);
}
