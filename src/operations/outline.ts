import { drawHistogram, type HistogramBar } from '../core/curation/histogram.js';

const MAX_LINES = 200;

/** Plain JSON as indented lines, `name: value` each; lists of plain values on one line, counts by label as bars. At most 200 lines. */
export function outline(value: unknown): string[] {
  const lines = linesOf(value, '');
  return lines.length <= MAX_LINES
    ? lines
    : [...lines.slice(0, MAX_LINES), `and ${lines.length - MAX_LINES} more lines`];
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** Whether a value is what a histogram counts. */
function isBars(value: unknown): value is HistogramBar[] {
  return Array.isArray(value) && value.length > 0 && value.every(isBar);
}

function isBar(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).join() === 'label,count' &&
    'label' in value &&
    typeof value.label === 'string' &&
    'count' in value &&
    typeof value.count === 'number'
  );
}

function plain(value: unknown): string {
  return String(value).replace(/\s+/g, ' ').trim();
}

function linesOf(value: unknown, indent: string): string[] {
  if (isPlain(value)) return [indent + plain(value)];
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => (isPlain(item) ? [`${indent}- ${plain(item)}`] : itemLines(item, indent)));
  return Object.entries(value ?? {}).flatMap(([name, content]: [string, unknown]) => entryLines(name, content, indent));
}

function entryLines(name: string, content: unknown, indent: string): string[] {
  if (isBars(content)) return [`${indent}${name}:`, ...drawHistogram(content).map((line) => indent + line)];
  if (isPlain(content)) return [`${indent}${name}: ${plain(content)}`];
  if (Array.isArray(content) && content.every(isPlain)) return [`${indent}${name}: ${content.map(plain).join(', ')}`];
  return [`${indent}${name}:`, ...linesOf(content, `${indent}  `)];
}

/** An object in a list: its first line carries the dash. */
function itemLines(item: unknown, indent: string): string[] {
  const [first = '', ...rest] = linesOf(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}
