import type { RunRecord } from '../../core/benchmark/run-record.js';
import type { PageRequest } from '../../core/ports.js';
import { BENCHMARK_RETRIEVAL } from '../../core/retrieval/settings.js';
import {
  type Evidence,
  type Gap,
  LEAST_SEARCHES,
  type LearnedProof,
  type NamedDocument,
  STALE_DAYS,
  type StaleSource,
  type SuiteEvidence,
  THIN_DOCUMENTS,
  type ThinCategory,
} from '../../core/specialists/evidence.js';
import type { LoggedSearch } from '../../core/specialists/feedback.js';
import type { Specialist } from '../../core/specialists/specialist.js';
import type { Document } from '../../core/types.js';
import type { BenchmarkService } from '../benchmark/benchmark-service.js';
import type { ServiceContext } from '../context.js';
import { RunRecords } from '../training-runs/run-records.js';
import type { FeedbackService } from './feedback-service.js';

const PAGE = 500;
const DAY_MS = 86_400_000;
/** Entries of each kind that are told. */
const MOST_TOLD = 100;

/** Parts that an {@link EvidenceService} is made of. */
export interface EvidenceParts {
  benchmark(): Promise<BenchmarkService>;
  readonly feedback: FeedbackService;
}

/** Gathers what is known of how good a specialist is: from runs, the log, and what it may read. */
export class EvidenceService {
  readonly #context: ServiceContext;
  readonly #parts: EvidenceParts;

  constructor(context: ServiceContext, parts: EvidenceParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** @throws QuarryError STORE_BROKEN */
  async of(specialist: Specialist): Promise<Evidence> {
    const { feedback } = this.#parts;
    const runs = await (await this.#parts.benchmark()).history({ specialist: specialist.name });
    const searches = feedback.isOn
      ? (await feedback.searches()).filter((one) => one.specialist === specialist.name)
      : null;
    const documents = await this.#documents(specialist);
    const suites = suiteEvidence(specialist, runs);
    return {
      documents: documents.length,
      suites,
      unrun: specialist.suites.filter((suite) => !runs.some((run) => isOf(run, suite))),
      learned: specialist.learned,
      proofs: await this.#proofs(specialist),
      searches: searches?.length ?? null,
      gaps: gapsOf(searches ?? []),
      neverFound: await this.#neverFound(specialist, documents, searches ?? []),
      thin: thinCategories(documents),
      stale: await this.#staleSources(specialist),
    };
  }

  async #proofs({ learned }: Specialist): Promise<LearnedProof[]> {
    const records = new RunRecords(this.#context);
    const runs = new Set([learned.settings?.run, learned.adapter?.run].filter((run) => run !== undefined));
    return Promise.all(
      [...runs].map(async (run) => {
        const decision = (await records.outcome(run))?.decision;
        if (decision === undefined) return { run, text: 'The record of this run is gone.' };
        if (decision.mayPromote) return { run, text: decision.text };
        const judged = `Its own questions did not decide; judging after it did (tune_next ${run} has the numbers).`;
        return { run, text: `${judged} Before that: ${decision.text}` };
      }),
    );
  }

  async #documents({ collections }: Specialist): Promise<Omit<Document, 'text'>[]> {
    const { store } = this.#context;
    const documents: Omit<Document, 'text'>[] = [];
    for (const name of collections) {
      if ((await store.getCollection(name)) === undefined) continue;
      for (let offset = 0; ; offset += PAGE) {
        const page: PageRequest = { offset, limit: PAGE };
        const { items, total } = await store.listDocuments(name, {}, page);
        documents.push(...items);
        if (offset + PAGE >= total) break;
      }
    }
    return documents;
  }

  async #neverFound(
    { collections }: Specialist,
    documents: readonly Omit<Document, 'text'>[],
    searches: readonly LoggedSearch[],
  ): Promise<NamedDocument[] | null> {
    if (searches.length < LEAST_SEARCHES) return null;
    const shown = [...new Set(searches.flatMap((search) => search.shown))];
    const found = new Set<string>();
    for (const name of collections) {
      if ((await this.#context.store.getCollection(name)) === undefined) continue;
      for (let at = 0; at < shown.length; at += PAGE)
        for (const { chunk } of await this.#context.store.getChunks(name, shown.slice(at, at + PAGE)))
          found.add(chunk.documentId);
    }
    const missed = documents.filter(({ id }) => !found.has(id));
    return missed.slice(0, MOST_TOLD).map(({ id, title, collection }) => ({ id, title, collection }));
  }

  async #staleSources({ collections }: Specialist): Promise<StaleSource[]> {
    const now = Date.parse(this.#context.clock.now());
    const sources = (await Promise.all(collections.map((name) => this.#context.store.listSources(name)))).flat();
    return sources
      .filter(({ kind }) => kind !== 'text')
      .map(({ id, uri, syncedAt }) => {
        const days = syncedAt === null ? null : Math.floor((now - Date.parse(syncedAt)) / DAY_MS);
        return { id, uri, syncedAt, days };
      })
      .filter(({ days }) => days === null || days >= STALE_DAYS);
  }
}

/** A specialist may name a suite by its name or by its folder. */
function isOf({ suite, folder }: RunRecord, named: string): boolean {
  return suite === named || `${folder}/`.endsWith(`/${named.replace(/^(?:\.?\/)+|\/+$/g, '')}/`);
}

/** The newest run of each suite in the specialist's own mode. */
function suiteEvidence(specialist: Specialist, runs: readonly RunRecord[]): SuiteEvidence[] {
  const settings = { ...BENCHMARK_RETRIEVAL, ...specialist.settings };
  const own = runs.filter(({ mode }) => mode === settings.mode);
  return [...new Set(own.map(({ suite }) => suite))].flatMap((suite) => {
    const run = own.find((one) => one.suite === suite);
    if (run === undefined) return [];
    const { configuration, id, createdAt, queries, metrics } = run;
    const isSame =
      JSON.stringify(sorted(configuration['settings'])) === JSON.stringify(sorted(settings)) &&
      (configuration['queryMap'] ?? null) === (specialist.learned.adapter?.run ?? null);
    return [{ suite, run: id, at: createdAt, queries, metrics, isOutdated: !isSame }];
  });
}

function sorted(value: unknown): [string, unknown][] {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Queries with nothing relevant; one that was answered when it was last asked is no gap any more. */
function gapsOf(searches: readonly LoggedSearch[]): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const { query, at, shown, isDoubtful } of searches) {
    const before = gaps.get(query);
    gaps.delete(query);
    if (shown.length === 0 || isDoubtful) gaps.set(query, { query, times: (before?.times ?? 0) + 1, last: at });
  }
  return [...gaps.values()].sort((a, b) => b.times - a.times || (a.last < b.last ? 1 : -1)).slice(0, MOST_TOLD);
}

function thinCategories(documents: readonly Omit<Document, 'text'>[]): ThinCategory[] {
  const counts = new Map<string, number>();
  for (const { category } of documents) if (category !== '') counts.set(category, (counts.get(category) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count < THIN_DOCUMENTS)
    .map(([category, count]) => ({ category, documents: count }))
    .sort((a, b) => a.documents - b.documents || (a.category < b.category ? -1 : 1))
    .slice(0, MOST_TOLD);
}
