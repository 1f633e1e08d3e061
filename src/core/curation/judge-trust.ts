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
  /** Of these the ones that the others say to answer. */
  readonly sharedAnswers: number;
  readonly sharedAnswersSame: number;
  /** Submissions, and how many the server had to reject (no quote, wrong quote). */
  readonly submitted: number;
  readonly rejected: number;
}

/** Below this a judge's labels stay out of test splits. */
export const TRUST_THRESHOLD = 0.7;

/** Repeats weigh less than gold, as two verdicts of one judge may err: trust is at most their share and this. */
const REPEAT_MARGIN = 0.15;

/** Share with `prior` imagined right answers out of `weight`, so that a judge with little evidence is neither praised nor damned. */
function smoothed(right: number, trials: number, prior: number, weight: number): number {
  return (right + prior * weight) / (trials + weight);
}

/** Least share that counts: a single fault must not make trust zero. */
const LEAST = 0.05;

/**
 * Agreement beyond chance (Youden, 1950): the share of passages that others say to answer on which the judge agrees, and
 * that of the other passages, less one. Somebody who guesses, or says the same of all, has none.
 */
function beyondChance({ shared, sharedSame, sharedAnswers, sharedAnswersSame }: JudgeRecord): number {
  const onAnswers = smoothed(sharedAnswersSame, sharedAnswers, 0.95, 6);
  const onOthers = smoothed(sharedSame - sharedAnswersSame, shared - sharedAnswers, 0.95, 6);
  const onAll = smoothed(sharedSame, shared, 0.9, 5);
  return Math.max(LEAST, Math.min(2 * onAll - 1, onAnswers + onOthers - 1));
}

/**
 * Trust in a judge, 0 to 1: the weighted geometric mean of four smoothed shares: gold answered rightly (weight 4; of
 * passages that answer and passages that do not, the worse share), repeats answered alike (2), agreement with other
 * judges beyond chance (3), submissions not rejected (1); but never more than the share of gold, nor than that of repeats
 * and .15. A new judge has .8, so a person can start at once; one who guesses, or gives one grade to all, falls below
 * {@link TRUST_THRESHOLD} within about five gold passages of each sort; one who knows the gold and guesses elsewhere, once
 * others have graded the same.
 */
export function trustOf(record: JudgeRecord): number {
  const others = record.gold - record.goldAnswers;
  const gold = Math.min(
    smoothed(record.goldAnswersRight, record.goldAnswers, 0.8, 3),
    smoothed(record.goldRight - record.goldAnswersRight, others, 0.8, 3),
  );
  const repeats = smoothed(record.repeatsSame, record.repeats, 0.8, 3);
  const parts = [
    { share: gold, weight: 4 },
    { share: repeats, weight: 2 },
    { share: beyondChance(record), weight: 3 },
    { share: smoothed(record.submitted - record.rejected, record.submitted, 0.8, 3), weight: 1 },
  ];
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const mean = Math.exp(
    parts.reduce((sum, part) => sum + part.weight * Math.log(Math.max(part.share, LEAST)), 0) / total,
  );
  return Math.min(mean, gold, repeats + REPEAT_MARGIN);
}
