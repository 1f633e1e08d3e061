import { checkIds } from '../../core/benchmark/check-ids.js';
import { summarizeScores } from '../../core/benchmark/report.js';
import type { RunRecord } from '../../core/benchmark/run-record.js';
import type { Suite } from '../../core/benchmark/suite.js';
import { QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import { DEFAULT_METRICS, type Metric, parseMetrics } from '../../core/metrics/parse-metric.js';
import { scoreRun } from '../../core/metrics/score-run.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import type { Collection, JsonObject } from '../../core/types.js';
import { type CollectionService, DEFAULT_SIZING } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle } from '../jobs.js';
import type { RetrieveService } from '../retrieve.js';
import { type AnchoredJudgments, anchorJudgments } from './anchor-judgments.js';
import { CorpusIndexer } from './corpus-index.js';
import { abstentionOf, answerabilityOf, chunkingOf, judgmentsOf, latencyOf, resultsOf } from './execute-run.js';
import type { ArchivedRun, RunArchive } from './run-archive.js';
import type { PlannedRun } from './run-plan.js';
import { SuiteSearcher } from './search-suite.js';

/** What to run. */
export interface SuiteRunRequest {
  readonly suite: Suite;
  readonly runs: readonly PlannedRun[];
  /** Living collection to judge instead of the suite's own corpus. */
  readonly collection: string | undefined;
  readonly metrics: readonly string[];
  readonly seed: number;
  /** As whom queries are asked; null as nobody. */
  readonly specialist: Expert | null;
}

/** What a run takes from a specialist besides settings. */
export interface Expert {
  readonly name: string;
  /** Its learned query adapter. */
  readonly queryMap: QueryMap | undefined;
}

/** An index that queries run against. */
interface Target {
  readonly collection: Collection;
  readonly corpusHash: string | null;
  readonly indexMs: number | null;
  readonly judgments: AnchoredJudgments;
}

/** Parts that a {@link SuiteRunner} is made of. */
export interface SuiteRunnerParts {
  readonly collections: CollectionService;
  readonly retrieve: RetrieveService;
  readonly archive: RunArchive;
}

/** Runs configurations over a suite and archives what came of them. */
export class SuiteRunner {
  readonly #context: ServiceContext;
  readonly #parts: SuiteRunnerParts;
  readonly #indexer: CorpusIndexer;
  readonly #searcher: SuiteSearcher;

  constructor(context: ServiceContext, parts: SuiteRunnerParts) {
    this.#context = context;
    this.#parts = parts;
    this.#indexer = new CorpusIndexer(context);
    this.#searcher = new SuiteSearcher(context, parts.retrieve);
  }

  /** One archived run per configuration, in the order asked for; indexes are shared between them. */
  async run(request: SuiteRunRequest, handle: JobHandle): Promise<ArchivedRun[]> {
    const targets = new Map<string, Target>();
    const progress = { done: 0, total: request.suite.queries.length * request.runs.length };
    const archived: ArchivedRun[] = [];
    for (const planned of request.runs) {
      const key = JSON.stringify(planned.sizing ?? null);
      const target = targets.get(key) ?? (await this.#open(request, planned, handle));
      targets.set(key, target);
      archived.push(await this.#execute({ request, planned, target, handle, progress }));
      handle.count('runs');
    }
    return archived;
  }

  async #open(request: SuiteRunRequest, planned: PlannedRun, handle: JobHandle): Promise<Target> {
    const { suite } = request;
    const name = request.collection ?? suite.manifest.collection ?? undefined;
    if (name === undefined || (request.collection === undefined && suite.hasCorpus)) {
      if (!suite.hasCorpus) throw noCorpus(suite);
      const index = await this.#indexer.ensure(suite, planned.sizing ?? DEFAULT_SIZING, handle);
      return {
        ...index,
        judgments: await anchorJudgments(this.#context.store, { collection: index.collection, suite, place: 'own' }),
      };
    }
    if (planned.sizing !== undefined) {
      throw new QuarryError('INPUT_INVALID', 'Chunk sizes cannot be swept over a living collection.', {
        hint: 'Leave maxTokens out, or use a suite that brings its documents.',
      });
    }
    const collection = await this.#parts.collections.get(name);
    const judgments = await anchorJudgments(this.#context.store, { collection, suite, place: 'living' });
    return { collection, corpusHash: null, indexMs: null, judgments };
  }

  async #execute(work: {
    request: SuiteRunRequest;
    planned: PlannedRun;
    target: Target;
    handle: JobHandle;
    progress: { done: number; readonly total: number };
  }): Promise<ArchivedRun> {
    const { request, planned, target, handle, progress } = work;
    const { suite, seed } = request;
    const { collection, judgments } = target;
    const { settings, name } = planned;
    const { dropSelfHits } = suite.manifest;
    const metrics = parseMetrics(request.metrics.length === 0 ? DEFAULT_METRICS : request.metrics);
    const outcome = await this.#searcher.search({
      queries: suite.queries,
      collection,
      settings,
      queryMap: request.specialist?.queryMap,
      depth: settings.candidates,
      judgments,
      dropSelfHits,
      handle,
      progress,
      name,
    });
    const qrels = judgmentsOf(judgments);
    const results = resultsOf(outcome, qrels);
    const scores = scoreRun(results, qrels, { metrics, complete: true });
    const stats = await this.#context.store.collectionStats(collection.name);
    const { documents, chunks, bytesOnDisk } = stats;
    const record = this.#describe(work, metrics, {
      queries: scores.queries.length,
      metrics: summarizeScores(scores, seed),
      timing: { ...latencyOf(outcome), indexMs: target.indexMs, documents, chunks, bytesOnDisk },
      answerability: answerabilityOf(outcome, seed),
      abstention: abstentionOf(outcome, suite, { settings, seed }),
      chunking: chunkingOf(outcome),
      stale: judgments.stale,
      warnings: [
        ...suite.warnings,
        ...anchorWarnings(judgments),
        ...checkIds(results, qrels, { complete: true }),
        ...depthWarnings(metrics, settings.candidates),
      ],
    });
    const run = { record, scores };
    await this.#parts.archive.put(run, results);
    return run;
  }

  #describe(
    work: { request: SuiteRunRequest; planned: PlannedRun; target: Target; handle: JobHandle },
    metrics: readonly Metric[],
    measured: Pick<
      RunRecord,
      'queries' | 'metrics' | 'timing' | 'answerability' | 'abstention' | 'chunking' | 'stale' | 'warnings'
    >,
  ): RunRecord {
    const { request, planned, target, handle } = work;
    const { suite } = request;
    const configuration = this.#configurationOf(work, metrics);
    const id = `run_${sha256(JSON.stringify([handle.id, planned.name])).slice(0, 16)}`;
    return {
      id,
      job: handle.id,
      name: planned.name,
      mode: planned.settings.mode,
      suite: suite.manifest.name,
      folder: suite.folder,
      split: suite.split,
      origin: suite.manifest.origin,
      specialist: request.specialist?.name ?? null,
      fingerprint: sha256(JSON.stringify(configuration)).slice(0, 16),
      configuration: { ...configuration, collection: target.collection.name },
      createdAt: this.#context.clock.now(),
      ...measured,
      trecFile: this.#parts.archive.trecPath(id),
    };
  }

  #configurationOf(
    work: { request: SuiteRunRequest; planned: PlannedRun; target: Target },
    metrics: readonly Metric[],
  ): JsonObject {
    const { request, planned, target } = work;
    const { collection } = target;
    return {
      suite: request.suite.hash,
      split: request.suite.split,
      corpus: target.corpusHash ?? `collection ${collection.name}`,
      model: { ...collection.fingerprint },
      chunker: collection.chunker,
      sizing: { ...collection.sizing },
      settings: { ...planned.settings },
      ...expertOf(request.specialist),
      metrics: metrics.map((metric) => metric.name),
      version: this.#context.version,
      seed: request.seed,
    };
  }
}

/** A learned adapter changes what is measured; the specialist's name does not. */
function expertOf(expert: Expert | null): JsonObject {
  return expert?.queryMap === undefined ? {} : { queryMap: expert.queryMap.id };
}

function noCorpus(suite: Suite): QuarryError {
  return new QuarryError('SUITE_INVALID', `The suite ${suite.manifest.name} brings no documents.`, {
    hint: 'Name the collection that it judges, or add corpus.jsonl.',
  });
}

/** Metrics that look deeper than the run ranks measure the depth, not the search. */
function depthWarnings(metrics: readonly Metric[], candidates: number): string[] {
  const deep = metrics.filter((metric) => Number.isFinite(metric.cutoff) && metric.cutoff > candidates);
  if (deep.length === 0) return [];
  const names = deep.map((metric) => metric.name).join(', ');
  return [`${names} looks deeper than the ${candidates} chunks that are ranked: raise candidates (at most 1000).`];
}

function anchorWarnings(judgments: AnchoredJudgments): string[] {
  const { stale, moved, missing } = judgments;
  const warnings: string[] = [];
  if (missing.length > 0) {
    warnings.push(
      `${missing.length} judged documents are not in the suite's corpus (${missing.slice(0, 3).join(', ')}); they count as not found.`,
    );
  }
  if (stale.length > 0) {
    const gone = stale.filter((judgment) => judgment.reason === 'gone').length;
    const shown = [...new Set(stale.map((judgment) => judgment.documentId))].slice(0, 3).join(', ');
    warnings.push(
      `${stale.length} judgments are stale (${gone} documents gone, ${stale.length - gone} quotations changed; for instance ${shown}). They are left out of the scores: judge them anew.`,
    );
  }
  if (moved > 0) warnings.push(`${moved} judgments were found in another document than the suite names.`);
  return warnings;
}
