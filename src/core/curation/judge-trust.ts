/** What is known of a judge. */
export interface JudgeRecord {
  /** Hidden gold items answered, and how many of them rightly. */
  readonly gold: number;
  readonly goldRight: number;
  /** Items shown again in another order, and how often the grade stayed within one step. */
  readonly repeats: number;
  readonly repeatsSame: number;
  /** Items that other judges graded too, and how often the grades differ by at most one step. */
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

/**
 * Trust in a judge, 0 to 1: the weighted geometric mean of four smoothed shares: gold answered rightly (weight 4), repeats
 * answered alike (2), agreement with other judges (2), submissions not rejected (1). A new judge has .8, so a person can
 * start at once; a judge who guesses among four grades falls below {@link TRUST_THRESHOLD} within about five gold items.
 */
export function trustOf(record: JudgeRecord): number {
  const parts = [
    { share: smoothed(record.goldRight, record.gold, 0.8, 3), weight: 4 },
    { share: smoothed(record.repeatsSame, record.repeats, 0.8, 3), weight: 2 },
    { share: smoothed(record.sharedSame, record.shared, 0.8, 3), weight: 2 },
    { share: smoothed(record.submitted - record.rejected, record.submitted, 0.8, 3), weight: 1 },
  ];
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  return Math.exp(parts.reduce((sum, part) => sum + part.weight * Math.log(Math.max(part.share, 1e-6)), 0) / total);
}
