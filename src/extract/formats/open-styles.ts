import { MONOSPACE } from './docx-styles.js';
import { childOf, elementsOf, type XmlElement } from './office-xml.js';

/** What a style of an OpenDocument file means for its text. */
export interface OpenStyle {
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isCode: boolean;
  readonly isHidden: boolean;
  readonly rise: 'up' | 'down' | '';
  /** 1..6, or 0 for text. */
  readonly headingLevel: number;
  readonly isQuote: boolean;
}

/** A level of a list: undefined for bullets. */
export interface OpenLevel {
  readonly start: number;
  readonly format: string;
  /** What stands before and behind the number. */
  readonly prefix: string;
  readonly suffix: string;
  /** From how many levels its mark has numbers: 2 for `3.1`. */
  readonly shownLevels: number;
}

const PLAIN: OpenStyle = {
  isBold: false,
  isItalic: false,
  isCode: false,
  isHidden: false,
  rise: '',
  headingLevel: 0,
  isQuote: false,
};

/** The styles of an OpenDocument file by name, each with what it has from its parents. */
export class OpenStyles {
  readonly #elements = new Map<string, XmlElement>();
  readonly #lists = new Map<string, ReadonlyMap<number, OpenLevel>>();
  readonly #known = new Map<string, OpenStyle>();
  readonly #hiddenTables = new Set<string>();

  constructor(roots: readonly (XmlElement | undefined)[]) {
    for (const root of roots) {
      for (const group of root === undefined ? [] : elementsOf(root)) {
        if (!/^office:(?:automatic-)?styles$/.test(group.name)) continue;
        for (const element of elementsOf(group)) this.#take(element);
      }
    }
  }

  #take(element: XmlElement): void {
    const name = element.attributes['style:name'] ?? '';
    if (element.name === 'style:style') {
      this.#elements.set(name, element);
      if (childOf(element, 'style:table-properties')?.attributes['table:display'] === 'false')
        this.#hiddenTables.add(name);
    } else if (element.name === 'text:list-style') {
      const levels = elementsOf(element).flatMap((level) => {
        if (level.name !== 'text:list-level-style-number') return [];
        return [[Number(level.attributes['text:level'] ?? '1') - 1, readLevel(level)] as const];
      });
      this.#lists.set(name, new Map(levels));
    }
  }

  /** Whether a sheet with this style is hidden. */
  isHiddenTable(name: string | undefined): boolean {
    return name !== undefined && this.#hiddenTables.has(name);
  }

  /** How a level of a list is numbered; undefined for bullets. */
  level(list: string | undefined, at: number): OpenLevel | undefined {
    const level = list === undefined ? undefined : this.#lists.get(list)?.get(at);
    return level?.format === '' ? undefined : level;
  }

  /** The style with a name; plain for an unknown one. */
  get(name: string | undefined, depth = 0): OpenStyle {
    if (name === undefined || depth > 20) return PLAIN;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const element = this.#elements.get(name);
    const base = this.get(element?.attributes['style:parent-style-name'], depth + 1);
    const style = readStyle(name, element, base);
    this.#known.set(name, style);
    return style;
  }
}

function readLevel(level: XmlElement): OpenLevel {
  const { 'text:start-value': start = '1', 'style:num-format': format = '1' } = level.attributes;
  return {
    start: Number(start) || 0,
    format,
    prefix: level.attributes['style:num-prefix'] ?? '',
    suffix: level.attributes['style:num-suffix'] ?? '',
    shownLevels: Math.max(1, Number(level.attributes['text:display-levels'] ?? 1) || 1),
  };
}

function readStyle(name: string, element: XmlElement | undefined, base: OpenStyle): OpenStyle {
  const text = childOf(element, 'style:text-properties')?.attributes ?? {};
  const shown = (element?.attributes['style:display-name'] ?? name).replace(/_20_/g, ' ');
  const position = text['style:text-position'] ?? '';
  const level = Number(element?.attributes['style:default-outline-level'] ?? 0);
  const fonts = `${text['style:font-name'] ?? ''} ${text['fo:font-family'] ?? ''}`;
  return {
    isBold: text['fo:font-weight'] === undefined ? base.isBold : /bold|[6-9]00/.test(text['fo:font-weight']),
    isItalic: text['fo:font-style'] === undefined ? base.isItalic : text['fo:font-style'] === 'italic',
    isCode: base.isCode || MONOSPACE.test(fonts) || /^(?:preformatted text|source text|source code)$/i.test(shown),
    isHidden: text['text:display'] === 'none' || base.isHidden,
    rise: /^(?:super|[1-9])/.test(position) ? 'up' : /^(?:sub|-)/.test(position) ? 'down' : base.rise,
    headingLevel: /^title$/i.test(shown) ? 1 : level > 0 ? Math.min(6, level) : base.headingLevel,
    isQuote: base.isQuote || /^quotations?$/i.test(shown),
  };
}
