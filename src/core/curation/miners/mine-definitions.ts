import { inContext, nameOf, saysNothing } from './document-name.js';
import { outline, splitLines } from './markdown-outline.js';
import { type Mine, type MinedPair, plainHeading, plainPhrase, trimSpan } from './mined-pair.js';
import { visibleText } from './visible-text.js';

/** Definition lists in their common spellings. */
const ITEM =
  /^\s{0,6}[-*+]\s+(?:\*\*(?<bold>[^*]{2,100})\*\*|`(?<code>[^`]{2,100})`|\*(?<slanted>[^*]{2,100})\*)\s*(?<colon>:|--?|\u2013|\u2014)?\s+(?<text>\S.*)$/;
const TERM_LINE = /^ {0,3}(?![-#>|]|[*+]\s|\d+[.)]\s)(?<term>[^\n|]{2,100})$/;
const DETAIL_LINE = /^ {0,3}:[ \t]+(?<text>\S.*)$/;
/** Words that only call for attention, whatever stands behind them. */
const CALL =
  /^(?:n\.?b\.?|notes?|notice|tips?|hints?|warnings?|caution|attention|danger|important|remarks?|todo|fixme|edit|update|p\.?s\.?)$/i;
/** Definitions are shorter than sections: a sentence is enough. */
const MIN_SHARE = 0.5;

/** Term, with the document's name and the nearest telling heading before it -> definition: `- **term**: text`, `- \`term\`: text`, and PHP Markdown Extra's `term` with `: text` on the next line. */
export const mineDefinitions: Mine = (document, bounds) => {
  if (document.format !== 'markdown') return [];
  const pairs: MinedPair[] = [];
  const lines = splitLines(document.text);
  const name = nameOf(document);
  const headingAt = headingFinder(document.text);
  const add = (term: string, at: number, text: string): void => {
    const line = lines[at];
    if (line === undefined) return;
    const start = line.start + line.text.lastIndexOf(text);
    const { end } = trimSpan(document.text, { start, end: endOfItem(lines, at) }, Number.POSITIVE_INFINITY);
    const positive = document.text.slice(start, end);
    const anchor = plainPhrase(term).replace(/:$/, '');
    if (
      anchor.length < 2 ||
      CALL.test(anchor) ||
      visibleText(positive).length < bounds.minCharacters * MIN_SHARE ||
      positive.length > bounds.maxCharacters
    )
      return;
    pairs.push({ anchor: inContext(name, headingAt(start), anchor), positive, start, end });
  };
  for (const [at, line] of lines.entries()) {
    if (line.isCode) continue;
    const item = ITEM.exec(line.text)?.groups;
    const hasColon = item?.['colon'] !== undefined || (item?.['bold'] ?? '').endsWith(':');
    if (item !== undefined && hasColon)
      add(item['bold'] ?? item['code'] ?? item['slanted'] ?? '', at, item['text'] ?? '');
    const detail = DETAIL_LINE.exec(line.text)?.groups?.['text'];
    const term = detail === undefined ? undefined : termBefore(lines, at);
    if (detail !== undefined && term !== undefined) add(term, at, detail);
  }
  return pairs;
};

/** Gives for rising offsets the nearest heading above that says something; empty when there is none. */
function headingFinder(text: string): (offset: number) => string {
  const sections = outline(text);
  let at = -1;
  return (offset) => {
    while ((sections[at + 1]?.start ?? Number.POSITIVE_INFINITY) <= offset) at++;
    const section = sections[at];
    const path = section === undefined ? [] : [...section.path, section.heading];
    return path.map(plainHeading).findLast((heading) => !saysNothing(heading)) ?? '';
  };
}

function termBefore(lines: readonly { text: string; isCode: boolean }[], at: number): string | undefined {
  const above = lines[at - 1]?.text.trim() === '' ? lines[at - 2] : lines[at - 1];
  if (above === undefined || above.isCode) return undefined;
  return TERM_LINE.exec(above.text)?.groups?.['term']?.trim();
}

/** An item goes on over the indented lines that follow it; over a list only where it announces one, with a colon. */
function endOfItem(lines: readonly { text: string; end: number; isCode: boolean }[], at: number): number {
  const first = lines[at];
  const indent = indentOf(first?.text ?? '');
  let above = first;
  let hasList = false;
  for (let next = at + 1; next < lines.length; next++) {
    const line = lines[next];
    if (line === undefined || line.isCode || !/^\s{2,}\S/.test(line.text)) break;
    if (/^\s*[-*+]\s/.test(line.text)) {
      if (indentOf(line.text) <= indent || !(hasList || /[:\uff1a]\s*$/.test(above?.text ?? ''))) break;
      hasList = true;
    }
    above = line;
  }
  return above?.end ?? 0;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
