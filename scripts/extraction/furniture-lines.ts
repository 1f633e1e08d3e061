import { plainLine } from './words.js';

/** A line that stands on this share of a set's pages, at their heads or feet, is the site's. */
const MOST = 0.6;
const FEWEST_PAGES = 5;
/** Lines of a stored text's head and foot in which such lines are looked for. */
const STORED_EDGE = 12;

/** What of a set of pages is the site's and not a page's own, told from what a browser shows of all of them. */
export class FurnitureLines {
  readonly #common: ReadonlySet<string>;
  readonly #titles: ReadonlySet<string>;

  constructor(pages: readonly { readonly lines: readonly string[]; readonly titles: readonly string[] }[]) {
    const counts = new Map<string, number>();
    for (const { lines } of pages) for (const line of new Set(lines)) counts.set(line, (counts.get(line) ?? 0) + 1);
    const least = Math.max(FEWEST_PAGES, pages.length * MOST);
    this.#common = new Set([...counts].filter(([, count]) => count >= least).map(([line]) => line));
    this.#titles = new Set(pages.flatMap(({ titles }) => titles));
  }

  /** The lines of a page without those of the site at its head and foot. */
  ownLines(lines: readonly string[]): readonly string[] {
    const { head, foot } = this.#edges(lines);
    return lines.slice(head, Math.max(head, lines.length - foot));
  }

  /** Lines of the site that a stored text still begins or ends with. */
  leftIn(text: string, shown: readonly string[]): readonly string[] {
    const { head, foot } = this.#edges(shown);
    const edges = [...shown.slice(0, head), ...shown.slice(shown.length - foot)];
    const known = new Set(edges.filter((line) => this.#common.has(line) && /\p{L}{2}/u.test(line)));
    const stored = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const lines =
      stored.length <= STORED_EDGE * 2 ? stored : [...stored.slice(0, STORED_EDGE), ...stored.slice(-STORED_EDGE)];
    const said = lines.flatMap((line) => [plainLine(line), ...line.split('|').map(plainLine)]);
    return [...new Set(said)].filter((line) => known.has(line));
  }

  /** How many lines at the head and at the foot are the site's, with titles of pages (`Previous`, `Next`) among them. */
  #edges(lines: readonly string[]): { readonly head: number; readonly foot: number } {
    const isSites = (line: string | undefined): boolean => line !== undefined && this.#common.has(line);
    const isPart = (line: string | undefined): boolean =>
      isSites(line) || (line !== undefined && (this.#titles.has(line) || !/[\p{L}\p{N}]/u.test(line)));
    let head = 0;
    for (let at = 0; at < lines.length && isPart(lines[at]); at += 1) if (isSites(lines[at])) head = at + 1;
    let foot = 0;
    for (let at = lines.length - 1; at >= head && isPart(lines[at]); at -= 1)
      if (isSites(lines[at])) foot = lines.length - at;
    return { head, foot };
  }
}
