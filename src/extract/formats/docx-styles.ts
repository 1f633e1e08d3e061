import { childOf, elementsOf, type XmlElement } from './office-xml.js';

/** What a paragraph's or run's style means for its text. */
export interface DocxStyle {
  readonly name: string;
  /** 1..6, or 0 for text. */
  readonly headingLevel: number;
  readonly isCode: boolean;
  readonly isQuote: boolean;
  readonly isHidden: boolean;
  /** Numbering that comes with the style. */
  readonly numId: string | undefined;
  readonly listLevel: number | undefined;
}

/** Fonts whose letters all have one width. */
export const MONOSPACE =
  /courier|consolas|\bmono\b|monospace|mono[ -]|menlo|monaco|lucida (?:console|sans typewriter)|inconsolata|source code|fixedsys|andale|terminal|hack\b|cascadia code|fira code/i;
const CODE_STYLE =
  /^(?:source ?code|code|code ?block|listing|verbatim(?: ?char)?|preformatted ?text|html preformatted|html code|plain text|macro text|programlisting|source ?text)$/i;
const PLAIN: DocxStyle = {
  name: '',
  headingLevel: 0,
  isCode: false,
  isQuote: false,
  isHidden: false,
  numId: undefined,
  listLevel: undefined,
};

/** The styles of a Word document by id, each with what it has from those it is based on. */
export class DocxStyles {
  readonly #elements = new Map<string, XmlElement>();
  readonly #known = new Map<string, DocxStyle>();

  constructor(root: XmlElement | undefined) {
    for (const element of root === undefined ? [] : elementsOf(root))
      if (element.name === 'w:style') this.#elements.set(element.attributes['w:styleId'] ?? '', element);
  }

  /** The style with an id; plain text for an unknown one. */
  get(id: string | undefined, depth = 0): DocxStyle {
    if (id === undefined || depth > 20) return PLAIN;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const style = this.#read(id, depth);
    this.#known.set(id, style);
    return style;
  }

  #read(id: string, depth: number): DocxStyle {
    const element = this.#elements.get(id);
    const name = childOf(element, 'w:name')?.attributes['w:val'] ?? id;
    const base = this.get(childOf(element, 'w:basedOn')?.attributes['w:val'], depth + 1);
    const paragraph = childOf(element, 'w:pPr');
    const run = childOf(element, 'w:rPr');
    const level = childOf(paragraph, 'w:numPr', 'w:ilvl')?.attributes['w:val'];
    const own = headingLevel(name, paragraph);
    return {
      name,
      headingLevel: own ?? (/^(?:toc|table of)/i.test(name) ? 0 : base.headingLevel),
      isCode: base.isCode || CODE_STYLE.test(name) || isMonospace(run),
      isQuote: base.isQuote || /^(?:quote|intense quote|block ?text|quotations?)$/i.test(name),
      isHidden: isOn(childOf(run, 'w:vanish')) ?? base.isHidden,
      numId: childOf(paragraph, 'w:numPr', 'w:numId')?.attributes['w:val'] ?? base.numId,
      listLevel: level === undefined ? base.listLevel : Number(level),
    };
  }
}

function headingLevel(name: string, paragraph: XmlElement | undefined): number | undefined {
  if (/^title$/i.test(name)) return 1;
  const named = /^heading ?([1-9])$/i.exec(name)?.[1];
  return named === undefined ? outlineLevel(paragraph) : Math.min(6, Number(named));
}

/** Heading level that paragraph properties give, 1..6; 0 where they say that it is text; undefined where they say nothing. */
export function outlineLevel(properties: XmlElement | undefined): number | undefined {
  const outline = childOf(properties, 'w:outlineLvl')?.attributes['w:val'];
  if (outline === undefined) return undefined;
  const level = Number(outline);
  return level >= 0 && level < 9 ? Math.min(6, level + 1) : 0;
}

/** Whether run properties name a font of one width. */
export function isMonospace(properties: XmlElement | undefined): boolean {
  const fonts = childOf(properties, 'w:rFonts')?.attributes;
  return MONOSPACE.test(fonts?.['w:ascii'] ?? '') || MONOSPACE.test(fonts?.['w:hAnsi'] ?? '');
}

/** Value of a switch such as `w:b`; undefined where it is not there. */
export function isOn(element: XmlElement | undefined): boolean | undefined {
  return element === undefined ? undefined : !/^(?:0|false|off|none)$/.test(element.attributes['w:val'] ?? '');
}
