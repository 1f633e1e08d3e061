/** One figure of a set, with what it is measured against. */
export interface Figure {
  readonly name: string;
  /** A share, 0..1, or a number. */
  readonly value: number;
  /** The least (or, for `most`, the greatest) value that is right; undefined for what is only told. */
  readonly target?: number;
  readonly side?: 'least' | 'most';
}

/** What was measured over one set of documents of one format. */
export interface Measured {
  readonly format: string;
  readonly set: string;
  /** Documents compared. */
  readonly documents: number;
  readonly figures: readonly Figure[];
  /** Documents that fell short most, worst first, with what is missing. */
  readonly worst: readonly string[];
}

/** Whether a figure is as it should be; figures without a target always are. */
export function isReached({ value, target, side }: Figure): boolean {
  if (target === undefined) return true;
  return side === 'most' ? value <= target : value >= target;
}

/** Mean of numbers; 1 when there are none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One line for each figure of each set, in 80 columns. */
export function renderMeasured(all: readonly Measured[]): string {
  const lines = [row(['set', 'documents', 'measured', 'value', 'target'])];
  for (const { format, set, documents, figures } of all) {
    for (const figure of figures) {
      const { name, value, target, side } = figure;
      const verdict = isReached(figure) ? 'reached' : 'missed';
      const goal = target === undefined ? '' : `${side === 'most' ? '<=' : '>='} ${target} ${verdict}`;
      lines.push(row([`${format} ${set}`, String(documents), name, value.toFixed(4), goal]));
    }
  }
  return lines.join('\n');
}

const WIDTHS = [26, 9, 16, 7] as const;

function row([set = '', documents = '', name = '', value = '', target = '']: readonly string[]): string {
  const cut = set.length > WIDTHS[0] ? `${set.slice(0, WIDTHS[0] - 1)}~` : set.padEnd(WIDTHS[0]);
  const cells = [cut, documents.padStart(WIDTHS[1]), name.padEnd(WIDTHS[2]), value.padStart(WIDTHS[3]), target];
  return cells.join(' ').trimEnd();
}
