/**
 * Holds a collection of made-up documents in a home of one checkout, changes it and searches it as it is told:
 * `node change-child.js CHECKOUT HOME`.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { connect, type Table } from '@lancedb/lancedb';
import type * as Identity from '../../src/core/identity.js';
import type { ChunkRow, DocumentRows } from '../../src/core/ports.js';
import type * as SearchText from '../../src/core/text/search-text.js';
import type * as Library from '../../src/quarry.js';
import { readParagraphs, seededNumbers } from './corpus.js';

const [checkout = '', home = ''] = process.argv.slice(2);
const load = (path: string): Promise<unknown> => import(pathToFileURL(join(checkout, 'dist', 'src', path)).href);
// Every checkout that is measured exports what is used of these, with the same shapes.
const { openQuarry } = (await load('quarry.js')) as typeof Library;
const { chunkId, documentId, embedHash, sha256 } = (await load('core/identity.js')) as typeof Identity;
const { searchTextOf } = (await load('core/text/search-text.js')) as typeof SearchText;

const CHUNKS_PER_DOCUMENT = 20;
const DOCUMENTS_PER_BATCH = 100;
const NAME = 'bench';
const paragraphs = await readParagraphs();
const quarry = await openQuarry({ home, logLevel: 'error' });
const { store, embedder } = quarry.services.context;

/** What the child is told to do. */
export type Command =
  | { readonly do: 'fill'; readonly from: number; readonly to: number; readonly edition?: number }
  | { readonly do: 'remove'; readonly number: number }
  | { readonly do: 'maintain' }
  | { readonly do: 'search'; readonly query: string; readonly filter?: object }
  | { readonly do: 'searchAtOnce'; readonly queries: readonly string[] }
  | { readonly do: 'recall'; readonly queries: readonly string[] };

/** What it answers. */
export interface Answer {
  readonly milliseconds: number;
  /** Of all threads of the process. */
  readonly cpuMilliseconds: number;
  /** Share of the true ten nearest that the vector leg found, where it was asked for. */
  readonly recall?: number;
}

/** Half, a tenth and a hundredth of all documents begin with these, each within the one before. */
function shareOf(n: number): string {
  if (n % 100 === 0) return 'abc';
  if (n % 10 === 0) return 'ab';
  return n % 2 === 0 ? 'a' : 'z';
}

async function toRows(n: number, edition: number): Promise<DocumentRows> {
  const next = seededNumbers(n + edition * 1_000_000 + 77);
  const pick = (): string => paragraphs[Math.floor(next() * paragraphs.length)] ?? '';
  const bodies = Array.from({ length: CHUNKS_PER_DOCUMENT }, (_, i) => `${pick()}\n\nItem ${n}.${i}: ${pick()}`);
  const title = `Document ${n}`;
  const vectors = await (await embedder()).embed(bodies, 'document');
  const text = bodies.join('\n\n');
  const uri = `bench:${shareOf(n)}/${n}`;
  const id = documentId('src_bench', uri);
  let start = 0;
  const chunks = bodies.map((body, ordinal): ChunkRow => {
    const span = { start, end: start + body.length, startLine: ordinal + 1, endLine: ordinal + 1, headingPath: [] };
    start = span.end + 2;
    return {
      ...span,
      id: chunkId(id, span.start, span.end, body),
      documentId: id,
      ordinal,
      text: body,
      tokens: 0,
      embedHash: embedHash(body),
      searchText: searchTextOf({ title, headingPath: [], text: body, format: 'plain' }),
      vector: vectors[ordinal] ?? new Float32Array(0),
    };
  });
  const share = shareOf(n);
  const document = {
    id,
    uri,
    title,
    text,
    format: 'plain' as const,
    mediaType: 'text/plain',
    language: '',
    licence: '',
    revision: `${edition}`,
    modifiedAt: '',
    category: '',
    tags: ['a', 'ab', 'abc'].filter((tag) => share.startsWith(tag)),
    status: 'active' as const,
    confidence: 1,
    metadata: {},
    collection: NAME,
    sourceId: 'src_bench',
    sourceKind: 'files' as const,
    contentHash: sha256(text),
    indexedAt: '2026-01-01T00:00:00.000Z',
    chunkCount: chunks.length,
  };
  return { document, chunks };
}

async function fill(from: number, to: number, edition: number): Promise<void> {
  if ((await store.getCollection(NAME)) === undefined) await quarry.execute('create_collection', { name: NAME });
  for (let n = from; n < to; n += DOCUMENTS_PER_BATCH) {
    const rows: DocumentRows[] = [];
    for (let at = n; at < Math.min(to, n + DOCUMENTS_PER_BATCH); at++) rows.push(await toRows(at, edition));
    await store.putDocuments(NAME, rows);
  }
}

/** The table, opened by LanceDB itself. */
async function rawTable(): Promise<Table> {
  const database = await connect(join(home, 'workspaces', 'default'));
  const [name = ''] = (await database.tableNames()).filter((other) => other.startsWith('k_'));
  return database.openTable(name);
}

async function recall(queries: readonly string[]): Promise<number> {
  const table = await rawTable();
  let found = 0;
  let wanted = 0;
  for (const vector of await (await embedder()).embed(queries, 'query')) {
    const exact = table.query().nearestTo(vector).distanceType('cosine').bypassVectorIndex().limit(10);
    const distances = (await exact.select(['_distance']).toArray()).map((row: { _distance: number }) => row._distance);
    // Of equal distances any is right.
    const worst = 1 - Math.max(...distances) - 1e-6;
    const hits = await store.searchVector(NAME, vector, 10, {});
    found += hits.filter(({ similarity }) => (similarity ?? -1) >= worst).length;
    wanted += distances.length;
  }
  return found / wanted;
}

const search = (query: string, filter: object = {}): Promise<unknown> =>
  quarry.execute('search', { query, collections: [NAME], ...filter });

async function obey(command: Command): Promise<number | undefined> {
  if (command.do === 'fill') await fill(command.from, command.to, command.edition ?? 0);
  else if (command.do === 'remove')
    await store.deleteDocuments(NAME, [documentId('src_bench', `bench:${shareOf(command.number)}/${command.number}`)]);
  else if (command.do === 'maintain') await store.maintain(NAME);
  else if (command.do === 'search') await search(command.query, command.filter);
  else if (command.do === 'searchAtOnce') await Promise.all(command.queries.map((query) => search(query)));
  else return recall(command.queries);
  return undefined;
}

process.on('message', (command: Command) => void answer(command));
process.send?.('ready');

async function answer(command: Command): Promise<void> {
  const begun = performance.now();
  const before = process.cpuUsage();
  const found = await obey(command);
  const { user, system } = process.cpuUsage(before);
  const told = { milliseconds: performance.now() - begun, cpuMilliseconds: (user + system) / 1_000 };
  process.send?.(found === undefined ? told : { ...told, recall: found });
}
