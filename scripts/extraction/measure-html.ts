import type { Browser, ShownPage } from './browser.js';
import { FurnitureLines, linesLeft } from './furniture-lines.js';
import type { StoredText } from './ingested.js';
import { type Measured, mean } from './measured.js';
import { plainLine, recall, wordsOf } from './words.js';

/** Compares stored pages with what a browser shows of them. */
export async function measureHtml(
  set: string,
  files: readonly string[],
  parts: { readonly browser: Browser; readonly stored: ReadonlyMap<string, StoredText> },
): Promise<Measured> {
  const shown = new Map<string, ShownPage>();
  for (const file of files) shown.set(file, await parts.browser.show(file));
  const all = [...parts.stored.values()];
  const titles = all.map(({ title }) => title);
  const shownTitles = [...shown.values()].flatMap(titlesOf);
  const furniture = new FurnitureLines([...shown.values()].map(linesOf), [...titles, ...shownTitles]);
  const pages = [...shown].flatMap(([file, page]) => {
    const stored = parts.stored.get(file);
    return stored === undefined ? [] : [comparePage(file, page, { stored, furniture })];
  });
  const left = linesLeft(all.map(({ text }) => text)).flatMap((lines, at) =>
    lines.length === 0 ? [] : [`${all[at]?.uri}: ${lines.slice(0, 3).join(' / ')}`],
  );
  const worst = pages.filter(({ kept }) => kept < 0.99).sort((a, b) => a.kept - b.kept);
  return {
    format: 'html',
    set,
    documents: pages.length,
    figures: [
      { name: 'words kept', value: mean(pages.map(({ kept }) => kept)), target: 0.99 },
      { name: 'furniture left', value: left.length / Math.max(1, all.length), target: 0.02, side: 'most' },
      { name: 'titles distinct', value: new Set(titles).size / Math.max(1, titles.length), target: 0.95 },
      { name: 'code intact', value: mean(pages.flatMap(({ code }) => code)) },
      { name: 'headings found', value: mean(pages.flatMap(({ headings }) => headings)) },
      { name: 'pages stored', value: pages.length / Math.max(1, files.length) },
    ],
    worst: [
      ...worst.slice(0, 5).map(({ file, kept, missing }) => `${kept.toFixed(3)} ${file}: ${missing}`),
      ...left.slice(0, 3).map((line) => `furniture ${line}`),
    ],
  };
}

function comparePage(
  file: string,
  page: ShownPage,
  { stored, furniture }: { readonly stored: StoredText; readonly furniture: FurnitureLines },
) {
  const lines = linesOf(page);
  const reference = wordsOf(furniture.ownLines(lines).join('\n'));
  const words = wordsOf(`${stored.title}\n${plainText(stored.text)}`);
  const headings = new Set(
    stored.text
      .split('\n')
      .flatMap((line) => (/^\s*(?:[-*+>]\s+|\d+[.)]\s+)*#{1,6} /.test(line) ? [key(plainLine(line))] : [])),
  );
  headings.add(key(stored.title));
  const own = new Set(furniture.ownLines(lines).map(key));
  return {
    file,
    kept: recall(reference, words),
    missing: missingOf(reference, words),
    code: page.code.map((code) => (holdsCode(stored.text, code) ? 1 : 0)),
    headings: page.headings
      .map(key)
      .filter((heading) => own.has(heading))
      .map((heading) => (headings.has(heading) ? 1 : 0)),
  };
}

/** Heading texts differ in signs of permalinks and in spaces. */
function key(text: string): string {
  return wordsOf(text).join(' ');
}

function linesOf(page: ShownPage): readonly string[] {
  return page.text
    .split(/[\n\t]/)
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '');
}

function titlesOf(page: ShownPage): readonly string[] {
  const clean = (text: string): string => text.replace(/\s+/g, ' ').trim();
  return [page.title, ...page.headings.slice(0, 3)].map(clean);
}

/** Markdown without addresses and marks, code as it is. */
function plainText(text: string): string {
  return text.split('\n').map(plainLine).join('\n');
}

function missingOf(reference: readonly string[], words: readonly string[]): string {
  const left = new Map<string, number>();
  for (const word of words) left.set(word, (left.get(word) ?? 0) + 1);
  const missing: string[] = [];
  for (const word of reference) {
    const count = left.get(word) ?? 0;
    if (count === 0) missing.push(word);
    else left.set(word, count - 1);
  }
  return `${missing.length} words: ${missing.slice(0, 12).join(' ')}`;
}

/** Whether a listing stands in a text line by line with its indentation, wherever the text has it. */
function holdsCode(text: string, code: string): boolean {
  const lines = code
    .replace(/\u00a0/g, ' ')
    .split('\n')
    .map((line) => line.trimEnd());
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  const all = text.split('\n').map((line) => line.trimEnd());
  const first = lines[0] ?? '';
  return all.some((line, at) => {
    if (!line.endsWith(first)) return false;
    const indent = line.slice(0, line.length - first.length);
    return indent.trim() === '' && lines.every((other, i) => all[at + i] === (other === '' ? '' : indent + other));
  });
}
