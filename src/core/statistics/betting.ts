/**
 * Shares of the capital that are bet, each by a gambler of its own. Questions mostly differ by little of what they could, and
 * then the highest share wins most: two bet so.
 */
const BETS: readonly number[] = [0.1, 0.95, 0.95];

/**
 * Evidence against "the mean is at most `most`" from values of -1 to 1, as an e-value: what one unit of money has become when
 * it was bet, at fair odds under that hypothesis, that values lie above. The mean of several gamblers who each bet a fixed share
 * (the capital process of Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86,
 * 2024; mixture as in their section 4). By Ville's inequality it ever reaches `1 / alpha` with chance `alpha` at most when the
 * hypothesis is true, however often one looks and whenever one stops. 1 for no values; the order of values is of no account.
 */
export function evidenceAbove(values: readonly number[], most: number): number {
  const widest = 1 + Math.abs(most);
  let sum = 0;
  for (const share of BETS) {
    let capital = 1;
    for (const value of values) capital *= 1 + (share / widest) * (value - most);
    sum += capital;
  }
  return sum / BETS.length;
}

/** Evidence against "the mean is at least `least`"; see {@link evidenceAbove}. */
export function evidenceBelow(values: readonly number[], least: number): number {
  return evidenceAbove(
    values.map((value) => -value),
    -least,
  );
}
