import type { Example } from '../../core/curation/example.js';
import { countLabels, type HistogramBar } from '../../core/curation/histogram.js';
import { MINING_BOUNDS, type MinerName, type MiningBounds } from '../../core/curation/miners/mined-pair.js';
import { MINER_TABLE } from '../../core/curation/miners/miners.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { Document, Job, JsonValue, SearchFilter } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { resolveFilter } from '../filters/resolve-filter.js';
import type { JobHandle, JobService } from '../jobs.js';
import { breathe, DatasetAccess } from './dataset-access.js';
import { LinkOpenings } from './link-openings.js';
import { type Found, inMiningOrder, toMinedDocument, toMinedExamples } from './mined-examples.js';

/** What to mine, and from where. */
export interface MiningRequest {
  readonly dataset: string;
  readonly collections: readonly string[];
  readonly filter: SearchFilter;
  readonly miners: readonly MinerName[];
  /** Most pairs in all; taken evenly over documents and miners. */
  readonly limit: number;
  readonly bounds: MiningBounds;
  /** Reports and shows samples, writes nothing. */
  readonly preview: boolean;
}

const PAGE = 500;
const NOTHING = 'Nothing was found: ingest documents first, or choose other miners or documents.';
const BEFORE = 'Nothing was written: mine again with preview false.';
const AFTER = 'Look at it with dataset_show; then dataset_audit, dataset_split, dataset_negatives, dataset_export.';

/** Makes pairs out of the structure of stored documents. */
export class MiningService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #jobs: JobService;
  readonly #access: DatasetAccess;

  constructor(context: ServiceContext, parts: { collections: CollectionService; jobs: JobService }) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#jobs = parts.jobs;
    this.#access = new DatasetAccess(context);
  }

  /** Starts a job. @throws QuarryError COLLECTION_NOT_FOUND */
  async start(request: MiningRequest): Promise<Job> {
    await this.#collections.select(request.collections);
    return this.#jobs.start({
      kind: 'mine',
      subject: request.dataset,
      input: {
        dataset: request.dataset,
        collections: [...request.collections],
        miners: [...request.miners],
        limit: request.limit,
        preview: request.preview,
      },
      work: (handle) => this.#run(request, handle),
    });
  }

  async #run(request: MiningRequest, handle: JobHandle): Promise<JsonValue> {
    const found = await this.#find(request, handle);
    const resolved = await this.#resolveLinks(found, request, handle);
    const { examples, yields } = await toMinedExamples(resolved, request.miners, handle.signal);
    const chosen = takeEvenly(examples, request.limit);
    const summary = {
      yields: yields.map((entry) => ({ ...entry, samples: entry.samples.map((sample) => ({ ...sample })) })),
      found: examples.length,
      chosen: chosen.length,
      licences: bars(countLabels(chosen.map((example) => (example.licence === '' ? 'unknown' : example.licence)))),
    };
    handle.count('found', examples.length);
    if (request.preview) {
      const known = await this.#access.countKnown(request.dataset, chosen);
      return {
        ...summary,
        preview: true,
        written: 0,
        known,
        next: examples.length === 0 ? NOTHING : BEFORE,
      };
    }
    const { version, added, known } = await this.#access.add(request.dataset, chosen, {
      message: `Mined ${chosen.length} pairs (${request.miners.join(', ')})`,
      notes: { mine: { miners: [...request.miners], collections: [...request.collections], found: examples.length } },
    });
    handle.count('added', added);
    handle.count('known', known);
    return {
      ...summary,
      preview: false,
      written: added,
      known,
      version: version.version,
      rows: version.rows,
      next: examples.length === 0 ? NOTHING : AFTER,
    };
  }

  async #find(request: MiningRequest, handle: JobHandle): Promise<Found[]> {
    const found: Found[] = [];
    const collections = await this.#collections.select(request.collections);
    const filter = await resolveFilter(this.#context, collections, request.filter);
    for (const collection of collections) {
      let offset = 0;
      for (;;) {
        const page = await this.#context.store.listDocuments(collection.name, filter, { offset, limit: PAGE });
        for (const listed of page.items) {
          throwIfCancelled(handle.signal);
          const document = await this.#context.store.getDocument(collection.name, listed.id);
          if (document !== undefined) found.push(...mineDocument(document, request));
          handle.report({ stage: 'mine', done: ++offset, total: page.total });
        }
        if (page.items.length === 0 || offset >= page.total) break;
      }
    }
    return found;
  }

  /** Links become pairs with the opening of the page they lead to; what leads nowhere is left out. */
  async #resolveLinks(found: readonly Found[], request: MiningRequest, handle: JobHandle): Promise<Found[]> {
    const openings = new LinkOpenings(this.#context.store, request.bounds);
    const resolved: Found[] = [];
    for (const [at, entry] of found.entries()) {
      await breathe(at);
      throwIfCancelled(handle.signal);
      const pair = entry.pair.target === undefined ? entry : await openings.follow(entry);
      if (pair !== undefined) resolved.push(pair);
    }
    return resolved;
  }
}

function mineDocument(document: Document, request: MiningRequest): Found[] {
  const bounds = { ...MINING_BOUNDS, ...request.bounds };
  const pairs = inMiningOrder(request.miners).map((miner) => ({ miner, pairs: MINER_TABLE[miner](document, bounds) }));
  if (pairs.every((mined) => mined.pairs.length === 0)) return [];
  const mined = toMinedDocument(document);
  return pairs.flatMap(({ miner, pairs: own }) => own.map((pair) => ({ miner, document: mined, pair })));
}

/** At most `limit` examples: one of each document and miner in turn, so that neither a large document nor a busy miner fills the budget. */
function takeEvenly(examples: readonly Example[], limit: number): Example[] {
  if (examples.length <= limit) return [...examples];
  const queues = new Map<string, Example[]>();
  for (const example of examples) {
    const key = `${example.provenance.documentId} ${example.provenance.rule}`;
    const queue = queues.get(key);
    if (queue === undefined) queues.set(key, [example]);
    else queue.push(example);
  }
  const chosen: Example[] = [];
  for (let turn = 0; chosen.length < limit; turn++) {
    for (const queue of queues.values()) {
      const example = queue[turn];
      if (example !== undefined && chosen.length < limit) chosen.push(example);
    }
  }
  return chosen;
}

function bars(list: readonly HistogramBar[]): { label: string; count: number }[] {
  return list.map((bar) => ({ ...bar }));
}
