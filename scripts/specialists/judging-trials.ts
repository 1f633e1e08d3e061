import { createRandom } from '../../src/core/statistics/random.js';
import { decideJudging, disagreements, planJudging, plannedGain } from '../../src/core/training-runs/disagreement.js';
import type { SearchWay } from '../../src/services/training-runs/learner.js';
import type { Question } from '../../src/services/training-runs/question-set.js';
import { drawSome } from './made-collection.js';
import type { MemoryScorer } from './memory-scorer.js';

/** What judging by disagreement came to on one order of questions. */
export interface JudgingTrial {
  readonly verdict: 'gain' | 'no-gain' | 'undecided';
  /** Items that were judged until then. */
  readonly items: number;
  /** Items of all questions, the ten best of both rankings pooled: what judging everything asks. */
  readonly everything: number;
}

/** Judges one question after the other, in an order of each seed's own, until the evidence decides. */
export function judgeUntilDecided(
  scorer: MemoryScorer,
  work: {
    readonly questions: readonly Question[];
    readonly ways: readonly [SearchWay, SearchWay];
    readonly seed: number;
  },
): JudgingTrial {
  const random = createRandom(work.seed);
  const asked = drawSome(work.questions, work.questions.length, work.seed).map((question) => {
    const [before, after] = work.ways.map((way) => scorer.rank(question, way));
    const plan = planJudging(disagreements(before ?? [], after ?? []), random());
    const gains = plan.items.map(({ document }) => question.judgments.get(document) ?? 0);
    const pool = new Set([...(before ?? []), ...(after ?? [])]).size;
    return { value: plannedGain(plan, gains), items: plan.items.length, pool };
  });
  const everything = asked.reduce((sum, { pool }) => sum + pool, 0);
  const values: number[] = [];
  let items = 0;
  for (const { value, items: own } of asked) {
    values.push(value);
    items += own;
    const { verdict } = decideJudging(values);
    if (verdict !== 'undecided') return { verdict, items, everything };
  }
  return { verdict: 'undecided', items, everything };
}
