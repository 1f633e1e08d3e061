/**
 * Holds a collection of made-up documents in a home of one checkout, changes it and searches it as it is told:
 * `node change-child.js CHECKOUT HOME`.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Identity from '../../src/core/identity.js';
import type * as SearchText from '../../src/core/text/search-text.js';
import type * as Library from '../../src/quarry.js';
import { type Batch, MADE_COLLECTION, madeDocumentId, putMadeDocuments, type RowMakers } from './made-documents.js';
import { rawTable } from './raw-table.js';
import { recallOf } from './recall.js';

const [checkout = '', home = ''] = process.argv.slice(2);
const load = (path: string): Promise<unknown> => import(pathToFileURL(join(checkout, 'dist', 'src', path)).href);
// Every checkout that is measured exports what is used of these, with the same shapes.
const { openQuarry } = (await load('quarry.js')) as typeof Library;
const identity = (await load('core/identity.js')) as typeof Identity;
const { searchTextOf } = (await load('core/text/search-text.js')) as typeof SearchText;
const makers: RowMakers = { ...identity, searchTextOf };

const quarry = await openQuarry({ home, logLevel: 'error' });
const { store, embedder } = quarry.services.context;

/** What the child is told to do. */
export type Command =
  | ({ readonly do: 'fill' } & Batch)
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

async function fill(batch: Batch): Promise<void> {
  if ((await store.getCollection(MADE_COLLECTION)) === undefined)
    await quarry.execute('create_collection', { name: MADE_COLLECTION });
  await putMadeDocuments(quarry, batch, makers);
}

async function recall(queries: readonly string[]): Promise<number> {
  return recallOf(store, await rawTable(home), await (await embedder()).embed(queries, 'query'));
}

const search = (query: string, filter: object = {}): Promise<unknown> =>
  quarry.execute('search', { query, collections: [MADE_COLLECTION], ...filter });

async function obey(command: Command): Promise<number | undefined> {
  if (command.do === 'fill') await fill(command);
  else if (command.do === 'remove')
    await store.deleteDocuments(MADE_COLLECTION, [madeDocumentId(command.number, makers)]);
  else if (command.do === 'maintain') await store.maintain(MADE_COLLECTION);
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
