import { proveDifference } from '../../core/proof/prove-difference.js';
import type { Reach } from '../../core/reach.js';
import { mean } from '../../core/statistics/mean.js';
import { correctGuards, RUN_LEVEL } from '../../core/training-runs/decide-promotion.js';
import type { GuardOutcome, TrainingRecipe } from '../../core/training-runs/training-run.js';
import type { JobHandle } from '../jobs.js';
import type { SearchWay } from './learner.js';
import type { QuestionReader } from './question-set.js';
import type { QuestionScorer } from './score-questions.js';

/** What suites that must not fall are scored with. */
export interface GuardParts {
  readonly recipe: TrainingRecipe;
  /** What is in force, and what was learned. */
  readonly ways: readonly [SearchWay, SearchWay];
  readonly questions: QuestionReader;
  readonly scorer: QuestionScorer;
  readonly handle: JobHandle;
  readonly reach: Reach;
}

/** Scores every guarded suite before and after, each on its own documents or its own collection. */
export async function guardSuites(parts: GuardParts): Promise<GuardOutcome[]> {
  const { recipe, questions, scorer, handle, reach } = parts;
  const guards: Omit<GuardOutcome, 'pAdjusted' | 'hasFallen'>[] = [];
  for (const suite of recipe.guards) {
    const request = { suite, split: '', collection: '', collections: recipe.collections, reach };
    const set = await questions.read(request, handle);
    const progress = { done: 0, total: set.questions.length };
    const onEach = (): void => {
      progress.done += 1;
      handle.report({ stage: 'guard', ...progress, message: suite });
    };
    const work = { questions: set.questions, ways: parts.ways };
    const [before = new Float64Array(0), after = before] = await scorer.score(set, work, {
      signal: handle.signal,
      onEach,
    });
    const differences = after.map((score, row) => score - (before[row] ?? 0));
    const { groups } = set;
    const proof = proveDifference(differences, { groups, level: 1 - RUN_LEVEL, seed: recipe.seed });
    guards.push({ suite, before: mean(before), after: mean(after), proof });
  }
  return correctGuards(guards);
}
