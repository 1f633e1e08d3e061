/**
 * Sum of `gain(grade) / log2(rank + 1)` over the first `cutoff` ranks; grades at or below 0 and unjudged documents add
 * nothing.
 */
export function discountedGain(grades: readonly number[], cutoff: number, gain: (grade: number) => number): number {
  const end = Math.min(cutoff, grades.length);
  let sum = 0;
  for (let i = 0; i < end; i++) {
    const grade = grades[i] ?? 0;
    if (grade > 0) sum += gain(grade) / Math.log2(i + 2);
  }
  return sum;
}
