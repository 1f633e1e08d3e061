import { type Advice, advise, bestRun, type RunFacts } from '../../core/benchmark/advise.js';
import { formatBaseline, makeBaseline, parseBaseline } from '../../core/benchmark/baseline.js';
import type { NamedScores } from '../../core/benchmark/compare-scores.js';
import { drawCurves, type RunCurves } from '../../core/benchmark/curves.js';
import { type GateVerdict, judgeGate } from '../../core/benchmark/gate.js';
import { findMoved } from '../../core/benchmark/moved-queries.js';
import { type BenchmarkReport, compareRuns, toReportRun } from '../../core/benchmark/report.js';
import type { RunRecord } from '../../core/benchmark/run-record.js';
import type { Suite } from '../../core/benchmark/suite.js';
import { QuarryError } from '../../core/errors.js';
import type { Qrels } from '../../core/metrics/judgments.js';
import { parseMetrics } from '../../core/metrics/parse-metric.js';
import type { Reach } from '../../core/reach.js';
import { BENCHMARK_RETRIEVAL } from '../../core/retrieval/settings.js';
import { mean } from '../../core/statistics/mean.js';
import type { Job, JsonValue } from '../../core/types.js';
import { requireReadable } from '../access/read-access.js';
import { requireStillWritable, requireWritable } from '../access/write-access.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobService } from '../jobs.js';
import type { RetrieveService } from '../retrieve.js';
import type { SpecialistUse } from '../specialists/specialist-service.js';
import { CorpusIndexer } from './corpus-index.js';
import { type MineRequest, SuiteMiner } from './mine-suite.js';
import { type ArchivedRun, RunArchive } from './run-archive.js';
import { expertOf, requireReadableBy } from './run-as.js';
import { planRuns, type Sweep } from './run-plan.js';
import { type ScoreRequest, scoreFile } from './score-file.js';
import { type ListedSuites, SuiteLocator, type WantedSuite } from './suite-locator.js';
import { SuiteRunner } from './suite-runner.js';

/** A benchmark to run. */
export interface RunRequest {
  /** Name or folder. */
  readonly suite: string;
  readonly split?: string | undefined;
  /** Living collection to judge instead of the suite's corpus. */
  readonly collection?: string | undefined;
  readonly sweep: Sweep;
  readonly metrics: readonly string[];
  readonly seed: number;
  /** As whom to search; its settings are those that the sweep varies, and it may read `collection`. */
  readonly specialist?: SpecialistUse | undefined;
}

/** A gate to pass. */
export interface GateRequest {
  readonly suite: string;
  /** Path of the baseline file. */
  readonly baseline: string;
  readonly tolerance: number;
  readonly seed: number;
  /** Write the baseline instead of holding runs against it. */
  readonly update: boolean;
  /** Whether a baseline that is there may be replaced, and whether that was said twice. */
  readonly overwrite: boolean;
  readonly confirm: boolean;
  readonly sweep: Sweep;
}

/** Metrics that baselines keep and gates look at: few, so that the correction leaves power. */
export const GATE_METRICS: readonly string[] = ['ndcg@10', 'recall@100'];

/** Ranks that curves show. */
const CURVE_DEPTH = 100;

/** Runs, scores, compares and keeps benchmarks. */
export class BenchmarkService {
  readonly #context: ServiceContext;
  readonly #jobs: JobService;
  readonly #suites: SuiteLocator;
  readonly #archive: RunArchive;
  readonly #runner: SuiteRunner;
  readonly #miner: SuiteMiner;

  constructor(
    context: ServiceContext,
    parts: { collections: CollectionService; jobs: JobService; retrieve: RetrieveService },
  ) {
    this.#context = context;
    this.#jobs = parts.jobs;
    this.#suites = new SuiteLocator(context);
    this.#archive = new RunArchive(context);
    this.#runner = new SuiteRunner(context, { ...parts, archive: this.#archive });
    this.#miner = new SuiteMiner(context, { collections: parts.collections, suites: this.#suites });
  }

  /** Suites of the workspace and those that ship with the product, and those that cannot be read. */
  suites(): Promise<ListedSuites> {
    return this.#suites.list();
  }

  /** @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID */
  openSuite(wanted: WantedSuite, reach: Reach): Promise<Suite> {
    return this.#suites.open(wanted, reach);
  }

  /** Makes a suite from the structure of a collection, without any model. @throws QuarryError COLLECTION_NOT_FOUND, ALREADY_EXISTS, SUITE_INVALID */
  mineSuite(request: MineRequest): Promise<Suite> {
    return this.#miner.mine(request);
  }

  /** Starts a job that runs every configuration of the sweep; its result names the runs. @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID, INPUT_INVALID */
  async start(request: RunRequest, reach: Reach): Promise<Job> {
    const suite = await this.#suites.open(request, reach);
    requireReadableBy(request, suite);
    const runs = planRuns(request.sweep, { ...BENCHMARK_RETRIEVAL, ...request.specialist?.specialist.settings });
    parseMetrics(request.metrics); // A misspelt metric is told now, not by a job that fails later.
    return this.#jobs.start({
      kind: 'benchmark',
      subject: suite.manifest.name,
      input: { suite: request.suite, runs: runs.map((run) => run.name) },
      work: async (handle) => {
        await this.#suites.requireStill(suite.folder, reach);
        const done = await this.#runner.run(
          { ...request, suite, runs, collection: request.collection, specialist: expertOf(request.specialist) },
          handle,
        );
        return { runs: done.map(({ record }) => record.id) };
      },
    });
  }

  /** Scores a run file against judgments. @throws QuarryError PATH_UNREADABLE, and as `scoreFile` */
  async score(request: ScoreRequest, reach: Reach): Promise<BenchmarkReport> {
    const run = await requireReadable(reach, request.run);
    const qrels = await requireReadable(reach, request.qrels);
    const against = request.against === undefined ? undefined : await requireReadable(reach, request.against);
    return scoreFile(await this.#context.suiteFiles(), { ...request, run, qrels, against });
  }

  /** Kept runs, newest first. */
  async history(filter: { suite?: string | undefined; specialist?: string | undefined }): Promise<RunRecord[]> {
    const runs = await this.#archive.list();
    return runs.filter(
      (run) =>
        (filter.suite === undefined || run.suite === filter.suite) &&
        (filter.specialist === undefined || run.specialist === filter.specialist),
    );
  }

  /**
   * The report of runs: ids of runs or of the jobs that made them; none means the last job's.
   * @throws QuarryError RUN_NOT_FOUND, RUN_INVALID when the runs are of different suites
   */
  async report(ids: readonly string[], options: ReportOptions): Promise<BenchmarkReport> {
    const runs = await this.#resolve(ids);
    requireOneSuite(runs);
    const named = nameApart(runs);
    const scores = named.map(({ name, run }): NamedScores => ({ name, scores: run.scores }));
    return {
      suite: runs[0]?.record.suite ?? '',
      origin: runs[0]?.record.origin ?? 'imported',
      runs: named.map(({ name, run }) => ({
        ...toReportRun(run.record, options.perQuery ? run.scores : undefined),
        name,
      })),
      comparisons: compareRuns(scores, options.seed),
      warnings: [...new Set(runs.flatMap((run) => run.record.warnings))],
      moved: options.moved > 0 && runs.length > 1 ? await this.#moved(named, options) : [],
    };
  }

  /** Recall and precision curves of runs, in their order. */
  async curves(ids: readonly string[], reach: Reach): Promise<RunCurves[]> {
    const runs = await this.#resolve(ids);
    const curves: RunCurves[] = [];
    for (const { name, run } of nameApart(runs)) {
      const { qrels } = await this.#suiteOf(run.record, reach);
      const results = await this.#archive.results(run.record);
      const judged = new Map([...qrels].filter(([query]) => run.scores.queries.includes(query)));
      curves.push(drawCurves(name, results, judged, CURVE_DEPTH));
    }
    return curves;
  }

  /** Writes the rankings of one run as a TREC file. @throws QuarryError INPUT_INVALID for several runs, RUN_NOT_FOUND, ALREADY_EXISTS */
  async exportRun(ids: readonly string[], path: string, how: { readonly replace: boolean }): Promise<void> {
    const [id, ...others] = ids;
    if (id === undefined || others.length > 0) {
      throw new QuarryError('INPUT_INVALID', 'A TREC file holds one run.', { hint: 'Name the id of one run.' });
    }
    const { record } = await this.#archive.get(id);
    const files = await this.#context.suiteFiles();
    await files.writeRun(path, await this.#archive.results(record), { tag: `quarry-${record.name}`, ...how });
  }

  /** What the numbers say and what to do about it. */
  async summary(
    ids: readonly string[],
    { seed, reach }: Pick<ReportOptions, 'seed' | 'reach'>,
  ): Promise<{ report: BenchmarkReport; advice: Advice[] }> {
    const report = await this.report(ids, { perQuery: false, moved: 0, seed, reach });
    const best = bestRun(report);
    const facts = best?.id === null || best === undefined ? undefined : await this.#facts(best.id, reach);
    return { report, advice: advise(report, facts) };
  }

  /**
   * Starts a job that runs the suite and holds it against the baseline; the job fails with GATE_FAILED when a drop is
   * both significant and larger than the tolerance.
   * @throws QuarryError SUITE_NOT_FOUND, PATH_NOT_FOUND, PATH_UNREADABLE, ALREADY_EXISTS, CONFIRMATION_REQUIRED, RUN_INVALID
   */
  async startGate(given: GateRequest, reach: Reach): Promise<Job> {
    const files = await this.#context.suiteFiles();
    const suite = await this.#suites.open({ suite: given.suite }, reach);
    const request = { ...given, baseline: await baselinePath(given, reach) };
    const baseline = request.update
      ? undefined
      : parseBaseline(await files.readText(request.baseline), request.baseline);
    if (baseline !== undefined && baseline.suiteHash !== suite.hash) throw otherSuite(request, suite);
    const modes = baseline?.runs.map((run) => run.mode) ?? request.sweep.modes;
    const runs = planRuns({ ...request.sweep, modes });
    const unmatched = baseline?.runs.find((before) => !runs.some((run) => run.name === before.name));
    if (unmatched !== undefined) throw notRun(request, unmatched.name);
    return this.#jobs.start({
      kind: 'benchmark-gate',
      subject: suite.manifest.name,
      input: { suite: request.suite, baseline: request.baseline, update: request.update },
      work: async (handle) => {
        await this.#suites.requireStill(suite.folder, reach);
        const done = await this.#runner.run(
          { suite, runs, collection: undefined, metrics: GATE_METRICS, seed: request.seed, specialist: null },
          handle,
        );
        if (baseline !== undefined) {
          const { tolerance, seed } = request;
          return this.#judge(judgeGate(baseline, done, { tolerance, seed, metrics: GATE_METRICS }), done);
        }
        const about = {
          suiteHash: suite.hash,
          seed: request.seed,
          version: this.#context.version,
          createdAt: this.#context.clock.now(),
        };
        await requireStillWritable(reach, request.baseline);
        const text = formatBaseline(makeBaseline(done, about));
        await files.writeText(request.baseline, text, { replace: request.overwrite });
        return { written: request.baseline, runs: done.map(({ record }) => record.id) };
      },
    });
  }

  /** Deletes a run, or every run of a job. Resolves to the ids deleted. @throws QuarryError RUN_NOT_FOUND */
  async delete(id: string): Promise<string[]> {
    const runs = await this.#resolve([id]);
    for (const { record } of runs) await this.#archive.delete(record.id);
    return runs.map(({ record }) => record.id);
  }

  /** Drops the indexes that were made for suites; resolves to their number. */
  clearIndexes(): Promise<number> {
    return new CorpusIndexer(this.#context).clear();
  }

  #judge(verdict: GateVerdict, runs: readonly ArchivedRun[]): JsonValue {
    const { passed, failures, changed, lines, tolerance } = verdict;
    const ids = runs.map(({ record }) => record.id);
    const cause =
      changed.length === 0 ? 'Nothing but the code has changed.' : `Changed since the baseline: ${changed.join(', ')}.`;
    if (passed) return { passed, tolerance, changed: [...changed], lines: [cause, ...lines], runs: ids };
    const worst = failures.map(
      (failure) =>
        `${failure.b} ${failure.metric} ${failure.difference.toFixed(4)} (corrected p ${failure.pAdjusted.toFixed(4)})`,
    );
    throw new QuarryError(
      'GATE_FAILED',
      `Scores dropped by more than ${tolerance}, significantly: ${worst.join('; ')}. ${cause}`,
      {
        hint: `Read the runs with: quarry benchmark report ${ids.join(' ')}. If the drop is meant, write a new baseline with --update --overwrite --confirm.`,
        details: { failures: failures.map((failure) => ({ ...failure })), changed: [...changed], runs: ids },
      },
    );
  }

  async #resolve(ids: readonly string[]): Promise<ArchivedRun[]> {
    const all = await this.#archive.list();
    const last = all[0];
    if (ids.length === 0) {
      if (last === undefined)
        throw new QuarryError('RUN_NOT_FOUND', 'No benchmark has been run yet.', {
          hint: 'Start one with benchmark_run.',
        });
      return this.#resolve([last.job]);
    }
    const wanted = ids.flatMap((id) => {
      const made = all.filter((run) => run.job === id).map((run) => run.id);
      return made.length > 0 ? made.reverse() : [id];
    });
    return Promise.all([...new Set(wanted)].map((id) => this.#archive.get(id)));
  }

  /** The suite as it was run: for its texts and judgments. @throws QuarryError SUITE_NOT_FOUND when its folder is gone, PATH_UNREADABLE */
  async #suiteOf(record: RunRecord, reach: Reach): Promise<{ qrels: Qrels; suite: Suite }> {
    const files = await this.#context.suiteFiles();
    await this.#suites.requireStill(record.folder, reach);
    const suite = await files.open(record.folder, record.split);
    return { suite, qrels: suite.qrels };
  }

  async #moved(
    named: readonly { name: string; run: ArchivedRun }[],
    options: ReportOptions,
  ): Promise<BenchmarkReport['moved']> {
    const [first, last] = [named[0], named.at(-1)];
    if (first === undefined || last === undefined) return [];
    const { suite, qrels } = await this.#suiteOf(first.run.record, options.reach);
    const ranked = async (entry: { name: string; run: ArchivedRun }) => ({
      name: entry.name,
      scores: entry.run.scores,
      results: await this.#archive.results(entry.run.record),
    });
    const metric = options.metric ?? [...first.run.scores.values.keys()][0] ?? '';
    const texts = new Map(suite.queries.map((query) => [query.id, query.text]));
    return findMoved(await ranked(first), await ranked(last), { metric, qrels, texts, limit: options.moved });
  }

  async #facts(id: string, reach: Reach): Promise<RunFacts> {
    const { record, scores } = await this.#archive.get(id);
    const { suite } = await this.#suiteOf(record, reach);
    const column = [...scores.values.values()][0] ?? new Float64Array(0);
    const rows = new Map(scores.queries.map((query, row) => [query, column[row] ?? 0]));
    const types = [...new Set(suite.queries.map((query) => query.type))].filter((type) => type !== '');
    const byType = types.flatMap((type) => {
      const values = suite.queries
        .filter((query) => query.type === type && rows.has(query.id))
        .map((query) => rows.get(query.id) ?? 0);
      return values.length === 0 ? [] : [{ type, queries: values.length, mean: mean(values) }];
    });
    const recall = [...scores.values].find(([metric]) => metric.startsWith('recall'))?.[1];
    const missed = recall === undefined ? [] : scores.queries.filter((_, row) => recall[row] === 0);
    return { byType, missed };
  }
}

/** What a report shall hold. */
export interface ReportOptions {
  readonly perQuery: boolean;
  /** How many moved queries to show; 0 for none. */
  readonly moved: number;
  readonly seed: number;
  /** Metric by which queries moved; default the first. */
  readonly metric?: string | undefined;
  /** What the caller may touch: suites that are read again lie within it. */
  readonly reach: Reach;
}

/** Where a baseline is read from, or written to. @throws QuarryError PATH_UNREADABLE, ALREADY_EXISTS, CONFIRMATION_REQUIRED */
async function baselinePath(request: GateRequest, reach: Reach): Promise<string> {
  const { baseline: path, update, overwrite, confirm } = request;
  return update ? requireWritable(reach, { path, kind: 'file', overwrite, confirm }) : requireReadable(reach, path);
}

/** @throws QuarryError RUN_INVALID */
function requireOneSuite(runs: readonly ArchivedRun[]): void {
  const suites = new Set(runs.map(({ record }) => `${record.suite}/${record.split}`));
  if (suites.size <= 1) return;
  throw new QuarryError('RUN_INVALID', `These runs are of different suites: ${[...suites].join(', ')}.`, {
    hint: 'Compare runs of one suite.',
  });
}

/** Runs of the same name (an old and a new `hybrid`) get their id behind it. */
function nameApart(runs: readonly ArchivedRun[]): { name: string; run: ArchivedRun }[] {
  const names = runs.map(({ record }) =>
    record.specialist === null ? record.name : `${record.specialist}: ${record.name}`,
  );
  return runs.map((run, i) => {
    const name = names[i] ?? '';
    const isAlone = names.filter((other) => other === name).length === 1;
    return { run, name: isAlone ? name : `${name} (${run.record.id})` };
  });
}

function notRun(request: GateRequest, name: string): QuarryError {
  return new QuarryError(
    'RUN_INVALID',
    `${request.baseline} holds a run ${JSON.stringify(name)}; a gate runs the defaults of each mode.`,
    {
      hint: 'Make the baseline again with --update --overwrite --confirm.',
    },
  );
}

function otherSuite(request: GateRequest, suite: Suite): QuarryError {
  return new QuarryError(
    'RUN_INVALID',
    `${request.baseline} was made with other queries or judgments than ${suite.manifest.name} has now.`,
    {
      hint: `Make it again: quarry benchmark gate --suite ${request.suite} --baseline ${request.baseline} --update --overwrite --confirm.`,
    },
  );
}
