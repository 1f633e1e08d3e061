import type { DocxContext } from './docx-context.js';
import { isMonospace, isOn } from './docx-styles.js';
import { mathToTex } from './office-math.js';
import { childOf, descendantsOf, elementsOf, escapeHtml, textIn, type XmlElement } from './office-xml.js';
import { withRaised } from './raised-text.js';

/** A stretch of a paragraph in one dress. */
export interface DocxSpan {
  /** Plain text; line ends are breaks. */
  readonly text: string;
  readonly isBold: boolean;
  readonly isItalic: boolean;
  readonly isStruck: boolean;
  readonly isCode: boolean;
  /** Target of a link, else empty. */
  readonly link: string;
}

interface Dress {
  readonly link: string;
}

/** Letters of the fonts Symbol and Wingdings that are text. */
const SYMBOL_FONT =
  '\u0391\u0392\u03a7\u0394\u0395\u03a6\u0393\u0397\u0399\u03d1\u039a\u039b\u039c\u039d\u039f\u03a0\u0398\u03a1\u03a3\u03a4\u03a5\u03c2\u03a9\u039e\u03a8\u0396';
const SYMBOL_SIGNS: Readonly<Record<number, string>> = {
  163: '\u2264',
  165: '\u221e',
  176: '\u00b0',
  177: '\u00b1',
  179: '\u2265',
  180: '\u00d7',
  183: '\u2022',
  184: '\u00f7',
  185: '\u2260',
  187: '\u2248',
  172: '\u2190',
  174: '\u2192',
  173: '\u2191',
  175: '\u2193',
  214: '\u221a',
  229: '\u2211',
  242: '\u222b',
  208: '\u2220',
  206: '\u2208',
  162: '\u2032',
  178: '\u2033',
  210: '\u00ae',
  211: '\u00a9',
  212: '\u2122',
};
const WINGDINGS: Readonly<Record<number, string>> = {
  252: '\u2713',
  251: '\u2717',
  254: '\u2611',
  253: '\u2612',
  111: '\u2610',
  168: '\u2610',
  224: '\u2192',
  223: '\u2190',
  240: '\u21e8',
  167: '\u25aa',
  108: '\u25cf',
  110: '\u25a0',
  74: '\u263a',
};

/** Reads what stands in a paragraph. Blocks in text boxes are put aside in the context. */
export class InlineReader {
  readonly spans: DocxSpan[] = [];
  readonly #context: DocxContext;

  constructor(context: DocxContext) {
    this.#context = context;
  }

  /** Reads an element's content, in whatever it is wrapped. */
  readAll(parent: XmlElement, dress: Dress = { link: '' }): void {
    for (const element of elementsOf(parent)) this.#read(element, dress);
  }

  #read(element: XmlElement, dress: Dress): void {
    switch (element.name) {
      case 'w:r':
        this.#run(element, dress);
        return;
      case 'w:hyperlink': {
        const link = this.#context.relations.get(element.attributes['r:id'] ?? '')?.target ?? '';
        this.readAll(element, { link: link || dress.link });
        return;
      }
      case 'w:del':
      case 'w:moveFrom':
      case 'w:pPr':
      case 'w:sdtPr':
      case 'w:rPr':
        return;
      case 'm:oMathPara':
      case 'm:oMath':
        this.#math(element);
        return;
      case 'w:ruby':
        this.#ruby(element, dress);
        return;
      case 'mc:AlternateContent':
        this.readAll(childOf(element, 'mc:Choice') ?? childOf(element, 'mc:Fallback') ?? element, dress);
        return;
      default:
        // Insertions, content controls, smart tags, simple fields, directions and what is yet to come hold text.
        this.readAll(element, dress);
    }
  }

  #math(element: XmlElement): void {
    for (const formula of element.name === 'm:oMath' ? [element] : descendantsOf(element, 'm:oMath')) {
      const tex = mathToTex(formula);
      if (tex === '') this.#context.losses.add('formula');
      else this.#add({ text: `$${tex}$`, isBold: false, isItalic: false, isStruck: false, isCode: false, link: '' });
    }
  }

  #ruby(element: XmlElement, dress: Dress): void {
    const base = childOf(element, 'w:rubyBase');
    const reading = textIn(childOf(element, 'w:rt')).trim();
    if (base !== undefined) this.readAll(base, dress);
    if (reading !== '')
      this.#add({ text: `(${reading})`, isBold: false, isItalic: false, isStruck: false, isCode: false, link: '' });
  }

  #run(element: XmlElement, dress: Dress): void {
    const properties = childOf(element, 'w:rPr');
    const style = this.#context.styles.get(childOf(properties, 'w:rStyle')?.attributes['w:val']);
    const isHidden = isOn(childOf(properties, 'w:vanish')) ?? style.isHidden;
    const text = this.#runText(element);
    if (isHidden || text === '') return;
    const span: DocxSpan = {
      text,
      isBold: isOn(childOf(properties, 'w:b')) === true,
      isItalic: isOn(childOf(properties, 'w:i')) === true,
      isStruck: isOn(childOf(properties, 'w:strike')) === true,
      isCode: style.isCode || isMonospace(properties),
      link: this.#context.fields.link || dress.link,
    };
    const align = childOf(properties, 'w:vertAlign')?.attributes['w:val'];
    if (align === 'superscript' || align === 'subscript') this.#raise(span, align === 'superscript' ? 'up' : 'down');
    else this.#add(span);
  }

  /** Raised runs that follow each other are one part. */
  #raise(span: DocxSpan, rise: 'up' | 'down'): void {
    const open = this.#raised;
    if (open !== undefined && open.rise === rise && open.at === this.spans.length - 1) {
      open.part += span.text;
      this.spans[open.at] = { ...span, text: withRaised(open.before, open.part, rise).slice(open.before.length) };
      return;
    }
    const before = this.spans
      .map((other) => other.text)
      .join('')
      .slice(-40);
    this.#add({ ...span, text: withRaised(before, span.text, rise).slice(before.length), isCode: false }, true);
    this.#raised = { rise, at: this.spans.length - 1, before, part: span.text };
  }

  #raised: { rise: 'up' | 'down'; at: number; before: string; part: string } | undefined;

  #add(span: DocxSpan, alone = false): void {
    const last = this.spans.at(-1);
    const isSame =
      last !== undefined &&
      last.isBold === span.isBold &&
      last.isItalic === span.isItalic &&
      last.isStruck === span.isStruck &&
      last.isCode === span.isCode &&
      last.link === span.link;
    if (isSame && !alone && this.#raised?.at !== this.spans.length - 1)
      this.spans[this.spans.length - 1] = { ...span, text: last.text + span.text };
    else this.spans.push(span);
  }

  #runText(run: XmlElement): string {
    let text = '';
    for (const element of elementsOf(run)) {
      if (element.name === 'w:fldChar') text += this.#context.fields.mark(element);
      else if (element.name === 'w:instrText') this.#context.fields.instruct(textIn(element));
      else if (!this.#context.fields.isInstruction) text += this.#piece(element);
    }
    return text;
  }

  #piece(element: XmlElement): string {
    switch (element.name) {
      case 'w:t':
        return textIn(element);
      case 'w:tab':
      case 'w:ptab':
        return '\t';
      case 'w:br':
        return /^(?:page|column)$/.test(element.attributes['w:type'] ?? '') ? ' ' : '\n';
      case 'w:cr':
        return '\n';
      case 'w:noBreakHyphen':
        return '-';
      case 'w:sym':
        return this.#symbol(element);
      case 'w:footnoteReference':
      case 'w:endnoteReference':
        return this.#context.note(element);
      case 'w:drawing':
      case 'w:pict':
      case 'w:object':
        return this.#context.picture(element);
      case 'mc:AlternateContent':
        return elementsOf(childOf(element, 'mc:Choice') ?? childOf(element, 'mc:Fallback') ?? element)
          .map((child) => this.#piece(child))
          .join('');
      case 'w:ruby':
        this.#ruby(element, { link: '' });
        return '';
      case 'w:commentReference':
        this.#context.losses.add('other');
        return '';
      default:
        return '';
    }
  }

  #symbol(element: XmlElement): string {
    const code = Number.parseInt(element.attributes['w:char'] ?? '', 16) & 0xff;
    const font = element.attributes['w:font'] ?? '';
    if (/wingdings/i.test(font) && WINGDINGS[code] !== undefined) return WINGDINGS[code];
    if (/symbol/i.test(font)) {
      if (SYMBOL_SIGNS[code] !== undefined) return SYMBOL_SIGNS[code];
      const letter = SYMBOL_FONT[(code & 0xdf) - 65];
      if (letter !== undefined && /[A-Za-z]/.test(String.fromCharCode(code)))
        return code > 96 ? letter.toLowerCase() : letter;
      if (code >= 0x20 && code < 0x7f) return String.fromCharCode(code);
    }
    this.#context.losses.add('other');
    return '';
  }
}

/** Spans as HTML. */
export function spansToHtml(spans: readonly DocxSpan[]): string {
  return spans.map(spanHtml).join('');
}

function spanHtml(span: DocxSpan): string {
  let html = escapeHtml(span.text.replace(/\t/g, ' ')).replace(/\n/g, '<br>');
  if (span.text.trim() === '') return html;
  if (span.isCode && !span.text.includes('\n')) html = `<code>${html}</code>`;
  if (span.isStruck) html = `<s>${html}</s>`;
  if (span.isItalic && !span.isCode) html = `<em>${html}</em>`;
  if (span.isBold && !span.isCode) html = `<strong>${html}</strong>`;
  return span.link === '' ? html : `<a href="${escapeHtml(span.link)}">${html}</a>`;
}
