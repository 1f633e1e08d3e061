import { gzipSync } from 'node:zlib';
import type { Sending } from './load-server.js';

const MEGABYTE = 1_000_000;
const many = (count: number, part: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => part(n)).join(',');
const padded = (bytes: number): string => JSON.stringify({ title: 'a', text: 'x'.repeat(bytes) });

/** Input that is refused, by kind: where it is sent and what. */
export const REFUSED: Readonly<Record<string, { readonly path: string; readonly sending: Sending }>> = {
  'bodies of 12 MB': { path: '/api/v1/notes', sending: { body: padded(12 * MEGABYTE) } },
  'lists of 12 MB': {
    path: '/api/v1/search',
    sending: { body: `{"query":"a","tags":[${many(3 * MEGABYTE, () => '"a"')}]}` },
  },
  'objects of 12 MB over MCP': {
    path: '/mcp',
    sending: {
      body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${many(MEGABYTE, (n) => `"${n}":{}`)}}}`,
    },
  },
  'notes of 5 MB': { path: '/api/v1/notes', sending: { body: padded(5 * MEGABYTE) } },
  'chunked bodies': {
    path: '/api/v1/search',
    sending: { body: padded(2 * MEGABYTE), headers: { 'transfer-encoding': 'chunked' } },
  },
  'compressed bombs': {
    path: '/api/v1/notes',
    sending: { body: gzipSync(Buffer.alloc(100 * MEGABYTE, 0x20)), headers: { 'content-encoding': 'gzip' } },
  },
  'thousands of unknown keys': {
    path: '/api/v1/search',
    sending: { body: `{${many(5_000, (n) => `"qeury${n}":1`)}}` },
  },
  'a list of 30,000 items': {
    path: '/api/v1/search',
    sending: { body: `{"query":"a","tags":[${many(15_000, () => '"a"')}]}` },
  },
  'metadata of many values': {
    path: '/api/v1/notes',
    sending: { body: `{"title":"a","text":"b","metadata":{"a":[${many(20_000, () => '{}')}]},"other":1}` },
  },
  'deep nesting': {
    path: '/api/v1/search',
    sending: { body: `{"query":"a","metadata":${'['.repeat(30_000)}${']'.repeat(30_000)}}` },
  },
  'long numbers': { path: '/api/v1/search', sending: { body: `{"query":"a","limit":${'9'.repeat(60_000)}}` } },
  'many query parameters': { path: `/api/v1/documents?${'a&'.repeat(7_000)}`, sending: { method: 'GET' } },
  'long headers': {
    path: '/api/v1/documents?x=1',
    sending: { method: 'GET', headers: { accept: 'a/b,'.repeat(3_000) } },
  },
};
