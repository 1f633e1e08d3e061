import { oneLine } from '../core/text/fence.js';

/**
 * A copy of plain JSON in which every text fits into one line of ours, so that no title, url, tag, message or file name from
 * outside can begin a line, move the cursor or hide.
 * @param kept paths, lists passed through (`results.context.text`), below which texts stay as they are
 */
export function oneLineValues<T>(value: T, kept: readonly string[] = []): T {
  return copy(value, '', kept) as T; // Only texts change, and they stay texts.
}

function copy(value: unknown, path: string, kept: readonly string[]): unknown {
  if (kept.includes(path)) return value;
  if (typeof value === 'string') return oneLine(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item, path, kept));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      oneLine(key),
      copy(item, path === '' ? key : `${path}.${key}`, kept),
    ]),
  );
}
