import { LossCounter } from './loss-counter.js';
import { type ListItem, listHtml } from './office-lists.js';
import { childOf, descendantsOf, elementsOf, escapeHtml, textIn, type XmlElement } from './office-xml.js';
import { mathHtml } from './open-math.js';
import { type OpenList, OpenNumbering } from './open-numbering.js';
import type { OpenStyles } from './open-styles.js';
import { withRaised } from './raised-text.js';

/** Parts that are no text of the document. */
const SKIPPED =
  /^(?:text:tracked-changes|office:annotation(?:-end)?|text:hidden-text|text:hidden-paragraph|text:sequence-decls|text:variable-decls|office:forms|text:note-citation|svg:title|svg:desc|text:bookmark.*|text:change.*)$/;

/** Reads OpenDocument text as HTML. */
export class OpenText {
  readonly losses = new LossCounter();
  readonly #styles: OpenStyles;
  readonly #numbering: OpenNumbering;
  readonly #object: (name: string) => XmlElement | undefined;
  #notes: string[] = [];
  #boxes: XmlElement[] = [];

  /** @param object content of an embedded object by name, where formulas lie */
  constructor(styles: OpenStyles, object: (name: string) => XmlElement | undefined) {
    this.#styles = styles;
    this.#numbering = new OpenNumbering(styles);
    this.#object = object;
  }

  /** HTML of a text with its notes at its end. */
  document(body: XmlElement): string {
    const html = this.blocks(body);
    return html + this.#notes.map((note, at) => note.replace(/^(?:<p>)?/, `<p>[^${at + 1}]: `)).join('');
  }

  /** HTML of a slide: its title as heading, its frames in their order, and the speaker's notes. */
  slide(page: XmlElement, number: number): string {
    const frames = elementsOf(page).filter((child) => child.name.startsWith('draw:'));
    const title = frames.find((frame) => frame.attributes['presentation:class'] === 'title');
    const name = title === undefined ? '' : textIn(title).replace(/\s+/g, ' ').trim();
    const body = frames
      .filter((frame) => frame !== title)
      .map((frame) => this.#frame(frame))
      .join('');
    const notes = elementsOf(page).filter((child) => child.name === 'presentation:notes');
    const spoken = notes
      .flatMap((note) => descendantsOf(note, 'draw:text-box'))
      .map((box) => this.blocks(box))
      .join('');
    const said = spoken.replace(/<[^>]*>/g, '').trim() === '' ? '' : `<p><strong>Notes:</strong></p>${spoken}`;
    return `<h2>${escapeHtml(name || `Slide ${number}`)}</h2>${body}${said}`;
  }

  blocks(parent: XmlElement): string {
    let html = '';
    let code: string[] = [];
    const flush = (): void => {
      if (code.length > 0) html += `<pre>\n${escapeHtml(code.join('\n'))}</pre>`;
      code = [];
    };
    for (const element of elementsOf(parent)) {
      if (SKIPPED.test(element.name)) {
        if (element.name === 'office:annotation') this.losses.add('other');
        continue;
      }
      const style = this.#styles.get(element.attributes['text:style-name']);
      if (element.name === 'text:p' && style.isCode && style.headingLevel === 0) code.push(codeText(element));
      else {
        flush();
        html += this.#block(element);
        for (const box of this.#boxes.splice(0)) html += this.blocks(box);
      }
    }
    flush();
    return html;
  }

  #block(element: XmlElement): string {
    const style = this.#styles.get(element.attributes['text:style-name']);
    switch (element.name) {
      case 'text:h':
        return heading(Number(element.attributes['text:outline-level'] ?? 1), this.#inline(element));
      case 'text:p': {
        const html = this.#inline(element).trim();
        if (html === '' || style.isHidden) return '';
        if (style.headingLevel > 0) return heading(style.headingLevel, html);
        return style.isQuote ? `<blockquote><p>${html}</p></blockquote>` : `<p>${html}</p>`;
      }
      case 'text:list':
        return listHtml(this.#items(element, { level: 0, style: element.attributes['text:style-name'], above: [] }));
      case 'table:table':
        return this.#table(element);
      case 'draw:frame':
      case 'draw:custom-shape':
      case 'draw:g':
        return this.#frame(element);
      default:
        return this.blocks(element);
    }
  }

  #items(element: XmlElement, list: OpenList): ListItem[] {
    let number = this.#numbering.before(element, list);
    const items: ListItem[] = [];
    for (const entry of elementsOf(element)) {
      const isHeader = entry.name === 'text:list-header';
      if (entry.name !== 'text:list-item' && !isHeader) continue;
      const start = Number(entry.attributes['text:start-value'] ?? Number.NaN);
      if (!isHeader) number = Number.isNaN(start) ? number + 1 : start;
      const own = {
        ...entry,
        children: entry.children.filter((child) => typeof child === 'string' || child.name !== 'text:list'),
      };
      const mark = isHeader ? { number: undefined, text: '' } : this.#numbering.mark(list, number);
      const html = withMark(this.blocks(own), mark.text);
      if (html !== '') items.push({ level: list.level, number: mark.number, html });
      for (const inner of elementsOf(entry).filter((child) => child.name === 'text:list')) {
        const style = inner.attributes['text:style-name'] ?? list.style;
        items.push(...this.#items(inner, { level: list.level + 1, style, above: [...list.above, number] }));
      }
    }
    this.#numbering.end(element, list, number);
    return items;
  }

  #table(table: XmlElement, isInner = false): string {
    const rows = rowsOf(table, false);
    if (isInner)
      return rows
        .map(
          ({ row }) =>
            `<p>${cellsOf(row)
              .map((cell) => escapeHtml(textIn(cell).replace(/\s+/g, ' ').trim()))
              .join(', ')}</p>`,
        )
        .join('');
    const html = rows.map(({ row, isHeader }) => {
      const tag = isHeader ? 'th' : 'td';
      const cells = cellsOf(row).map((cell) => {
        const { 'table:number-columns-spanned': columns = '1', 'table:number-rows-spanned': over = '1' } =
          cell.attributes;
        const content = elementsOf(cell).map((child) =>
          child.name === 'table:table' ? this.#table(child, true) : this.blocks({ ...cell, children: [child] }),
        );
        return `<${tag} colspan="${escapeHtml(columns)}" rowspan="${escapeHtml(over)}">${content.join('').replace(/<(\/?)h[1-6]>/g, '<$1p>')}</${tag}>`;
      });
      return `<tr>${cells.join('')}</tr>`;
    });
    return `<table>${html.join('')}</table>`;
  }

  #frame(frame: XmlElement): string {
    const boxes = descendantsOf(frame, 'draw:text-box');
    if (boxes.length > 0) return boxes.map((box) => this.blocks(box)).join('');
    const table = descendantsOf(frame, 'table:table')[0];
    if (table !== undefined) return this.#table(table);
    const formula = this.#formula(frame);
    if (formula !== undefined) return formula === '' ? '' : `<p>${formula}</p>`;
    if (frame.name !== 'draw:frame') return this.blocks(frame);
    const said = textIn(childOf(frame, 'svg:desc') ?? childOf(frame, 'svg:title')).trim();
    if (said !== '') return `<p>${escapeHtml(said)}</p>`;
    if (descendantsOf(frame, 'draw:object').length > 0) this.losses.add('drawing');
    else if (descendantsOf(frame, 'draw:image').length > 0) this.losses.add('image');
    return '';
  }

  /** HTML of an embedded formula; undefined where a frame holds none. */
  #formula(frame: XmlElement): string | undefined {
    const object = descendantsOf(frame, 'draw:object')[0];
    if (object === undefined) return undefined;
    const name = (object.attributes['xlink:href'] ?? '').replace(/^\.\/|\/$/g, '');
    const inline = descendantsOf(object, 'math:math')[0];
    const content = inline ?? this.#object(name);
    if (content?.name !== 'math:math') return undefined;
    if (textIn(content).trim() === '') {
      this.losses.add('formula');
      return '';
    }
    return mathHtml(content);
  }

  #inline(parent: XmlElement): string {
    let html = '';
    for (const child of parent.children) {
      if (typeof child === 'string') html += escapeHtml(child.replace(/\s+/g, ' '));
      else html += this.#inlineElement(child, html);
    }
    return html;
  }

  #inlineElement(element: XmlElement, before: string): string {
    switch (element.name) {
      case 'text:s':
        return ' ';
      case 'text:tab':
        return ' ';
      case 'text:line-break':
        return '<br>';
      case 'text:soft-page-break':
        return '';
      case 'text:span':
        return this.#span(element, before);
      case 'text:a':
        return `<a href="${escapeHtml(element.attributes['xlink:href'] ?? '')}">${this.#inline(element)}</a>`;
      case 'text:note': {
        const body = childOf(element, 'text:note-body');
        this.#notes.push(body === undefined ? '' : this.blocks(body));
        return `[^${this.#notes.length}]`;
      }
      case 'text:ruby':
        return `${this.#inline(childOf(element, 'text:ruby-base') ?? element)}(${escapeHtml(textIn(childOf(element, 'text:ruby-text')))})`;
      case 'draw:frame':
        return this.#inlineFrame(element);
      default:
        if (element.name === 'office:annotation') this.losses.add('other');
        return SKIPPED.test(element.name) ? '' : this.#inline(element);
    }
  }

  #span(element: XmlElement, before: string): string {
    const style = this.#styles.get(element.attributes['text:style-name']);
    if (style.isHidden) return '';
    let html = this.#inline(element);
    if (style.rise !== '') {
      const text = before.replace(/<[^>]*>/g, '').slice(-40);
      return withRaised(text, html, style.rise).slice(text.length);
    }
    if (html.trim() === '') return html;
    if (style.isCode) return html.includes('<') ? html : `<code>${html}</code>`;
    if (style.isItalic) html = `<em>${html}</em>`;
    return style.isBold ? `<strong>${html}</strong>` : html;
  }

  #inlineFrame(frame: XmlElement): string {
    const formula = this.#formula(frame);
    if (formula !== undefined) return formula;
    const boxes = descendantsOf(frame, 'draw:text-box');
    if (boxes.length > 0) {
      this.#boxes.push(...boxes);
      return '';
    }
    return this.#frame(frame).replace(/<\/?p>/g, ' ');
  }
}

function heading(level: number, html: string): string {
  const at = Math.min(6, Math.max(1, level || 1));
  return html.trim() === '' ? '' : `<h${at}>${html}</h${at}>`;
}

/** The HTML of an item with its mark before the first words. */
function withMark(html: string, mark: string): string {
  if (mark === '' || html === '') return html;
  return /^<p>/.test(html) ? html.replace('<p>', () => `<p>${escapeHtml(mark)} `) : `<p>${escapeHtml(mark)}</p>${html}`;
}

function codeText(element: XmlElement): string {
  return element.children
    .map((child) => {
      if (typeof child === 'string') return child;
      if (child.name === 'text:s') return ' '.repeat(Math.min(200, Number(child.attributes['text:c'] ?? 1) || 1));
      if (child.name === 'text:tab') return '    ';
      return child.name === 'text:line-break' ? '\n' : codeText(child);
    })
    .join('');
}

function rowsOf(parent: XmlElement, isHeader: boolean): { row: XmlElement; isHeader: boolean }[] {
  return elementsOf(parent).flatMap((child) => {
    if (child.name === 'table:table-row') return [{ row: child, isHeader }];
    return /^table:table-(?:header-rows|rows|row-group)$/.test(child.name)
      ? rowsOf(child, child.name.endsWith('header-rows'))
      : [];
  });
}

function cellsOf(row: XmlElement): XmlElement[] {
  return elementsOf(row).filter((child) => child.name === 'table:table-cell');
}
