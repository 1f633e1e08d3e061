import type { StoredText } from './ingested.js';
import { type Measured, mean } from './measured.js';
import { printed } from './tool.js';
import { commonLength, plainLine, recall, wordsOf } from './words.js';

/** A page's words stand in the reference's order when this share of them is a common subsequence. */
const SAME_ORDER = 0.95;
/** Words before and behind the place where a page is expected. */
const SLACK = 300;
/** A first or last line on this share of the pages (numbers aside) is a running head. */
const RUNNING = 0.2;
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
    const pages = withoutRunningLines(text.split('\f')).map((page) => wordsOf(joined(page)));
    const words = wordsOf(document.text.split('\n').map(plainLine).join('\n'));
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

/** Words that a line's end cuts with a hyphen are whole again, as stored text has them. */
function joined(page: string): string {
  return page.replace(/(\p{Ll})[-\u00ad]\n(\p{Ll})/gu, '$1$2');
}

/** Pages without the first and last lines that many of them share but for numbers. */
function withoutRunningLines(pages: readonly string[]): string[] {
  const shape = (line: string | undefined): string =>
    (line ?? '')
      .replace(/[0-9ivxlc]+/g, '#')
      .replace(/\s+/g, ' ')
      .trim();
  const counts = new Map<string, number>();
  const all = pages.map((page) => page.split('\n').filter((line) => line.trim() !== ''));
  for (const lines of all) {
    for (const line of new Set([shape(lines[0]), shape(lines[1]), shape(lines.at(-1))]))
      counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const isRunning = (line: string): boolean =>
    shape(line) === '#' || (counts.get(shape(line)) ?? 0) >= Math.max(3, pages.length * RUNNING);
  return all.map((lines) =>
    lines.filter((line, at) => !((at < 2 || at > lines.length - 2) && isRunning(line))).join('\n'),
  );
}

/** For each page, 1 when its words stand in its order where the page is expected, else 0. */
function pagesInOrder(pages: readonly (readonly string[])[], words: readonly string[]): number[] {
  let at = 0;
  return pages.flatMap((page) => {
    if (page.length === 0 || page.length > LONGEST_PAGE) return [];
    const window = words.slice(Math.max(0, at - SLACK), at + page.length + SLACK);
    at += page.length;
    return [commonLength(page, window) >= page.length * SAME_ORDER ? 1 : 0];
  });
}
