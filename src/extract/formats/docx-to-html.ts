import type { DocxContext } from './docx-context.js';
import { DocxFields } from './docx-fields.js';
import { type DocxSpan, InlineReader, spansToHtml } from './docx-inline.js';
import { DocxNumbering } from './docx-numbering.js';
import { DocxStyles, isMonospace, outlineLevel } from './docx-styles.js';
import { docxTable } from './docx-table.js';
import { LossCounter } from './loss-counter.js';
import { brokenOffice, type OfficeArchive } from './office-archive.js';
import { type ListItem, listHtml } from './office-lists.js';
import { childOf, descendantsOf, elementsOf, escapeHtml, type XmlElement } from './office-xml.js';
import type { Losses } from './parsed-document.js';

/** A Word document as HTML, with what is missing in it by kind. */
export interface DocxHtml {
  readonly html: string;
  readonly losses: Losses;
}

/** Writes a Word document's main text with its notes as HTML. @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE */
export function docxToHtml(archive: OfficeArchive): DocxHtml {
  const main =
    [...archive.relations('').values()].find((relation) => relation.type === 'officeDocument')?.target ??
    'word/document.xml';
  const root = archive.xml(main);
  const body = childOf(root, 'w:body');
  if (body === undefined) throw brokenOffice('it is not a Word document');
  return new DocxWriter(archive, main).write(body);
}

class DocxWriter implements DocxContext {
  readonly styles: DocxStyles;
  readonly numbering: DocxNumbering;
  readonly fields = new DocxFields();
  readonly relations: ReturnType<OfficeArchive['relations']>;
  readonly losses = new LossCounter();
  readonly #notes: { readonly mark: string; readonly element: XmlElement }[] = [];
  readonly #noteParts: Readonly<Record<'w:footnote' | 'w:endnote', ReadonlyMap<string, XmlElement>>>;
  #boxes: XmlElement[] = [];

  constructor(archive: OfficeArchive, main: string) {
    this.relations = archive.relations(main);
    const part = (type: string): XmlElement | undefined => {
      const target = [...this.relations.values()].find((relation) => relation.type === type)?.target;
      return archive.xml(target ?? `word/${type}.xml`);
    };
    this.styles = new DocxStyles(part('styles'));
    this.numbering = new DocxNumbering(part('numbering'));
    this.#noteParts = { 'w:footnote': byId(part('footnotes')), 'w:endnote': byId(part('endnotes')) };
  }

  write(body: XmlElement): DocxHtml {
    let html = this.blocks(body);
    // Notes may refer to further notes, which are written behind them.
    for (let at = 0; at < this.#notes.length; at++) {
      const note = this.#notes[at];
      if (note !== undefined) html += `<div>${this.blocks(note.element).replace(/^<p>/, `<p>${note.mark}: `)}</div>`;
    }
    return { html, losses: this.losses.toLosses() };
  }

  note(reference: XmlElement): string {
    const kind = reference.name === 'w:footnoteReference' ? 'w:footnote' : 'w:endnote';
    const element = this.#noteParts[kind].get(reference.attributes['w:id'] ?? '');
    if (element === undefined) return '';
    const mark = `[^${this.#notes.length + 1}]`;
    this.#notes.push({ mark, element });
    return mark;
  }

  picture(element: XmlElement): string {
    const boxes = descendantsOf(element, 'w:txbxContent');
    this.#boxes.push(...boxes);
    const said =
      descendantsOf(element, 'wp:docPr')[0]?.attributes['descr'] ??
      descendantsOf(element, 'v:shape')[0]?.attributes['alt'];
    if (said !== undefined && said.trim() !== '') return ` ${said.replace(/\s+/g, ' ').trim()} `;
    if (boxes.length > 0) return '';
    if (element.name === 'w:object') this.losses.add('other');
    else if (descendantsOf(element, 'a:blip').length > 0 || descendantsOf(element, 'v:imagedata').length > 0)
      this.losses.add('image');
    else this.losses.add('drawing');
    return '';
  }

  /** HTML of the blocks in an element: lists and listings are put together from their paragraphs. */
  blocks(parent: XmlElement): string {
    const blocks = new BlockList();
    this.#collect(parent, blocks);
    return blocks.html();
  }

  #collect(parent: XmlElement, blocks: BlockList): void {
    for (const element of elementsOf(parent)) {
      if (element.name === 'w:p') this.#paragraph(element, blocks);
      else if (element.name === 'w:tbl') blocks.add(docxTable(element, (cell) => this.blocks(cell)));
      else if (element.name === 'm:oMathPara' || element.name === 'm:oMath')
        this.#paragraph({ ...element, name: 'w:p', children: [element] }, blocks);
      else if (element.name === 'w:altChunk') this.losses.add('other');
      else if (element.name === 'mc:AlternateContent') this.#collect(childOf(element, 'mc:Choice') ?? element, blocks);
      else if (!/^w:(?:del|moveFrom|sectPr|sdtPr|tblPr|tcPr)$/.test(element.name)) this.#collect(element, blocks);
    }
  }

  #paragraph(element: XmlElement, blocks: BlockList): void {
    const properties = childOf(element, 'w:pPr');
    const style = this.styles.get(childOf(properties, 'w:pStyle')?.attributes['w:val']);
    const reader = new InlineReader(this);
    reader.readAll(element);
    const spans = reader.spans;
    const label = this.#label(properties, spans);
    const level = outlineLevel(properties) ?? style.headingLevel;
    const isCode =
      level === 0 &&
      spans.length > 0 &&
      (style.isCode || isMonospace(childOf(properties, 'w:rPr'))
        ? spans.every((span) => span.link === '')
        : spans.every((span) => span.isCode || span.text.trim() === '') &&
          spans.some((span) => span.isCode && span.text.trim() !== ''));
    if (isCode && label === undefined) blocks.addCode(spans.map((span) => span.text).join(''));
    else {
      const html = spansToHtml(spans).trim();
      if (html !== '') this.#block(html, { level, label, isQuote: style.isQuote }, blocks);
    }
    const boxes = this.#boxes;
    this.#boxes = [];
    for (const box of boxes) blocks.add(this.blocks(box));
  }

  #label(properties: XmlElement | undefined, spans: readonly DocxSpan[]): Label | undefined {
    const style = this.styles.get(childOf(properties, 'w:pStyle')?.attributes['w:val']);
    const own = childOf(properties, 'w:numPr');
    const numId = childOf(own, 'w:numId')?.attributes['w:val'] ?? style.numId;
    if (numId === undefined || numId === '0' || spans.every((span) => span.text.trim() === '')) return undefined;
    const level = Number(childOf(own, 'w:ilvl')?.attributes['w:val'] ?? style.listLevel ?? 0);
    const label = this.numbering.next(numId, level);
    return label === undefined ? undefined : { ...label, level };
  }

  #block(
    html: string,
    { level, label, isQuote }: { level: number; label: Label | undefined; isQuote: boolean },
    blocks: BlockList,
  ): void {
    if (level > 0)
      blocks.add(
        `<h${level}>${label === undefined || label.text === '' ? '' : `${escapeHtml(label.text)} `}${html}</h${level}>`,
      );
    else if (label === undefined) blocks.add(isQuote ? `<blockquote><p>${html}</p></blockquote>` : `<p>${html}</p>`);
    else if (!label.isBullet && label.text === '') blocks.addToItem(`<p>${html}</p>`);
    else {
      const words = label.isBullet || label.number !== undefined ? html : `${escapeHtml(label.text)} ${html}`;
      blocks.addItem({ level: label.level, number: label.number, html: `<p>${words}</p>` });
    }
  }
}

type Label = NonNullable<ReturnType<DocxNumbering['next']>> & { readonly level: number };

function byId(root: XmlElement | undefined): ReadonlyMap<string, XmlElement> {
  const notes = (root === undefined ? [] : elementsOf(root)).filter(
    (note) => note.attributes['w:type'] === undefined || note.attributes['w:type'] === 'normal',
  );
  return new Map(notes.map((note) => [note.attributes['w:id'] ?? '', note]));
}

/** Blocks of HTML, of which those of one list or listing are put together. */
class BlockList {
  #html = '';
  #items: ListItem[] = [];
  #code: string[] = [];

  add(html: string): void {
    this.#close();
    this.#html += html;
  }

  addCode(text: string): void {
    if (this.#items.length > 0) this.#close();
    this.#code.push(text.replace(/\t/g, '    '));
  }

  addItem(item: ListItem): void {
    if (this.#code.length > 0) this.#close();
    this.#items.push(item);
  }

  /** A further paragraph of the last item. */
  addToItem(html: string): void {
    const last = this.#items.at(-1);
    if (last === undefined) this.add(html);
    else last.html += html;
  }

  html(): string {
    this.#close();
    return this.#html;
  }

  #close(): void {
    if (this.#items.length > 0) this.#html += listHtml(this.#items);
    // The first line end of a listing would be dropped as the one behind its tag.
    if (this.#code.length > 0) this.#html += `<pre>\n${escapeHtml(this.#code.join('\n'))}</pre>`;
    this.#items = [];
    this.#code = [];
  }
}
