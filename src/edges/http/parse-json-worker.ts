import { parentPort } from 'node:worker_threads';
import { parseBytes } from './parse-json.js';

parentPort?.on('message', ({ id, bytes }: { readonly id: number; readonly bytes: Uint8Array }) => {
  parentPort?.postMessage({ id, ...parseBytes(bytes) });
});
