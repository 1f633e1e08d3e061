import type { LoggedSearch } from '../specialists/feedback.js';

/** How the queries of late differ from those before. */
export interface Drift {
  readonly earlier: DriftSide;
  readonly later: DriftSide;
  /** Later share of doubtful searches less the earlier one, with its 95% interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Queries of late with nothing relevant, newest first. */
  readonly queries: readonly string[];
}

/** Searches of one half of the log. */
export interface DriftSide {
  readonly searches: number;
  /** Those that most likely found nothing relevant. */
  readonly doubtful: number;
}

/** Fewer searches tell no drift. */
export const LEAST_FOR_DRIFT = 40;

/**
 * Compares the later half of the searches with the earlier one: whether more of them find nothing relevant. The interval
 * is of the difference of two proportions by score limits (Newcombe, Statistics in Medicine 17, 1998). Undefined for few.
 */
export function measureDrift(searches: readonly LoggedSearch[]): Drift | undefined {
  if (searches.length < LEAST_FOR_DRIFT) return undefined;
  const sorted = [...searches].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const half = Math.floor(sorted.length / 2);
  const [before, after] = [sorted.slice(0, half), sorted.slice(half)];
  const isLost = ({ shown, isDoubtful }: LoggedSearch): boolean => shown.length === 0 || isDoubtful;
  const earlier = { searches: before.length, doubtful: before.filter(isLost).length };
  const later = { searches: after.length, doubtful: after.filter(isLost).length };
  const [a, b] = [wilson(earlier), wilson(later)];
  const difference = b.share - a.share;
  return {
    earlier,
    later,
    difference,
    low: difference - Math.hypot(b.share - b.low, a.high - a.share),
    high: difference + Math.hypot(b.high - b.share, a.share - a.low),
    queries: [
      ...new Set(
        after
          .filter(isLost)
          .map(({ query }) => query)
          .reverse(),
      ),
    ],
  };
}

const Z = 1.96;

/** Wilson's score interval of a share. */
function wilson({ searches, doubtful }: DriftSide): { share: number; low: number; high: number } {
  const share = doubtful / searches;
  const middle = (share + (Z * Z) / (2 * searches)) / (1 + (Z * Z) / searches);
  const spread =
    (Z / (1 + (Z * Z) / searches)) * Math.sqrt((share * (1 - share)) / searches + (Z * Z) / (4 * searches * searches));
  return { share, low: Math.min(share, middle - spread), high: Math.max(share, middle + spread) };
}
