/** A share with its exact interval. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly low: number;
  readonly high: number;
}

/** Exact 95% interval of a share (Clopper and Pearson, Biometrika 26, 1934), by bisection. */
export function shareInterval(count: number, of: number): Share {
  const bound = (isLow: boolean): number => {
    let [low, high] = [0, 1];
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      const tail = isLow ? 1 - atMost(count - 1, of, middle) : atMost(count, of, middle);
      if (isLow ? tail < 0.025 : tail > 0.025) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { count, of, low: count === 0 ? 0 : bound(true), high: count === of ? 1 : bound(false) };
}

/** Chance of at most `count` successes. */
function atMost(count: number, of: number, chance: number): number {
  let sum = 0;
  let logTerm = of * Math.log1p(-chance);
  for (let k = 0; k <= count; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((of - k) / (k + 1)) + Math.log(chance) - Math.log1p(-chance);
  }
  return Math.min(1, sum);
}

/** `3 of 200 (1.5%, 95% interval 0.3% to 4.3%)`. */
export function tellShare({ count, of, low, high }: Share): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
  return `${count} of ${of} (${percent(count / of)}, 95% interval ${percent(low)} to ${percent(high)})`;
}
