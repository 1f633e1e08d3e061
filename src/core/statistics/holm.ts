/**
 * Holm's step-down correction for several tests (Scandinavian Journal of Statistics 6, 1979): adjusted p values in the
 * order given, each at least as large as before and at most 1. A test is significant when its adjusted value is at most
 * the level chosen for all of them together.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1) || a - b);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let floor = 0;
  order.forEach((index, step) => {
    floor = Math.max(floor, Math.min(1, (pValues.length - step) * (pValues[index] ?? 1)));
    adjusted[index] = floor;
  });
  return adjusted;
}
