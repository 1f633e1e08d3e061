/** Where a quotation stands in a text. */
export interface QuoteLocation {
  readonly start: number;
  readonly end: number;
  /** False when only white space differs between the quotation and the text. */
  readonly isExact: boolean;
}

/** The text with every run of white space as one space, and for each kept code unit its offset in the original. */
function collapse(text: string): { collapsed: string; offsets: number[] } {
  let collapsed = '';
  const offsets: number[] = [];
  for (const match of text.matchAll(/\s+|[^\s]+/g)) {
    const isSpace = /^\s/.test(match[0]);
    const piece = isSpace ? ' ' : match[0];
    for (let i = 0; i < piece.length; i++) offsets.push(match.index + i);
    collapsed += piece;
  }
  return { collapsed, offsets };
}

/** The occurrence that begins nearest to `near`. */
function nearestOccurrence(text: string, quote: string, near: number): number {
  const before = text.lastIndexOf(quote, near);
  const after = text.indexOf(quote, near);
  if (before < 0 || after < 0) return Math.max(before, after);
  return near - before <= after - near ? before : after;
}

/**
 * Finds a quotation, preferring the occurrence nearest to where it used to be; white space may differ when it is not
 * found letter by letter. Returns undefined when the text does not hold it. Linear in the text.
 */
export function locateQuote(text: string, quote: string, near: number): QuoteLocation | undefined {
  if (quote === '') return undefined;
  const start = nearestOccurrence(text, quote, near);
  if (start >= 0) return { start, end: start + quote.length, isExact: true };
  const wanted = quote.replace(/\s+/g, ' ').trim();
  if (wanted === '') return undefined;
  const { collapsed, offsets } = collapse(text);
  const at = collapsed.indexOf(wanted);
  const first = offsets[at];
  const last = offsets[at + wanted.length - 1];
  if (at < 0 || first === undefined || last === undefined) return undefined;
  return { start: first, end: last + 1, isExact: false };
}
