import { basename, resolve } from 'node:path';
import { mean } from '../../src/core/statistics/mean.js';
import { openSuite } from '../../src/suites/open-suite.js';
import { SEED } from './compare.js';
import type { LabelledBuild } from './evaluate-files.js';
import type { Evaluation } from './evaluation.js';
import { runBenchmark } from './tasks.js';

const METRIC = 'ndcg@10';
const FIRST = 'success@1';

/** What folders in BEIR layout are measured with. */
export interface SuiteSettings {
  readonly builds: readonly LabelledBuild[];
  readonly alphas: readonly number[];
  readonly hasRrf: boolean;
}

/** Runs every mode over a folder in BEIR layout with each build's own benchmark. */
export async function evaluateSuite(
  folder: string,
  { builds, alphas, hasRrf }: SuiteSettings,
  evaluation: Evaluation,
): Promise<void> {
  const blends = hasRrf ? (['convex', 'rrf'] as const) : [];
  const sweep = { modes: ['vector', 'keyword', 'hybrid'] as const, alphas, blends };
  for (const build of builds) {
    process.stderr.write(`${basename(folder)}: ${build.checkout} runs its benchmark ...\n`);
    const runs = await runBenchmark(build, { suite: resolve(folder), ...sweep, metric: METRIC, seed: SEED });
    addRuns(runs, { label: build.label, collection: basename(folder), measure: SUITES }, evaluation);
  }
}

/** Asks each build for exact names: share of first places by kind of name, as `suite/kind`. */
export async function evaluateLookUps(
  folder: string,
  builds: readonly LabelledBuild[],
  evaluation: Evaluation,
): Promise<void> {
  const sweep = { modes: ['keyword', 'hybrid'] as const, alphas: [], blends: [] };
  for (const build of builds) {
    process.stderr.write(`${basename(folder)}: ${build.checkout} looks names up ...\n`);
    const runs = await runBenchmark(build, { suite: resolve(folder), ...sweep, metric: FIRST, seed: SEED });
    addRuns(runs, { label: build.label, collection: basename(folder), measure: LOOK_UPS }, evaluation);
    if (build.label === '') await noteMissed(folder, runs, evaluation);
  }
}

/** Says which kinds of names were not found first, with the questions. */
async function noteMissed(
  folder: string,
  runs: Record<string, Record<string, number>>,
  evaluation: Evaluation,
): Promise<void> {
  const { queries } = await openSuite(resolve(folder));
  for (const [run, scores] of Object.entries(runs)) {
    const missed = queries.filter(({ id }) => scores[id] === 0);
    for (const kind of new Set(missed.map(({ type }) => type))) {
      const own = missed.filter(({ type }) => type === kind);
      const asked = queries.filter(({ type }) => type === kind).length;
      const texts = own.slice(0, NAMED).map(({ text }) => JSON.stringify(text));
      evaluation.notes.push(
        `${run}: ${own.length} of ${asked} look-ups of ${kind} are not first: ${texts.join(', ')}.`,
      );
    }
  }
}

/** How many questions of a kind are given as examples. */
const NAMED = 6;

/** Measure of {@link evaluateSuite}. */
export const SUITES = 'nDCG@10 of suites';
/** Measure of {@link evaluateLookUps}. */
export const LOOK_UPS = 'share of first places';

function addRuns(
  runs: Record<string, Record<string, number>>,
  about: { label: string; collection: string; measure: string },
  evaluation: Evaluation,
): void {
  const { label, collection, measure } = about;
  for (const [run, scores] of Object.entries(runs)) {
    for (const [question, score] of Object.entries(scores)) {
      evaluation.board.add(measure, { configuration: label + run, collection, question }, score);
    }
  }
}

/** Share of first places of a configuration of look-ups. */
export function firstPlaces(evaluation: Evaluation, configuration: string): number {
  const [scores] = evaluation.board.get(LOOK_UPS, configuration).values();
  return mean([...(scores?.values() ?? [])]);
}
