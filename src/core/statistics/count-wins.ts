/** How often the second system beat the first, query by query. */
export interface WinCount {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

/** Differences smaller than this are ties: they are rounding, not ranking. */
const SAME = 1e-9;

/** Counts differences above, at and below 0. */
export function countWins(differences: ArrayLike<number>): WinCount {
  let wins = 0;
  let losses = 0;
  for (let i = 0; i < differences.length; i++) {
    const value = differences[i] ?? 0;
    if (value > SAME) wins += 1;
    else if (value < -SAME) losses += 1;
  }
  return { wins, losses, ties: differences.length - wins - losses };
}
