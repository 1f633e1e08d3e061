import type { PdfItem } from './pdf-items.js';

/** How many items of nearly the same height are looked at for a second copy. */
const MAX_COMPARED = 64;
const BUCKET_POINTS = 6;

/**
 * Takes out text that is drawn a second time in the same place, exactly or a little aside, as printers do to make it
 * bold or to give it a shadow. Words that are really repeated stand beside each other and stay.
 */
export function withoutOverprint(items: readonly PdfItem[]): PdfItem[] {
  const buckets = new Map<number, number[]>();
  const kept: (PdfItem | undefined)[] = [];
  for (const item of items) {
    const bucket = Math.round(item.y / BUCKET_POINTS);
    const near = [bucket - 1, bucket, bucket + 1].flatMap((at) => (buckets.get(at) ?? []).slice(-MAX_COMPARED));
    if (near.some((at) => isCopy(item, kept[at]))) continue;
    for (const at of near) if (isPartOf(kept[at], item)) kept[at] = undefined;
    const list = buckets.get(bucket);
    if (list === undefined) buckets.set(bucket, [kept.length]);
    else list.push(kept.length);
    kept.push(item);
  }
  return kept.filter((item) => item !== undefined);
}

function isCopy(item: PdfItem, drawn: PdfItem | undefined): boolean {
  if (drawn === undefined || !lieTogether(item, drawn)) return false;
  if (item.text.trim() !== drawn.text.trim()) return isPartOf(item, drawn);
  return Math.abs(item.x - drawn.x) <= Math.min(item.size * 0.25, Math.max(item.width, 1) * 0.5);
}

/** Whether a shorter run repeats letters of a longer one where the longer one has them. */
function isPartOf(part: PdfItem | undefined, whole: PdfItem): boolean {
  if (part === undefined || !lieTogether(part, whole)) return false;
  const text = part.text.trim();
  // A single letter says too little: doubled letters within one run are told apart by the row (see halvedText).
  if (text.length < 2 || text.length >= whole.text.trim().length) return false;
  const from = Math.max(part.x, whole.x);
  const to = Math.min(part.x + part.width, whole.x + whole.width);
  if (to - from < part.width * 0.8) return false;
  const slack = whole.size * 1.2 + whole.width * 0.06;
  const guess = Math.round(((part.x - whole.x - slack) / Math.max(1, whole.width)) * whole.text.length);
  for (let at = whole.text.indexOf(text, Math.max(0, guess)); at !== -1; at = whole.text.indexOf(text, at + 1)) {
    const x = whole.x + (whole.width * at) / whole.text.length;
    if (x > part.x + slack) return false;
    if (Math.abs(x - part.x) <= slack) return true;
  }
  return false;
}

function lieTogether(a: PdfItem, b: PdfItem): boolean {
  return (
    Math.abs(a.y - b.y) <= a.size * 0.15 &&
    Math.abs(a.size - b.size) <= a.size * 0.1 &&
    a.x < b.x + b.width &&
    b.x < a.x + a.width
  );
}

/**
 * The text of a row whose letters are each drawn twice (`SSaaffeettyy`): every letter once. Undefined for any other row:
 * the letters of a copy lie on those of the first, which letters of real words never do.
 */
export function halvedText(items: readonly PdfItem[]): string | undefined {
  const overlaps = items.filter((item, at) => at > 0 && item.x < endOf(items[at - 1]) - item.size * 0.1).length;
  if (items.length < 4 || overlaps * 4 < items.length) return undefined;
  let text = '';
  let open = '';
  for (const char of items.map((item) => item.text).join('')) {
    if (/\s/.test(char)) text += open === '' && !text.endsWith(' ') ? ' ' : '';
    else if (open === '') open = char;
    else if (open === char) {
      text += char;
      open = '';
    } else return undefined;
  }
  return open === '' && new Set(text.replace(/\s/g, '')).size >= 4 ? text.trim() : undefined;
}

function endOf(item: PdfItem | undefined): number {
  return item === undefined ? Number.NEGATIVE_INFINITY : item.x + item.width;
}
