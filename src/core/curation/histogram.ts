/** One bar of a histogram. */
export interface HistogramBar {
  readonly label: string;
  readonly count: number;
}

/**
 * Counts of numbers in `bins` equal parts of their range; one bar when all are equal, none when there are none. Whole numbers
 * over a range of at least `bins` get whole bounds, both counted in.
 */
export function binNumbers(values: readonly number[], bins: number): HistogramBar[] {
  if (values.length === 0) return [];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low === high) return [{ label: formatNumber(low), count: values.length }];
  const isWhole = high - low >= bins && values.every(Number.isInteger);
  const width = isWhole ? Math.ceil((high - low + 1) / bins) : (high - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const at = Math.min(bins - 1, Math.floor((value - low) / width));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  const bars = counts.map((count, at) => ({
    label: `${formatNumber(low + at * width)} to ${formatNumber(isWhole ? Math.min(high, low + (at + 1) * width - 1) : low + (at + 1) * width)}`,
    count,
  }));
  // Whole bounds are rounded up, so the last bars may lie behind the largest number.
  return isWhole ? bars.slice(0, Math.floor((high - low) / width) + 1) : bars;
}

/** Counts of words, most frequent first, ties by name; what is past `limit` is summed up as `others`. */
export function countLabels(labels: Iterable<string>, limit = 12): HistogramBar[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const bars = [...counts].map(([label, count]) => ({ label, count }));
  bars.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  if (bars.length <= limit) return bars;
  const rest = bars.slice(limit).reduce((sum, bar) => sum + bar.count, 0);
  return [...bars.slice(0, limit), { label: 'others', count: rest }];
}

/** Bars for a terminal, one line each: label, bar of at most `width` blocks, count. */
export function drawHistogram(bars: readonly HistogramBar[], width = 24): string[] {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const labelWidth = Math.max(0, ...bars.map((bar) => Math.min(32, bar.label.length)));
  return bars.map((bar) => {
    const filled = bar.count === 0 ? 0 : Math.max(1, Math.round((bar.count / most) * width));
    return `  ${bar.label.slice(0, 32).padEnd(labelWidth)} ${'\u2588'.repeat(filled).padEnd(width)} ${bar.count}`;
  });
}

/** Share of the commonest class over an equal share; 1 when all classes are equally frequent, 0 for no classes. */
export function imbalance(bars: readonly HistogramBar[]): number {
  const total = bars.reduce((sum, bar) => sum + bar.count, 0);
  const most = bars.reduce((max, bar) => Math.max(max, bar.count), 0);
  return total === 0 ? 0 : (most * bars.length) / total;
}

function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2);
}
