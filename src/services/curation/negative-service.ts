import { sameTextKey } from '../../core/curation/exact-duplicates.js';
import { type Example, parseExample } from '../../core/curation/example.js';
import {
  chooseNegatives,
  NEGATIVE_RULES,
  type NegativeCandidate,
  type NegativeQuery,
  type NegativeRules,
  SKIP_RULES,
  scoreCeiling,
} from '../../core/curation/hard-negatives.js';
import { binNumbers } from '../../core/curation/histogram.js';
import { joinLicences } from '../../core/curation/licence-policy.js';
import type { DatasetVersion } from '../../core/curation/ports.js';
import { plainWords, shingleHashes } from '../../core/curation/shingles.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { Embedder } from '../../core/ports.js';
import { dot } from '../../core/ranking/cosine.js';
import type { Collection, Job, JsonValue } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import type { RankedHit } from '../retrieval/ranked-hit.js';
import type { RetrieveService } from '../retrieve.js';
import { DatasetAccess } from './dataset-access.js';
import { type NegativeForm, PassagePool } from './passage-pool.js';
import { workAhead } from './work-ahead.js';

/** Which retriever nominates negatives. */
export const NEGATIVE_SOURCES = ['both', 'vector', 'keyword'] as const;
/** One of {@link NEGATIVE_SOURCES}. */
export type NegativeSource = (typeof NEGATIVE_SOURCES)[number];

/** How negatives are to be found. */
export interface NegativeRequest {
  readonly dataset: string;
  readonly collections: readonly string[];
  readonly source: NegativeSource;
  /** `auto` takes the dataset's own passages when at least half of them stand in stored documents, else chunks. */
  readonly form: NegativeForm;
  readonly rules: Partial<NegativeRules>;
  /** Lets the configured cross-encoder strike out negatives that it scores like the positive. */
  readonly veto: boolean;
  /** Anchors to treat, at most; the first in the dataset's order. */
  readonly limit: number;
  readonly preview: boolean;
}

/** Vectors kept for passages that come up again and again. */
const CACHED_PASSAGES = 20_000;
const NOTHING_TO_DO =
  'No pair is without negatives. To mine them in another way, restore the version before them with dataset_edit.';
/** Searches that are begun for the next anchors while one is worked on. */
const SEARCHES_AHEAD = 4;
const SHOWN = 5;
/** Longest part of a passage that becomes a negative, in characters. */
const MAX_NEGATIVE = 8_000;

type Pair = Extract<Example, { kind: 'pair' }>;
/** A text that may become a negative. */
type Nominee = Pick<NegativeCandidate, 'id' | 'documentId' | 'text' | 'licence'>;

interface Passage {
  readonly vector: Float32Array;
  readonly shingles: Uint32Array;
  readonly key: string;
}

interface Treated {
  readonly example: Pair;
  readonly negatives: readonly NegativeCandidate[];
  readonly suspicious: readonly NegativeCandidate[];
  readonly positiveScore: number;
}

interface NegativeRun {
  readonly request: NegativeRequest;
  readonly rules: NegativeRules;
  readonly collections: readonly Collection[];
  readonly handle: JobHandle;
  /** Texts known to answer an anchor, by the anchor's key. */
  readonly positives: ReadonlyMap<string, readonly Example[]>;
  /** Passages that negatives are made of; chunks without it. */
  readonly pool: PassagePool | undefined;
  readonly skipped: Record<string, number>;
}

/** Gives pairs hard negatives out of the knowledge. */
export class NegativeService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  readonly #jobs: JobService;
  readonly #retrieve: RetrieveService;
  readonly #access: DatasetAccess;
  readonly #passages = new Map<string, Passage>();
  /** The model that made the vectors of the passages. */
  #embedder: Embedder | undefined;

  constructor(
    context: ServiceContext,
    parts: { collections: CollectionService; jobs: JobService; retrieve: RetrieveService },
  ) {
    this.#context = context;
    this.#collections = parts.collections;
    this.#jobs = parts.jobs;
    this.#retrieve = parts.retrieve;
    this.#access = new DatasetAccess(context);
  }

  /** Starts a job. @throws QuarryError DATASET_NOT_FOUND, COLLECTION_NOT_FOUND, INPUT_INVALID, MODEL_UNAVAILABLE */
  async start(request: NegativeRequest): Promise<Job> {
    await this.#access.require(request.dataset);
    const collections = await this.#collections.select(request.collections);
    if (collections.length === 0) {
      throw new QuarryError('INPUT_INVALID', 'There is no collection to take negatives from.', {
        hint: 'Ingest documents first.',
      });
    }
    if (request.veto) await this.#context.reranker();
    return this.#jobs.start({
      kind: 'negatives',
      subject: request.dataset,
      input: { dataset: request.dataset, source: request.source, veto: request.veto, preview: request.preview },
      work: (handle) => this.#run(request, collections, handle),
    });
  }

  async #run(request: NegativeRequest, collections: readonly Collection[], handle: JobHandle): Promise<JsonValue> {
    const head = await this.#access.require(request.dataset);
    const examples = await this.#access.examples(head);
    const run: NegativeRun = {
      request,
      collections,
      handle,
      rules: { ...NEGATIVE_RULES, ...request.rules },
      positives: positivesByAnchor(examples),
      pool: choosePool(request.form, examples),
      skipped: Object.fromEntries([...SKIP_RULES, 'veto'].map((rule) => [rule, 0])),
    };
    const pairs = examples.filter((example) => example.kind === 'pair');
    const targets = pairs.filter(isUsable).slice(0, request.limit);
    const treated: Treated[] = [];
    let done = 0;
    // Only the searches run ahead: what a model makes of a text may depend on the texts beside it, so their order is kept.
    const nominations = workAhead(targets, SEARCHES_AHEAD, async (example) => ({
      example,
      nominated: formOf(await this.#nominate(example.fields.anchor, run), example, run),
    }));
    for await (const { example, nominated } of nominations) {
      throwIfCancelled(handle.signal);
      const result = await this.#treat(example, nominated, run);
      if (result !== undefined) treated.push(result);
      handle.report({ stage: 'negatives', done: ++done, total: targets.length });
    }
    this.#passages.clear();
    const told = targets.length === 0 ? { next: NOTHING_TO_DO } : {};
    const summary = { form: formName(run), ...summarize(treated, run.skipped, targets.length), ...told };
    if (request.preview) return { ...summary, preview: true };
    const version = await this.#write(head, treated, run);
    return { ...summary, preview: false, version: version.version, rows: version.rows };
  }

  async #treat(example: Pair, nominated: readonly Nominee[], run: NegativeRun): Promise<Treated | undefined> {
    const { anchor, positive } = example.fields;
    const embedder = await this.#context.embedder();
    const [query] = await embedder.embed([anchor], 'query', run.handle.signal);
    const passages = await this.#read([positive, ...nominated.map(({ text }) => text)], embedder, run.handle.signal);
    const [own, ...others] = passages;
    if (query === undefined || own === undefined) return undefined;
    const positiveScore = dot(query, own.vector);
    const known = run.positives.get(sameTextKey(anchor)) ?? [example];
    const about: NegativeQuery = {
      positiveScore,
      positiveDocuments: new Set(known.map((other) => other.provenance.documentId).filter((id) => id !== '')),
      positiveKeys: new Set([own.key, ...known.map((other) => sameTextKey(positiveOf(other)))]),
      positiveShingles: [own.shingles, ...known.map((other) => shingleHashes(plainWords(positiveOf(other))))],
    };
    const candidates = nominated.flatMap((candidate, at): NegativeCandidate[] => {
      const passage = others[at];
      if (passage === undefined) return [];
      const { shingles, key, vector } = passage;
      return [{ ...candidate, score: dot(query, vector), rank: at + 1, shingles, key }];
    });
    const choice = chooseNegatives(about, candidates, { ...run.rules, seed: seedOf(run.rules.seed, example.id) });
    for (const rule of SKIP_RULES) run.skipped[rule] = (run.skipped[rule] ?? 0) + choice.skipped[rule];
    const negatives = run.request.veto ? await this.#veto(anchor, positive, choice.negatives, run) : choice.negatives;
    return { example, negatives, suspicious: choice.suspicious, positiveScore };
  }

  /** Ranked passages from the wanted legs; the rank of a passage is its better one. */
  async #nominate(anchor: string, run: NegativeRun): Promise<RankedHit[]> {
    const legs = run.request.source === 'both' ? (['vector', 'keyword'] as const) : [run.request.source];
    const depth = Math.min(1_000, run.rules.rankTo);
    const lists = await Promise.all(
      legs.map((mode) =>
        this.#retrieve.rank({
          query: anchor.slice(0, 4_000),
          collections: run.collections,
          settings: { mode, rerank: false, diversity: 0 },
          depth,
          signal: run.handle.signal,
        }),
      ),
    );
    const merged = new Map<string, RankedHit>();
    for (let rank = 0; rank < depth; rank++) {
      for (const list of lists) {
        const hit = list[rank];
        if (hit !== undefined && !merged.has(hit.candidate.chunk.id)) merged.set(hit.candidate.chunk.id, hit);
      }
    }
    return [...merged.values()].slice(0, depth);
  }

  /** Vectors and shingles of texts as they stand, without titles, so that positives and negatives are measured alike. */
  async #read(texts: readonly string[], embedder: Embedder, signal: AbortSignal): Promise<Passage[]> {
    if (this.#embedder !== embedder) this.#passages.clear();
    this.#embedder = embedder;
    const missing = [...new Set(texts.filter((text) => !this.#passages.has(text)))];
    if (this.#passages.size + missing.length > CACHED_PASSAGES) this.#passages.clear();
    const wanted = [...new Set(texts.filter((text) => !this.#passages.has(text)))];
    const vectors = wanted.length === 0 ? [] : await embedder.embed(wanted, 'document', signal);
    for (const [at, text] of wanted.entries()) {
      const vector = vectors[at];
      if (vector === undefined) throw new QuarryError('EMBEDDING_FAILED', 'The model gave no vector for a passage.');
      this.#passages.set(text, { vector, shingles: shingleHashes(plainWords(text)), key: sameTextKey(text) });
    }
    return texts.flatMap((text) => this.#passages.get(text) ?? []);
  }

  async #veto(
    anchor: string,
    positive: string,
    negatives: readonly NegativeCandidate[],
    run: NegativeRun,
  ): Promise<readonly NegativeCandidate[]> {
    if (negatives.length === 0) return negatives;
    const reranker = await this.#context.reranker();
    const texts = [positive, ...negatives.map((negative) => negative.text)];
    const [best = 0, ...scores] = await reranker.rerank(anchor, texts, run.handle.signal);
    const ceiling = scoreCeiling(best, run.rules);
    const kept = negatives.filter((_, at) => (scores[at] ?? 1) <= ceiling);
    run.skipped['veto'] = (run.skipped['veto'] ?? 0) + negatives.length - kept.length;
    return kept;
  }

  /** Pairs become triplets in place; suspicious passages are added as pairs that somebody must judge. */
  async #write(head: DatasetVersion, treated: readonly Treated[], run: NegativeRun): Promise<DatasetVersion> {
    const triplets = new Map(
      treated.filter(({ negatives }) => negatives.length > 0).map((result) => [result.example.id, toTriplet(result)]),
    );
    const doubts = toDoubts(treated);
    run.handle.count('triplets', triplets.size);
    run.handle.count('suspicious', doubts.length);
    if (triplets.size === 0 && doubts.length === 0) return head;
    const known = new Set<string>();
    return this.#access.change(head, {
      message: `Gave ${triplets.size} pairs hard negatives`,
      notes: {
        negatives: {
          source: run.request.source,
          form: formName(run),
          skipped: { ...run.skipped },
          suspicious: doubts.length,
        },
      },
      transform: (example) => {
        const changed = triplets.get(example.id) ?? example;
        known.add(changed.id);
        return changed;
      },
      append: unknownOnly(doubts, known),
    });
  }
}

/** The examples whose ids are not known when they are asked for. */
function* unknownOnly(examples: readonly Example[], known: Set<string>): Generator<Example> {
  for (const example of examples) {
    if (known.has(example.id)) continue;
    known.add(example.id);
    yield example;
  }
}

function isUsable(example: Example): boolean {
  return example.review !== 'rejected' && example.review !== 'needs-review';
}

function choosePool(form: NegativeForm, examples: readonly Example[]): PassagePool | undefined {
  if (form === 'chunks') return undefined;
  const pool = new PassagePool(examples.filter(isUsable));
  return form === 'dataset' || pool.coverage >= 0.5 ? pool : undefined;
}

function formName({ pool }: NegativeRun): NegativeForm {
  return pool === undefined ? 'chunks' : 'dataset';
}

/** What was found, best first, as texts that can be negatives of an example; each text once. */
function formOf(hits: readonly RankedHit[], { split }: Example, { pool }: NegativeRun): Nominee[] {
  const texts = new Map<string, Nominee>();
  for (const { candidate } of hits) {
    const { chunk, document } = candidate;
    const whole = { text: chunk.text.slice(0, MAX_NEGATIVE), licence: document.licence };
    for (const [at, form] of (pool?.passagesIn(chunk, split) ?? [whole]).entries()) {
      if (!texts.has(form.text)) texts.set(form.text, { ...form, id: `${chunk.id}#${at}`, documentId: document.id });
    }
  }
  return [...texts.values()];
}

function positiveOf(example: Example): string {
  return example.kind === 'pair' || example.kind === 'triplet' ? example.fields.positive : '';
}

function positivesByAnchor(examples: readonly Example[]): Map<string, Example[]> {
  const byAnchor = new Map<string, Example[]>();
  for (const example of examples) {
    if (example.kind !== 'pair' && example.kind !== 'triplet') continue;
    const key = sameTextKey(example.fields.anchor);
    byAnchor.set(key, [...(byAnchor.get(key) ?? []), example]);
  }
  return byAnchor;
}

/** Each anchor draws with a seed of its own, so that adding examples changes no other draw. */
function seedOf(seed: number, id: string): number {
  return seed ^ Number.parseInt(id.slice(3, 10), 16);
}

/** The example with its negatives; their texts go with it, so their licences do too. */
function toTriplet({ example, negatives }: Treated): Example {
  const { id: _id, ...rest } = example;
  const parsed = parseExample({
    ...rest,
    kind: 'triplet',
    fields: { ...example.fields, negatives: negatives.map((negative) => negative.text) },
    licence: joinLicences([example.licence, ...negatives.map((negative) => negative.licence)]),
    provenance: { ...example.provenance, negativeDocuments: negatives.map((negative) => negative.documentId) },
  });
  return 'example' in parsed ? parsed.example : example;
}

/** Suspicious passages kept for review, those that outdo their positive most; nobody judges thousands. */
const MAX_DOUBTS = 200;

/** Pairs of an anchor and a passage that may be a second right answer, at most one for each anchor. They have no split until they are judged. */
function toDoubts(treated: readonly Treated[]): Example[] {
  const doubts = treated.flatMap(({ example, suspicious, positiveScore }) => {
    const [candidate] = suspicious;
    return candidate === undefined ? [] : [{ example, candidate, excess: candidate.score - positiveScore }];
  });
  doubts.sort((a, b) => b.excess - a.excess || (a.example.id < b.example.id ? -1 : 1));
  return doubts.slice(0, MAX_DOUBTS).flatMap(({ example, candidate }) => {
    const parsed = parseExample({
      kind: 'pair',
      fields: { anchor: example.fields.anchor, positive: candidate.text },
      review: 'needs-review',
      flags: ['suspicious-negative'],
      category: example.category,
      licence: candidate.licence,
      provenance: { documentId: candidate.documentId, method: 'negatives', rule: 'suspicious' },
    });
    return 'example' in parsed ? [parsed.example] : [];
  });
}

function summarize(treated: readonly Treated[], skipped: Readonly<Record<string, number>>, anchors: number) {
  const chosen = treated.flatMap(({ negatives, positiveScore }) =>
    negatives.map((negative) => ({ score: negative.score, margin: positiveScore - negative.score })),
  );
  const histogram = (values: readonly number[]): { label: string; count: number }[] =>
    binNumbers(values, 8).map((bar) => ({ ...bar }));
  return {
    anchors,
    withNegatives: treated.filter(({ negatives }) => negatives.length > 0).length,
    negatives: chosen.length,
    suspicious: treated.reduce((sum, { suspicious }) => sum + suspicious.length, 0),
    skipped: { ...skipped },
    positiveScores: histogram(treated.map(({ positiveScore }) => positiveScore)),
    negativeScores: histogram(chosen.map(({ score }) => score)),
    margins: histogram(chosen.map(({ margin }) => margin)),
    samples: treated
      .filter(({ negatives }) => negatives.length > 0)
      .slice(0, SHOWN)
      .map(({ example, negatives, positiveScore }) => ({
        anchor: example.fields.anchor.slice(0, 200),
        positiveScore,
        negatives: negatives.map(({ text, score, rank }) => ({ text: text.slice(0, 160), score, rank })),
      })),
  };
}
