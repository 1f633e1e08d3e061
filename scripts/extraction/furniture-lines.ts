import { plainLine } from './words.js';

/** A line that stands on this share of a set's pages, at their heads or feet, is the site's. */
const MOST = 0.6;
const FEWEST_PAGES = 5;
/** Lines of a shown page's head and foot that can be the site's. */
const SHOWN_EDGE = 40;
/** Lines of a stored text's head and foot in which such lines are looked for. */
const STORED_EDGE = 12;

/** What of a set of pages is the site's and not a page's own, told from what a browser shows of all of them. */
export class FurnitureLines {
  readonly #common: ReadonlySet<string>;
  readonly #titles: ReadonlySet<string>;
  /** Lines and parts of lines that more than one page has. */
  readonly #several: ReadonlySet<string>;

  /** `titles`: of all pages of the set, those that are not compared too. */
  constructor(pages: readonly (readonly string[])[], titles: readonly string[]) {
    const counts = new Map<string, number>();
    for (const lines of pages) {
      for (const part of new Set(lines.flatMap((line) => [line, ...partsOf(line)])))
        counts.set(part, (counts.get(part) ?? 0) + 1);
    }
    const least = Math.max(FEWEST_PAGES, pages.length * MOST);
    this.#common = new Set([...counts].filter(([, count]) => count >= least).map(([line]) => line));
    this.#several = new Set([...counts].filter(([, count]) => count > 1).map(([line]) => line));
    this.#titles = new Set(titles);
  }

  /** The lines of a page without those of the site at its head and foot, and without titles of pages beside them. */
  ownLines(lines: readonly string[]): readonly string[] {
    const isEdge = (at: number): boolean => at < SHOWN_EDGE || at >= lines.length - SHOWN_EDGE;
    const isSites = lines.map((line, at) => isEdge(at) && this.#isSites(line));
    const isBeside = (at: number): boolean => isSites[at - 1] === true || isSites[at + 1] === true;
    return lines.filter((line, at) => isSites[at] !== true && !(this.#titles.has(line) && isBeside(at)));
  }

  /** Whether a line, or most parts of it, stand on most pages, and the rest elsewhere too. */
  #isSites(line: string): boolean {
    const parts = partsOf(line);
    const common = parts.filter((part) => this.#common.has(part)).length;
    const isElsewhere = parts.every((part) => this.#several.has(part) || this.#titles.has(part));
    return this.#common.has(line) || (common * 2 >= parts.length && common > 0 && isElsewhere);
  }
}

/** What stands between the bars and arrows of a menu or a trail. */
function partsOf(line: string): string[] {
  return line.split(/\s*[|>»›·•]\s*|\s{2,}/).filter((part) => part !== '');
}

/**
 * Lines at the head and foot of a stored text that most stored texts have there, headings aside: those are of a page's
 * structure where all pages are built alike. By text, in the order of the texts.
 */
export function linesLeft(texts: readonly string[]): readonly (readonly string[])[] {
  const edges = texts.map(edgesOf);
  const counts = new Map<string, number>();
  for (const lines of edges) for (const line of new Set(lines)) counts.set(line, (counts.get(line) ?? 0) + 1);
  const least = Math.max(FEWEST_PAGES, texts.length * MOST);
  return edges.map((lines) => {
    const isSites = lines.map((line) => (counts.get(line) ?? 0) >= least);
    const head = isSites.indexOf(false);
    const foot = isSites.lastIndexOf(false);
    return lines.filter((_line, at) => at < head || at > foot);
  });
}

/** Cells and lines that say something, of a text's beginning and end. */
function edgesOf(text: string): string[] {
  const stored = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const isShort = stored.length <= STORED_EDGE * 2;
  const lines = isShort ? stored : [...stored.slice(0, STORED_EDGE), ...stored.slice(-STORED_EDGE)];
  const cells = lines.flatMap((line) => line.split(/(?<!\\)\|/).map(plainLine));
  return cells.filter((cell) => /\p{L}{2}/u.test(cell));
}
