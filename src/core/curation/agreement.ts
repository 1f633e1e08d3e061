/** A judgement of one unit by one judge. */
export interface Rating {
  readonly unit: string;
  readonly judge: string;
  /** A grade; for ordinal data the distance between grades counts. */
  readonly grade: number;
}

/**
 * Cohen's kappa of two judges over the units that both rated (Cohen, 1960), weighted by `1 - |a - b|^2 / range^2` when
 * `weighting` is `quadratic` (Cohen, 1968). 1 is full agreement, 0 what chance would give. Null when no unit is shared, or
 * when both used one and the same grade throughout, where chance alone explains everything and kappa is 0 / 0.
 */
export function cohenKappa(
  first: readonly number[],
  second: readonly number[],
  weighting: 'none' | 'quadratic' = 'none',
): number | null {
  const pairs = Math.min(first.length, second.length);
  if (pairs === 0) return null;
  const grades = [...new Set([...first.slice(0, pairs), ...second.slice(0, pairs)])];
  const range = Math.max(...grades) - Math.min(...grades);
  const disagreement = (a: number, b: number): number =>
    weighting === 'none' ? Number(a !== b) : range === 0 ? 0 : ((a - b) / range) ** 2;
  let observed = 0;
  for (let at = 0; at < pairs; at++) observed += disagreement(first[at] ?? 0, second[at] ?? 0) / pairs;
  const share = (list: readonly number[], grade: number): number =>
    list.slice(0, pairs).filter((value) => value === grade).length / pairs;
  let expected = 0;
  for (const a of grades) for (const b of grades) expected += share(first, a) * share(second, b) * disagreement(a, b);
  return expected === 0 ? null : 1 - observed / expected;
}

/**
 * Krippendorff's alpha for any number of judges and missing ratings (Krippendorff, 2011): 1 - observed disagreement /
 * expected disagreement. 1 is full agreement, 0 chance, below 0 worse than chance. Null when fewer than two units were
 * rated twice or all ratings are equal.
 * @param level `nominal` counts any difference as 1; `ordinal` weighs by the ranks between two grades; `interval` by the
 * squared difference
 */
export function krippendorffAlpha(
  ratings: readonly Rating[],
  level: 'nominal' | 'ordinal' | 'interval' = 'ordinal',
): number | null {
  const byUnit = new Map<string, number[]>();
  for (const { unit, grade } of ratings) byUnit.set(unit, [...(byUnit.get(unit) ?? []), grade]);
  const units = [...byUnit.values()].filter((grades) => grades.length > 1);
  const grades = [...new Set(units.flat())].sort((a, b) => a - b);
  if (units.length < 2 || grades.length < 2) return null;
  const place = new Map(grades.map((grade, index) => [grade, index]));
  const coincidences = grades.map(() => grades.map(() => 0));
  for (const unit of units) {
    for (const [i, a] of unit.entries()) {
      for (const [j, b] of unit.entries()) {
        const row = coincidences[place.get(a) ?? 0];
        const column = place.get(b) ?? 0;
        if (i !== j && row !== undefined) row[column] = (row[column] ?? 0) + 1 / (unit.length - 1);
      }
    }
  }
  return alphaOf(coincidences, grades, level);
}

function alphaOf(
  coincidences: readonly (readonly number[])[],
  grades: readonly number[],
  level: 'nominal' | 'ordinal' | 'interval',
): number | null {
  const totals = coincidences.map((row) => row.reduce((sum, value) => sum + value, 0));
  const all = totals.reduce((sum, value) => sum + value, 0);
  let observed = 0;
  let expected = 0;
  for (let a = 0; a < grades.length; a++) {
    for (let b = 0; b < grades.length; b++) {
      const distance = squaredDistance(a, b, { grades, totals, level });
      observed += (coincidences[a]?.[b] ?? 0) * distance;
      expected += ((totals[a] ?? 0) * (totals[b] ?? 0) * distance) / (all - 1);
    }
  }
  return expected === 0 ? null : 1 - observed / expected;
}

function squaredDistance(
  a: number,
  b: number,
  about: { grades: readonly number[]; totals: readonly number[]; level: 'nominal' | 'ordinal' | 'interval' },
): number {
  const { grades, totals, level } = about;
  if (level === 'nominal') return Number(a !== b);
  if (level === 'interval') return ((grades[a] ?? 0) - (grades[b] ?? 0)) ** 2;
  const [low, high] = a < b ? [a, b] : [b, a];
  let between = 0;
  for (let at = low; at <= high; at++) between += totals[at] ?? 0;
  return (between - ((totals[low] ?? 0) + (totals[high] ?? 0)) / 2) ** 2;
}
