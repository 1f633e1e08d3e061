import { logGamma } from './student-t.js';

/**
 * Evidence against "either side wins with chance one half", as an e-value, from so many wins and losses; ties say nothing and
 * are left out, as in the sign test. The likelihood under a chance drawn uniformly, beside that under one half:
 * 2^n w! l! / (n + 1)! (Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical
 * Statistics 41, 1970). It ever reaches `1 / alpha` with chance `alpha` at most when neither side is better, however often
 * one looks and whenever one stops. 1 for nothing.
 */
export function signEvidence(wins: number, losses: number): number {
  const all = wins + losses;
  return Math.exp(all * Math.LN2 + logGamma(wins + 1) + logGamma(losses + 1) - logGamma(all + 2));
}
