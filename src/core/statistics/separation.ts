/** How well a score tells two groups apart. */
export interface Separation {
  /** Area under the ROC curve, 0..1: the chance that one of the first group scores above one of the second, ties half. */
  readonly auc: number;
  /** Score from which taking a case for the first group does best (largest Youden's J); halfway between neighbours. */
  readonly threshold: number;
}

/**
 * Area under the ROC curve through the Mann-Whitney statistic (Hanley and McNeil, Radiology 143, 1982), and the
 * threshold with the largest sensitivity + specificity - 1 (Youden, Cancer 3, 1950). Both groups must be non-empty.
 */
export function separation(positives: readonly number[], negatives: readonly number[]): Separation {
  const cases = [
    ...positives.map((score) => ({ score, isPositive: true })),
    ...negatives.map((score) => ({ score, isPositive: false })),
  ].sort((a, b) => b.score - a.score);
  let above = 0;
  let passed = 0;
  let area = 0;
  let best = { gain: 0, threshold: (cases[0]?.score ?? 0) + Number.EPSILON };
  for (let i = 0; i < cases.length; ) {
    const score = cases[i]?.score ?? 0;
    const tied = cases.slice(i).findIndex((entry) => entry.score !== score);
    const group = cases.slice(i, tied < 0 ? cases.length : i + tied);
    const hits = group.filter((entry) => entry.isPositive).length;
    area += (group.length - hits) * (above + hits / 2);
    above += hits;
    passed += group.length - hits;
    i += group.length;
    const gain = above / positives.length - passed / negatives.length;
    if (gain > best.gain) best = { gain, threshold: (score + (cases[i]?.score ?? score)) / 2 };
  }
  return { auc: area / (positives.length * negatives.length), threshold: best.threshold };
}
