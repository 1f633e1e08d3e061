import { z } from 'zod';

/** Where the first result of a search was put, to learn how much places count. */
const placement = z.object({ rank: z.int().min(2), isSwapped: z.boolean() });

/** Which side of a live test each result that was shown is of. */
const draft = z.object({ test: z.string(), teams: z.array(z.enum(['a', 'b', 'both'])) });

/** A search as the opt-in log remembers it: scrubbed, and only ids of what was found. */
export const LOGGED_SEARCH = z.object({
  at: z.string(),
  query: z.string(),
  /** Empty when nobody was named. */
  specialist: z.string(),
  /** Ids of passages in the order shown. */
  shown: z.array(z.string()),
  /** Chance that any result answers; null where nobody knows. */
  relevance: z.number().nullable(),
  isDoubtful: z.boolean(),
  placement: placement.nullable(),
  draft: draft.nullable().default(null),
});

/** A search of {@link LOGGED_SEARCH}. */
export type LoggedSearch = z.output<typeof LOGGED_SEARCH>;

/** What somebody said of a search or a task. */
export const FEEDBACK = z.object({
  at: z.string(),
  /** The query, or the task in words, scrubbed. */
  task: z.string(),
  specialist: z.string(),
  tool: z.string(),
  /** Passages that helped, and that did not. */
  used: z.array(z.string()),
  useless: z.array(z.string()),
  /** Whether the task came out well; null where nobody said. */
  isSuccess: z.boolean().nullable(),
  /** The logged search that it is about; null when none was found. */
  search: z
    .object({
      shown: z.array(z.string()),
      placement: placement.nullable(),
      draft: draft.nullable().default(null),
    })
    .nullable(),
});

/** Feedback of {@link FEEDBACK}. */
export type Feedback = z.output<typeof FEEDBACK>;

/** Feedback on searches of a live test, oldest first. */
export function feedbackOfTest(all: readonly Feedback[], test: string): Feedback[] {
  return all.filter(({ search }) => search?.draft?.test === test);
}

/** How often what stands at a place is looked at, beside the first place. */
export interface Propensity {
  readonly rank: number;
  /** Share of the first place's looks; null until {@link LEAST_SHOWN} searches of each arm are known. */
  readonly ratio: number | null;
  /** 95% interval of the ratio. */
  readonly low: number | null;
  readonly high: number | null;
  /** Searches with feedback in which the first result stayed, and was put here. */
  readonly stayed: number;
  readonly moved: number;
}

/** Fewer searches of an arm say nothing. */
export const LEAST_SHOWN = 30;

/**
 * Propensities of places by intervention (Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased
 * Feedback", WSDM 2017): the result that ranks first is used less often when it is shown at place `k`, and by that share
 * place `k` is looked at less. Intervals are of the ratio of two proportions (Katz et al., Biometrics 34, 1978).
 */
export function estimatePropensities(feedback: readonly Feedback[]): Propensity[] {
  const arms = new Map<number, { stayed: number; moved: number; usedStayed: number; usedMoved: number }>();
  for (const { used, search } of feedback) {
    if (search === null || search.placement === null) continue;
    const { rank, isSwapped } = search.placement;
    const top = search.shown[isSwapped ? rank - 1 : 0];
    const isUsed = top !== undefined && used.includes(top);
    const arm = arms.get(rank) ?? { stayed: 0, moved: 0, usedStayed: 0, usedMoved: 0 };
    if (isSwapped) {
      arm.moved += 1;
      arm.usedMoved += isUsed ? 1 : 0;
    } else {
      arm.stayed += 1;
      arm.usedStayed += isUsed ? 1 : 0;
    }
    arms.set(rank, arm);
  }
  return [...arms]
    .sort(([a], [b]) => a - b)
    .map(([rank, { stayed, moved, usedStayed, usedMoved }]) => {
      const isKnown = stayed >= LEAST_SHOWN && moved >= LEAST_SHOWN && usedStayed > 0 && usedMoved > 0;
      if (!isKnown) return { rank, stayed, moved, ratio: null, low: null, high: null };
      const ratio = usedMoved / moved / (usedStayed / stayed);
      const spread = 1.96 * Math.sqrt(1 / usedMoved - 1 / moved + 1 / usedStayed - 1 / stayed);
      return { rank, stayed, moved, ratio, low: ratio * Math.exp(-spread), high: ratio * Math.exp(spread) };
    });
}

/** A passage that was used for a query, as a candidate for judging. */
export interface FeedbackCandidate {
  readonly query: string;
  readonly passage: string;
  /** How often it was used and called useless. */
  readonly used: number;
  readonly useless: number;
  /**
   * Uses, each counted as often as its place hides: 1 over its propensity. Null while a use stood at a place whose
   * propensity is not known; nothing is guessed.
   */
  readonly weight: number | null;
}

/** What was used or useless, for each query and passage, most used first. These are candidates, never labels. */
export function feedbackCandidates(
  feedback: readonly Feedback[],
  propensities: readonly Propensity[] = estimatePropensities(feedback),
): FeedbackCandidate[] {
  const known = new Map(propensities.map(({ rank, ratio }) => [rank, ratio]));
  const counts = new Map<string, FeedbackCandidate>();
  for (const { task, used, useless, search } of feedback) {
    for (const passage of new Set([...used, ...useless])) {
      const key = JSON.stringify([task, passage]);
      const before = counts.get(key) ?? { query: task, passage, used: 0, useless: 0, weight: 0 };
      const isUsed = used.includes(passage);
      const place = (search?.shown.indexOf(passage) ?? -1) + 1;
      const propensity = place === 1 ? 1 : (known.get(place) ?? null);
      const gain = !isUsed ? 0 : propensity === null ? null : 1 / propensity;
      counts.set(key, {
        ...before,
        used: before.used + (isUsed ? 1 : 0),
        useless: before.useless + (isUsed ? 0 : 1),
        weight: gain === null || before.weight === null ? null : before.weight + gain,
      });
    }
  }
  return [...counts.values()].sort(
    (a, b) =>
      b.used - a.used ||
      b.useless - a.useless ||
      (a.query < b.query ? -1 : a.query > b.query ? 1 : a.passage < b.passage ? -1 : 1),
  );
}
