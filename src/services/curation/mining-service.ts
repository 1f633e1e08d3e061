import { type Example, parseExample } from '../../core/curation/example.js';
import { countLabels, type HistogramBar } from '../../core/curation/histogram.js';
import { linkCandidates, openingOf } from '../../core/curation/miners/mine-links.js';
import {
  MINING_BOUNDS,
  type MinedPair,
  type MinerName,
  type MiningBounds,
} from '../../core/curation/miners/mined-pair.js';
import { MINER_TABLE } from '../../core/curation/miners/miners.js';
import { throwIfCancelled } from '../../core/errors.js';
import type { Document, Job, JsonValue, SearchFilter } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { breathe, DatasetAccess } from './dataset-access.js';

/** What to mine, and from where. */
export interface MiningRequest {
  readonly dataset: string;
  readonly collections: readonly string[];
  readonly filter: SearchFilter;
  readonly miners: readonly MinerName[];
  /** Most pairs in all; taken evenly over documents. */
  readonly limit: number;
  readonly bounds: MiningBounds;
  /** Reports and shows samples, writes nothing. */
  readonly preview: boolean;
}

/** What a miner found. */
export interface MinerYield {
  readonly miner: MinerName;
  readonly pairs: number;
  readonly documents: number;
  /** Pairs of which a twin (same anchor and positive) was found before. */
  readonly repeated: number;
  readonly samples: readonly { readonly anchor: string; readonly positive: string; readonly uri: string }[];
}

const PAGE = 500;
const SAMPLES = 3;
const SAMPLE_LENGTH = 240;

interface Found {
  readonly miner: MinerName;
  readonly document: Document;
  readonly pair: MinedPair;
}

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
    const { examples, yields } = await this.#toExamples(found, request, handle);
    const chosen = takeEvenly(examples, request.limit);
    const summary = {
      yields: yields.map((entry) => ({ ...entry, samples: entry.samples.map((sample) => ({ ...sample })) })),
      found: examples.length,
      chosen: chosen.length,
      licences: bars(countLabels(chosen.map((example) => (example.licence === '' ? 'unknown' : example.licence)))),
    };
    handle.count('found', examples.length);
    if (request.preview) return { ...summary, preview: true, written: 0 };
    const { version, added, known } = await this.#access.add(request.dataset, chosen, {
      message: `Mined ${chosen.length} pairs (${request.miners.join(', ')})`,
      notes: { mine: { miners: [...request.miners], collections: [...request.collections], found: examples.length } },
    });
    handle.count('added', added);
    handle.count('known', known);
    return { ...summary, preview: false, written: added, known, version: version.version, rows: version.rows };
  }

  async #find(request: MiningRequest, handle: JobHandle): Promise<Found[]> {
    const found: Found[] = [];
    for (const collection of await this.#collections.select(request.collections)) {
      let offset = 0;
      for (;;) {
        const page = await this.#context.store.listDocuments(collection.name, request.filter, { offset, limit: PAGE });
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

  async #toExamples(
    found: readonly Found[],
    request: MiningRequest,
    handle: JobHandle,
  ): Promise<{ examples: Example[]; yields: MinerYield[] }> {
    const byId = new Map<string, Example>();
    const openings = new Map<string, Opening | undefined>();
    const tallies = new Map(request.miners.map((miner) => [miner, newTally(miner)]));
    for (const [at, entry] of found.entries()) {
      await breathe(at);
      throwIfCancelled(handle.signal);
      const tally = tallies.get(entry.miner);
      const example =
        entry.pair.target === undefined ? exampleOf(entry) : await this.#followLink(entry, request, openings);
      if (example === undefined || tally === undefined) continue;
      if (byId.has(example.id)) {
        tally.repeated++;
        continue;
      }
      byId.set(example.id, example);
      tally.pairs++;
      tally.uris.add(entry.document.uri);
      if (example.kind === 'pair' && tally.samples.length < SAMPLES) {
        tally.samples.push({
          anchor: example.fields.anchor.slice(0, SAMPLE_LENGTH),
          positive: example.fields.positive.slice(0, SAMPLE_LENGTH),
          uri: example.provenance.uri,
        });
      }
    }
    const yields = [...tallies.values()].map(({ miner, pairs, uris, repeated, samples }) => ({
      miner,
      pairs,
      documents: uris.size,
      repeated,
      samples,
    }));
    return { examples: [...byId.values()], yields };
  }

  /** The pair of a link's text and the opening of the stored page it leads to; undefined when that is not stored. */
  async #followLink(
    { document, pair }: Found,
    request: MiningRequest,
    openings: Map<string, Opening | undefined>,
  ): Promise<Example | undefined> {
    const addresses = linkCandidates(document.uri, pair.target ?? '');
    const [first] = addresses;
    if (first === undefined) return undefined;
    const key = `${document.collection}\u0000${first}`;
    if (!openings.has(key)) openings.set(key, await this.#openingAt(document.collection, addresses, request.bounds));
    const opening = openings.get(key);
    if (opening === undefined || opening.document.id === document.id) return undefined;
    const { start, end } = opening;
    const positive = opening.document.text.slice(start, end);
    const linked: MinedPair = { anchor: pair.anchor, positive, start, end };
    return exampleOf({ miner: 'links', document: opening.document, pair: linked });
  }

  async #openingAt(
    collection: string,
    addresses: readonly string[],
    bounds: MiningBounds,
  ): Promise<Opening | undefined> {
    for (const address of addresses) {
      const [document] = await this.#context.store.findDocumentsByUri(collection, address);
      if (document === undefined || document.format === 'code') continue;
      const { start, end } = openingOf(document.text, bounds.maxCharacters);
      return end - start < bounds.minCharacters ? undefined : { document, start, end };
    }
    return undefined;
  }
}

interface Opening {
  readonly document: Document;
  readonly start: number;
  readonly end: number;
}

function newTally(miner: MinerName): {
  miner: MinerName;
  pairs: number;
  uris: Set<string>;
  repeated: number;
  samples: { anchor: string; positive: string; uri: string }[];
} {
  return { miner, pairs: 0, uris: new Set(), repeated: 0, samples: [] };
}

function mineDocument(document: Document, request: MiningRequest): Found[] {
  return request.miners.flatMap((miner) =>
    MINER_TABLE[miner](document, { ...MINING_BOUNDS, ...request.bounds }).map((pair) => ({ miner, document, pair })),
  );
}

function exampleOf({ miner, document, pair }: Found): Example | undefined {
  const parsed = parseExample({
    kind: 'pair',
    fields: { anchor: pair.anchor, positive: pair.positive },
    licence: document.licence.slice(0, 200),
    category: (document.category === '' ? miner : document.category).slice(0, 200),
    language: document.language.slice(0, 40),
    provenance: {
      source: document.sourceId,
      uri: document.uri.slice(0, 4_000),
      documentId: document.id,
      contentHash: document.contentHash,
      start: pair.start,
      end: pair.end,
      method: 'mine',
      rule: miner,
    },
  });
  return 'example' in parsed ? parsed.example : undefined;
}

/** At most `limit` examples: one of each document in turn, so that no large document fills the budget. */
function takeEvenly(examples: readonly Example[], limit: number): Example[] {
  if (examples.length <= limit) return [...examples];
  const queues = new Map<string, Example[]>();
  for (const example of examples) {
    const queue = queues.get(example.provenance.documentId);
    if (queue === undefined) queues.set(example.provenance.documentId, [example]);
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
