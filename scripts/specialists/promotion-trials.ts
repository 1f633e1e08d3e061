import { mean } from '../../src/core/statistics/mean.js';
import { createRandom } from '../../src/core/statistics/random.js';
import { correctHalves, decidePromotion } from '../../src/core/training-runs/decide-promotion.js';
import type { RunKind } from '../../src/core/training-runs/training-run.js';
import { AdapterLearner } from '../../src/services/training-runs/adapter-learner.js';
import type { Learner } from '../../src/services/training-runs/learner.js';
import { RunProver } from '../../src/services/training-runs/prove-run.js';
import type { Question } from '../../src/services/training-runs/question-set.js';
import { SettingsLearner } from '../../src/services/training-runs/settings-learner.js';
import { drawSome } from './made-collection.js';
import { MemoryScorer, memoryExamples } from './memory-scorer.js';
import { type MemoryWorld, setOf } from './memory-world.js';

/** What one run came to. */
export interface Trial {
  readonly isPromoted: boolean;
  /** What was promoted gains on all questions that were not judged; 0 without. */
  readonly trueGain: number;
}

/** Trials of one kind of run. */
export interface TrialPlan {
  readonly kind: Exclude<RunKind, 'static'>;
  readonly seeds: number;
  /** Judged questions of each run. */
  readonly judged: number;
  /** Whether answers are drawn by lot for every seed. */
  readonly byLot: boolean;
}

const NO_PARTS = { part: async () => undefined, putPart: async () => undefined };

/** Runs the product's own tuning, proof and decision for every seed, each on other questions and other folds. */
export async function runTrials(world: MemoryWorld, plan: TrialPlan): Promise<Trial[]> {
  const scorer = new MemoryScorer(world);
  const trials: Trial[] = [];
  for (let seed = 1; seed <= plan.seeds; seed++) trials.push(await runTrial(world, scorer, { ...plan, seed }));
  return trials;
}

async function runTrial(
  world: MemoryWorld,
  scorer: MemoryScorer,
  plan: TrialPlan & { readonly seed: number },
): Promise<Trial> {
  const all = plan.byLot ? drawAnswers(world, plan.seed) : world.set.questions;
  const questions = drawSome(all, plan.judged, plan.seed).sort((a, b) => (a.id < b.id ? -1 : 1));
  const set = setOf(world, questions);
  const learner = openLearner(world, plan.kind, questions);
  const handle = { signal: new AbortController().signal, report: () => undefined };
  const parts = { run: '', set, learner, scorer, records: NO_PARTS, seed: plan.seed, handle };
  const proven = await new RunProver(parts).prove();
  const halves = correctHalves(proven.halves);
  const about = { metric: 'ndcg@10', suite: 'made', origin: 'authored' as const, guards: [] };
  const decision = decidePromotion({ ...about, halves, groups: new Set(set.groups).size });
  const fitted = decision.half === null ? undefined : proven.fitted[decision.half];
  if (fitted === undefined) return { isPromoted: false, trueGain: 0 };
  const judged = new Set(questions.map(({ id }) => id));
  const rest = all.filter(({ id }) => !judged.has(id));
  const inForce = { settings: world.settings, map: undefined };
  const work = { questions: rest, ways: [inForce, fitted] };
  const [before = [], after = []] = await scorer.score(set, work, { onEach: () => undefined });
  return { isPromoted: true, trueGain: mean(after) - mean(before) };
}

/** How runs of a kind learn on these questions. */
export function openLearner(world: MemoryWorld, kind: RunKind, questions: readonly Question[]): Learner {
  const inForce = { settings: world.settings, map: undefined };
  if (kind === 'settings') return new SettingsLearner(inForce, { rerank: false });
  const space = world.set.collections[0]?.fingerprint;
  if (space === undefined) throw new TypeError('A world without a collection.');
  return new AdapterLearner({ inForce, examples: memoryExamples(world, questions), pairs: [], space });
}

/** Questions whose answers are drawn anew among the pages that stood in the same question's way. */
export function drawAnswers(world: MemoryWorld, seed: number): Question[] {
  const random = createRandom(seed);
  return world.set.questions.map((question) => {
    const found = new Set([...(world.known.get(question.id)?.rankings.values() ?? [])].flat());
    const pages = [...found].sort();
    const answer = pages[Math.floor(random() * pages.length)] ?? question.relevant[0] ?? '';
    return { ...question, judgments: new Map([[answer, 1]]), relevant: [answer] };
  });
}
