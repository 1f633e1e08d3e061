import { type MinedQuery, mineQueries } from '../../core/benchmark/mine-queries.js';
import type { Excerpt, Suite, SuiteQuery } from '../../core/benchmark/suite.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import { createRandom } from '../../core/statistics/random.js';
import type { Document } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { SuiteLocator } from './suite-locator.js';

const PAGE = 200;

/** A suite to be made from a collection. */
export interface MineRequest {
  readonly name: string;
  readonly collection: string;
  /** Most queries, 1..5000. */
  readonly queries: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

interface Mined extends MinedQuery {
  readonly document: Document;
}

/** Makes suites from the structure of collections. */
export class SuiteMiner {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #suites: SuiteLocator;

  constructor(context: ServiceContext, parts: { collections: CollectionService; suites: SuiteLocator }) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#suites = parts.suites;
  }

  /** Writes a suite marked as mined into the workspace. @throws QuarryError COLLECTION_NOT_FOUND, ALREADY_EXISTS, SUITE_INVALID */
  async mine(request: MineRequest): Promise<Suite> {
    const collection = await this.#collections.get(request.collection);
    const files = await this.#context.suiteFiles();
    const folder = this.#suites.folderOf(request.name);
    if (await files.isFolder(folder)) {
      throw new QuarryError('ALREADY_EXISTS', `There is already a suite ${JSON.stringify(request.name)}.`, {
        hint: 'Choose another name.',
      });
    }
    const mined = choose(await this.#gather(collection.name, request), request);
    if (mined.length === 0) {
      throw new QuarryError(
        'SUITE_INVALID',
        `Nothing in ${collection.name} has headings, doc comments or sentences to ask about.`,
        {
          hint: 'Ingest documents with some structure, or write queries by hand.',
        },
      );
    }
    const queries = mined.map(
      ({ text, type }, i): SuiteQuery => ({ id: `m${String(i + 1).padStart(4, '0')}`, text, type }),
    );
    const excerpts = mined.map(
      ({ document, quote }, i): Excerpt => ({
        queryId: queries[i]?.id ?? '',
        documentId: document.uri,
        quote,
        contentHash: document.contentHash,
      }),
    );
    await files.save(folder, {
      manifest: {
        name: request.name,
        title: `Mined from ${collection.name}`,
        description:
          'Queries made from headings, doc comments and sentences. They flatter: use them to see changes, not quality.',
        origin: 'mined',
        documents: null,
        collection: collection.name,
        dropSelfHits: false,
        licence: '',
      },
      split: 'test',
      queries,
      qrels: new Map(excerpts.map(({ queryId, documentId }) => [queryId, new Map([[documentId, 1]])])),
      excerpts,
    });
    return files.open(folder);
  }

  async #gather(collection: string, request: MineRequest): Promise<Mined[]> {
    const { store } = this.#context;
    const mined: Mined[] = [];
    for (let offset = 0; ; ) {
      const page = await store.listDocuments(collection, {}, { offset, limit: PAGE });
      for (const listed of page.items) {
        throwIfCancelled(request.signal);
        const document = await store.getDocument(collection, listed.id);
        if (document === undefined) continue;
        const chunks = await store.listChunks(collection, document.id);
        const own = mineQueries(document, chunks, request.seed + offset);
        mined.push(...own.map((query) => ({ ...query, document })));
      }
      offset += page.items.length;
      if (page.items.length === 0 || offset >= page.total) return mined;
    }
  }
}

/** A seeded choice that takes the rules in turn and a text only once, whatever document it came from. */
function choose(mined: readonly Mined[], request: MineRequest): Mined[] {
  const count = new Map<string, number>();
  for (const { text } of mined) count.set(text.toLowerCase(), (count.get(text.toLowerCase()) ?? 0) + 1);
  const random = createRandom(request.seed);
  const shuffled = mined
    .filter(({ text }) => count.get(text.toLowerCase()) === 1)
    .map((query) => ({ query, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ query }) => query);
  const groups = groupByType(shuffled);
  const chosen: Mined[] = [];
  for (let round = 0; chosen.length < request.queries; round++) {
    const next = groups.flatMap((group) => group[round] ?? []);
    if (next.length === 0) return chosen;
    chosen.push(...next.slice(0, request.queries - chosen.length));
  }
  return chosen;
}

function groupByType(queries: readonly Mined[]): Mined[][] {
  return (['heading', 'docstring', 'known-item'] as const).map((type) =>
    queries.filter((query) => query.type === type),
  );
}
