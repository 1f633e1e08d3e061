import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle } from '../jobs.js';
import type { RetrieveService } from '../retrieve.js';
import { type ArchivedRun, RunArchive } from './run-archive.js';
import { planRuns } from './run-plan.js';
import { SuiteLocator } from './suite-locator.js';
import { SuiteRunner } from './suite-runner.js';

/** One run of the product's own search over one suite. */
export interface MeasureRequest {
  /** Name or folder. */
  readonly suite: string;
  /** What the run is called, before the name of the suite. */
  readonly name: string;
  readonly metrics: readonly string[];
  readonly seed: number;
  readonly reach: Reach;
}

/** Scores suites within the jobs of other services; the runs are kept like all others. */
export class SuiteMeasure {
  readonly #suites: SuiteLocator;
  readonly #runner: SuiteRunner;

  constructor(context: ServiceContext, parts: { collections: CollectionService; retrieve: RetrieveService }) {
    this.#suites = new SuiteLocator(context);
    this.#runner = new SuiteRunner(context, { ...parts, archive: new RunArchive(context) });
  }

  /** Names of the workspace's own suites. */
  async ownSuites(): Promise<string[]> {
    const { suites } = await this.#suites.list();
    return suites.filter(({ place }) => place === 'workspace').map(({ name }) => name);
  }

  /** @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID, PATH_UNREADABLE */
  async requireSuites(suites: readonly string[], reach: Reach): Promise<void> {
    for (const suite of suites) await this.#suites.open({ suite }, reach);
  }

  /** @throws QuarryError as a benchmark run does */
  async run(request: MeasureRequest, handle: JobHandle): Promise<ArchivedRun> {
    const { name, metrics, seed } = request;
    const suite = await this.#suites.open(request, request.reach);
    const plan = { modes: ['hybrid'] as const, alphas: [], blends: [], candidates: [], maxTokens: [] };
    const runs = planRuns({ ...plan, rerank: false, diversity: 0 }).map((planned) => ({
      ...planned,
      name: `${name} ${suite.manifest.name}`,
    }));
    const what = { suite, runs, collection: undefined, metrics, seed, specialist: null };
    const [run] = await this.#runner.run(what, handle);
    if (run !== undefined) return run;
    throw new QuarryError('INTERNAL', 'A benchmark of one configuration gave no run.');
  }
}
