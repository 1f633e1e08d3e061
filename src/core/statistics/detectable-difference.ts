import { standardDeviation } from './mean.js';
import { studentCritical } from './student-t.js';

/** Normal quantile of the usual power of 80%. */
const POWER_80 = 0.8416212335729143;

/**
 * The smallest true mean difference that a paired test at 5% would find four times out of five, given how much these
 * differences vary: `(t(.975, n - 1) + z(.8)) * sd / sqrt(n)` (Cohen 1988; for retrieval: Sakai, 2016). 0 when nothing
 * varies or there are fewer than two queries.
 */
export function detectableDifference(differences: ArrayLike<number>): number {
  const count = differences.length;
  if (count < 2) return 0;
  const spread = standardDeviation(differences);
  if (spread === 0) return 0;
  return ((studentCritical(0.05, count - 1) + POWER_80) * spread) / Math.sqrt(count);
}
