/** Normal quantile of the usual power of 80%. */
const POWER_80 = 0.8416212335729143;
/** Normal quantile of a two-sided test at 5%, corrected for two tests. */
const CRITICAL = 2.241402727604947;

/** A gain below this is taken for none: it would not be noticed. */
export const WORTHWHILE_GAIN = 0.01;

/** What is known so far. */
export interface Undecided {
  readonly difference: number;
  /** Standard deviation of one question's difference. */
  readonly spread: number;
  /** Questions that the proof was made on. */
  readonly questions: number;
}

/**
 * How many more judged questions would probably (four times out of five) decide: prove a gain as large as the one seen, or
 * show that no gain of {@link WORTHWHILE_GAIN} is there; whichever takes fewer. The usual sample size of a paired test,
 * `((z(.975) + z(.8)) * sd / distance)^2` (Cohen 1988), corrected for two tests. Half of all judged questions prove, so twice
 * as many are needed in all. 0 where it is decided that there is no such gain, or nothing varies.
 */
export function furtherJudgments({ difference, spread, questions }: Undecided): number {
  if (spread === 0) return 0;
  const missing = (distance: number): number =>
    distance <= 0
      ? Number.POSITIVE_INFINITY
      : Math.ceil(2 * ((((CRITICAL + POWER_80) * spread) / distance) ** 2 - questions));
  // A gain that these questions should have shown, and did not, takes at least one more.
  return Math.min(Math.max(1, missing(difference)), Math.max(0, missing(WORTHWHILE_GAIN - difference)));
}
