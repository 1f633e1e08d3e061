import { formatNumber } from './number-format.js';
import type { XmlElement } from './office-xml.js';
import type { OpenLevel, OpenStyles } from './open-styles.js';

/** A list of an OpenDocument file. */
export interface OpenList {
  /** From 0. */
  readonly level: number;
  /** Name of its style. */
  readonly style: string | undefined;
  /** Numbers of the items that it stands in. */
  readonly above: readonly number[];
}

/** The mark of an item: a plain number, or else what stands before its text. */
export interface OpenMark {
  readonly number: number | undefined;
  /** As its program shows it, where that is no plain number: `(a)`, `iv.`, `2.1`; empty for bullets. */
  readonly text: string;
}

/** Names of number formats by the signs that OpenDocument has for them. */
const FORMATS: Readonly<Record<string, string>> = {
  a: 'lowerLetter',
  A: 'upperLetter',
  i: 'lowerRoman',
  I: 'upperRoman',
};

/** Counts the items of lists, which may go on where an earlier one ended. */
export class OpenNumbering {
  readonly #styles: OpenStyles;
  readonly #ends = new Map<string, number>();

  constructor(styles: OpenStyles) {
    this.#styles = styles;
  }

  /** The number before that of a list's first item. */
  before(element: XmlElement, list: OpenList): number {
    const start = (this.#styles.level(list.style, list.level)?.start ?? 1) - 1;
    const earlier = element.attributes['text:continue-list'];
    if (earlier !== undefined) return this.#ends.get(`id ${earlier} ${list.level}`) ?? start;
    const goesOn = element.attributes['text:continue-numbering'] === 'true';
    return goesOn ? (this.#ends.get(`style ${list.style} ${list.level}`) ?? start) : start;
  }

  /** Notes the number of a list's last item. */
  end(element: XmlElement, list: OpenList, number: number): void {
    this.#ends.set(`style ${list.style} ${list.level}`, number);
    const id = element.attributes['xml:id'];
    if (id !== undefined) this.#ends.set(`id ${id} ${list.level}`, number);
  }

  /** The mark of an item with a number. */
  mark(list: OpenList, number: number): OpenMark {
    const level = this.#styles.level(list.style, list.level);
    if (level === undefined) return { number: undefined, text: '' };
    const numbers = [...list.above, number];
    const shown = numbers.slice(-level.shownLevels).map((value, at, all) => {
      const of = this.#styles.level(list.style, list.level - (all.length - 1 - at));
      return of === undefined ? '' : formatNumber(value, FORMATS[of.format] ?? 'decimal');
    });
    const parts = shown.filter((part) => part !== '');
    const isPlain = parts.length === 1 && isDigits(level) && level.prefix === '' && /^[.)]?$/.test(level.suffix);
    if (isPlain) return { number, text: '' };
    return { number: undefined, text: `${level.prefix}${parts.join('.')}${level.suffix}`.trim() };
  }
}

function isDigits(level: OpenLevel): boolean {
  return FORMATS[level.format] === undefined;
}
