import { describeComparison } from '../../core/benchmark/compare-scores.js';
import { compareRuns } from '../../core/benchmark/report.js';
import { toQuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import type { JsonObject } from '../../core/types.js';
import type { SuiteMeasure } from '../benchmark/measure-suite.js';
import type { ArchivedRun } from '../benchmark/run-archive.js';
import type { JobHandle } from '../jobs.js';

/** Suites measured at most unless they are named: each is searched twice. */
const MOST_SUITES = 5;
const METRIC = 'ndcg@10';

/** Which suites to measure on. */
export interface GainRequest {
  /** Names; none for those of the workspace. */
  readonly suites: readonly string[];
  readonly seed: number;
  readonly reach: Reach;
  /** Name of the model that is measured after. */
  readonly model: string;
}

/** Measures what a change did to a workspace, on its own suites: once before, once after, paired by query. */
export class GainMeasure {
  readonly #measure: SuiteMeasure;
  readonly #request: GainRequest;
  readonly #handle: JobHandle;
  readonly #before = new Map<string, ArchivedRun>();
  readonly #lines: string[] = [];
  readonly #gains: JsonObject[] = [];

  constructor(measure: SuiteMeasure, request: GainRequest, handle: JobHandle) {
    this.#measure = measure;
    this.#request = request;
    this.#handle = handle;
  }

  /** Scores every suite as things are; one that cannot be is told and passed over. */
  async before(): Promise<void> {
    const named = [...new Set(this.#request.suites)];
    const suites = named.length > 0 ? named : await this.#measure.ownSuites();
    const most = named.length > 0 ? named.length : MOST_SUITES;
    if (suites.length > most)
      this.#lines.push(`Measured on ${most} of ${suites.length} suites; name others with --suites.`);
    for (const suite of suites.slice(0, most)) {
      const run = await this.#score(suite, 'before');
      if (run !== undefined) this.#before.set(suite, run);
    }
  }

  /** Scores them again and compares. Never rejects: what was changed stays changed, measured or not. */
  async after(): Promise<{ gains: JsonObject[]; lines: string[] }> {
    for (const [suite, before] of this.#before) {
      const after = await this.#score(suite, 'after').catch(() => undefined); // Cancelled: the rest is not measured.
      if (after !== undefined) this.#compare(suite, before, after);
    }
    if (this.#gains.length === 0)
      this.#lines.push(
        'Whether it finds more here is not measured: make a suite of your own questions, or mine one with `quarry benchmark create-suite NAME --collection COLLECTION`, before you change the model.',
      );
    return { gains: this.#gains, lines: this.#lines };
  }

  #compare(suite: string, before: ArchivedRun, after: ArchivedRun): void {
    const runs = [
      { name: 'the former model', scores: before.scores },
      { name: this.#request.model, scores: after.scores },
    ];
    const [comparison] = compareRuns(runs, this.#request.seed);
    if (comparison === undefined) return;
    const [old, now] = [before, after].map(({ record }) => record.metrics[METRIC]?.mean ?? 0);
    this.#gains.push({ suite, before: old ?? 0, after: now ?? 0, ...comparison });
    const note = after.record.origin === 'mined' ? ' The suite is mined: it shows changes, not quality.' : '';
    this.#lines.push(
      `${suite}: ${METRIC} ${old?.toFixed(3)} before, ${now?.toFixed(3)} after, ${comparison.queries} queries. ${describeComparison(comparison)}${note}`,
    );
  }

  async #score(suite: string, name: 'before' | 'after'): Promise<ArchivedRun | undefined> {
    const { reach, seed } = this.#request;
    try {
      return await this.#measure.run({ suite, name, reach, seed, metrics: [METRIC] }, this.#handle);
    } catch (error) {
      const { code, message } = toQuarryError(error);
      if (code === 'CANCELLED') throw error;
      this.#handle.issue({ uri: suite, code, message: `The suite could not be measured. ${message}` });
      return undefined;
    }
  }
}
