/** What is known of a judge. */
export interface JudgeRecord {
  /** Hidden gold passages graded, and how many of them rightly. */
  readonly gold: number;
  readonly goldRight: number;
  /** Of these the ones that are known to answer, so that a judge with one grade for all is seen through. */
  readonly goldAnswers: number;
  readonly goldAnswersRight: number;
  /** Items shown again in another order, and how often the verdict (answers or not) stayed the same. */
  readonly repeats: number;
  readonly repeatsSame: number;
  /** Passages that other judges graded too, and how often the verdicts are the same. */
  readonly shared: number;
  readonly sharedSame: number;
  /** Submissions, and how many the server had to reject (no quote, wrong quote). */
  readonly submitted: number;
  readonly rejected: number;
}

/** Below this a judge's labels stay out of test splits. */
export const TRUST_THRESHOLD = 0.7;

/** Share with `prior` imagined right answers out of `weight`, so that a judge with little evidence is neither praised nor damned. */
function smoothed(right: number, trials: number, prior: number, weight: number): number {
  return (right + prior * weight) / (trials + weight);
}

/** Least share that counts: a single fault must not make trust zero. */
const LEAST = 0.05;

/** Agreement beyond chance: of two verdicts, half agree by themselves. */
function beyondChance(share: number): number {
  return Math.max(LEAST, 2 * share - 1);
}

/**
 * Trust in a judge, 0 to 1: the weighted geometric mean of four smoothed shares: gold answered rightly (weight 4; of
 * passages that answer and passages that do not, the worse share), repeats answered alike (2), agreement with other
 * judges beyond chance (3), submissions not rejected (1); but never more than the share of gold. A new judge has .8, so a
 * person can start at once; one who guesses, or gives one grade to all, falls below {@link TRUST_THRESHOLD} within about
 * five gold passages of each sort; one who knows the gold and guesses elsewhere, once others have graded the same.
 */
export function trustOf(record: JudgeRecord): number {
  const others = record.gold - record.goldAnswers;
  const gold = Math.min(
    smoothed(record.goldAnswersRight, record.goldAnswers, 0.8, 3),
    smoothed(record.goldRight - record.goldAnswersRight, others, 0.8, 3),
  );
  const parts = [
    { share: gold, weight: 4 },
    { share: smoothed(record.repeatsSame, record.repeats, 0.8, 3), weight: 2 },
    { share: beyondChance(smoothed(record.sharedSame, record.shared, 0.9, 5)), weight: 3 },
    { share: smoothed(record.submitted - record.rejected, record.submitted, 0.8, 3), weight: 1 },
  ];
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const mean = Math.exp(
    parts.reduce((sum, part) => sum + part.weight * Math.log(Math.max(part.share, LEAST)), 0) / total,
  );
  return Math.min(mean, gold);
}
