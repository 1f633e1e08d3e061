import type { StoredText } from './ingested.js';
import { type Measured, mean } from './measured.js';
import { printed } from './tool.js';
import { commonLength, keptWords, plainLine, recall, wordsOf } from './words.js';

/** A page stands in the reference's order when this share of the words that both have is a common subsequence. */
const SAME_ORDER = 0.95;
/** Words before and behind the place where a page is expected. */
const SLACK = 300;
/** A first or last line on this share of the pages (numbers aside) is a running head. */
const RUNNING = 0.2;
/** So many lines at either end of a page may be running heads: pdftotext gives each part of one a line of its own. */
const EDGE_LINES = 4;
const LONGEST_PAGE = 3_000;

/** Compares stored PDF files with what pdftotext gives; undefined without it. */
export async function measurePdf(
  set: string,
  files: readonly string[],
  stored: ReadonlyMap<string, StoredText>,
): Promise<Measured | undefined> {
  const kept: number[] = [];
  const order: number[] = [];
  const worst: { readonly value: number; readonly line: string }[] = [];
  for (const file of files) {
    const text = await printed('pdftotext', ['-enc', 'UTF-8', file, '-']);
    const document = stored.get(file);
    if (text === undefined || document === undefined) continue;
    const pages = withoutRunningLines(text.split('\f')).map(referenceWords);
    const words = storedWords(document.text);
    const share = recall(pages.flat(), words);
    const same = pagesInOrder(pages, words);
    kept.push(share);
    order.push(...same);
    worst.push({ value: share, line: `${share.toFixed(4)} words, ${mean(same).toFixed(2)} order ${file}` });
  }
  if (kept.length === 0) return undefined;
  return {
    format: 'pdf',
    set,
    documents: kept.length,
    figures: [
      { name: 'words kept', value: mean(kept), target: 0.995 },
      { name: 'pages in order', value: mean(order), target: 0.95 },
    ],
    worst: worst
      .sort((a, b) => a.value - b.value)
      .slice(0, 8)
      .map(({ line }) => line),
  };
}

/**
 * Words of the reference, those that a line's end cuts whole again. Hyphens inside of words are taken away here and in stored
 * text: which of them a line's end has brought, pdftotext does not say.
 */
function referenceWords(page: string): string[] {
  return wordsOf(page.replace(/(?<=\p{L})[-\u00ad\u2010]\n?(?=\p{L})/gu, ''));
}

/** Words of stored text; the sign before raised text is ours, pdftotext writes `10^-6` as `10-6` and `x^3` as `x3`. */
function storedWords(text: string): string[] {
  const plain = text.split('\n').map(plainLine).join('\n');
  return wordsOf(
    plain.replace(/(?<=[\p{L}\p{N})\]])\^\(?(?=[\p{L}\p{N}])/gu, '').replace(/(?<=\p{L})[-\u2010](?=\p{L})/gu, ''),
  );
}

/** Pages without the first and last lines that many of them share but for numbers: what is dropped on purpose is no loss. */
function withoutRunningLines(pages: readonly string[]): string[] {
  const all = pages.map((page) => page.split('\n').filter((line) => line.trim() !== ''));
  const counts = new Map<string, number>();
  for (const lines of all) {
    const edges = [...lines.slice(0, EDGE_LINES), ...lines.slice(-EDGE_LINES)];
    for (const shape of new Set(edges.map(shapeOf))) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  const isRunning = (line: string): boolean =>
    shapeOf(line) === '#' || (counts.get(shapeOf(line)) ?? 0) >= Math.max(3, pages.length * RUNNING);
  return all.map((lines) => {
    const isText = (line: string): boolean => !isRunning(line);
    // Only what stands together at an edge is a running head; the same words further in are text.
    const above = lines.slice(0, EDGE_LINES).findIndex(isText);
    const below = lines.slice(-EDGE_LINES).reverse().findIndex(isText);
    const last = lines.length - (below === -1 ? EDGE_LINES : below);
    return lines.slice(above === -1 ? EDGE_LINES : above, Math.max(0, last)).join('\n');
  });
}

function shapeOf(line: string): string {
  return line
    .replace(/(?<!\p{L})(?:\d+|[ivxlc]+)(?!\p{L})/gu, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * For each page, 1 when the words that it shares with the stored text stand there in its order, else 0. Pages of which the
 * text has not half are none in order: there is nothing to compare.
 */
function pagesInOrder(pages: readonly (readonly string[])[], words: readonly string[]): number[] {
  const places = placesOfSingles(words);
  const known = placesOfSingles(pages.flat());
  let at = 0;
  return pages.flatMap((page) => {
    if (page.length === 0 || page.length > LONGEST_PAGE) return [];
    const starts = page.flatMap((word, index) => {
      const place = known.has(word) ? places.get(word) : undefined;
      return place === undefined ? [] : [place - index];
    });
    const start = starts.sort((a, b) => a - b)[Math.floor(starts.length / 2)] ?? at;
    at = start + page.length;
    const window = words.slice(Math.max(0, start - SLACK), Math.max(0, at) + SLACK);
    const kept = keptWords(page, window);
    return [kept * 2 >= page.length && commonLength(page, window) >= kept * SAME_ORDER ? 1 : 0];
  });
}

/** Where each word that a text has only once stands in it. */
function placesOfSingles(words: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  words.forEach((word, at) => {
    if (places.has(word)) repeated.add(word);
    places.set(word, at);
  });
  for (const word of repeated) places.delete(word);
  return places;
}
