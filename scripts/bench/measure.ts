/** One measured value of the report. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must reach, and whether it does; absent for values that are only told. */
  readonly target?: { readonly text: string; readonly isMet: boolean };
}

/** A value that must be at most, or at least, a bound. */
export function measured(
  name: string,
  value: number,
  unit: string,
  bound?: { atMost: number } | { atLeast: number },
): Measurement {
  const rounded = Number(value.toPrecision(4));
  if (bound === undefined) return { name, value: rounded, unit };
  const isMet = 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
  const text = 'atMost' in bound ? `at most ${bound.atMost} ${unit}` : `at least ${bound.atLeast} ${unit}`;
  return { name, value: rounded, unit, target: { text, isMet } };
}

/** The value below which a share of the sorted values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Milliseconds of each of several ways of doing the same thing, measured in turn so that all meet the same machine. */
export async function timeInTurn<K extends string>(
  rounds: number,
  ways: Readonly<Record<K, (round: number) => Promise<unknown>>>,
): Promise<Record<K, number[]>> {
  const names = Object.keys(ways) as K[]; // Object.keys of a record gives its own keys.
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const begun = performance.now();
      await ways[name](round);
      times[name].push(performance.now() - begun);
    }
  }
  return times;
}

/** A table for people. */
export function renderTable(measurements: readonly Measurement[]): string {
  const width = Math.max(...measurements.map((item) => item.name.length));
  return measurements
    .map((item) => {
      const verdict =
        item.target === undefined ? '' : `   ${item.target.isMet ? 'reached' : 'MISSED'}: ${item.target.text}`;
      return `${item.name.padEnd(width)}  ${String(item.value).padStart(10)} ${item.unit}${verdict}`;
    })
    .join('\n');
}
