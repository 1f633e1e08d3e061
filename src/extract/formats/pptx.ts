import { MONOSPACE } from './docx-styles.js';
import { fragmentToMarkdown } from './html.js';
import { LossCounter } from './loss-counter.js';
import { firstHeading } from './markdown.js';
import { brokenOffice, type OfficeArchive, officeProperties } from './office-archive.js';
import { type ListItem, listHtml } from './office-lists.js';
import { mathToTex } from './office-math.js';
import { childOf, descendantsOf, elementsOf, escapeHtml, textIn, type XmlElement } from './office-xml.js';
import type { ParsedBody } from './parsed-document.js';
import { withRaised } from './raised-text.js';

interface Shape {
  readonly x: number;
  readonly y: number;
  readonly html: string;
}

/**
 * Reads a PowerPoint presentation as Markdown: each slide a section with its title, then its texts from top to bottom,
 * tables, and the speaker's notes. Hidden slides are left out.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export function parsePptx(archive: OfficeArchive, uri: string): ParsedBody {
  const main =
    [...archive.relations('').values()].find((relation) => relation.type === 'officeDocument')?.target ??
    'ppt/presentation.xml';
  const slides = childOf(archive.xml(main), 'p:sldIdLst');
  if (slides === undefined) throw brokenOffice('it is not a presentation');
  const relations = archive.relations(main);
  const reader = new SlideReader();
  let html = '';
  for (const [at, id] of elementsOf(slides).entries()) {
    const part = relations.get(id.attributes['r:id'] ?? '')?.target ?? '';
    const slide = archive.xml(part);
    if (slide === undefined) continue;
    if (slide.attributes['show'] === '0') {
      reader.losses.add('other');
      continue;
    }
    const notes = [...archive.relations(part).values()].find((relation) => relation.type === 'notesSlide')?.target;
    html += reader.slide(slide, notes === undefined ? undefined : archive.xml(notes), at + 1);
  }
  const text = fragmentToMarkdown(html, uri);
  const properties = officeProperties(archive);
  return {
    ...properties,
    text,
    format: 'markdown',
    title: properties.title || firstHeading(text),
    losses: reader.losses.toLosses(),
  };
}

class SlideReader {
  readonly losses = new LossCounter();

  slide(slide: XmlElement, notes: XmlElement | undefined, number: number): string {
    const tree = childOf(slide, 'p:cSld', 'p:spTree');
    const shapes = tree === undefined ? [] : this.#shapes(tree);
    const titles =
      tree === undefined
        ? []
        : descendantsOf(tree, 'p:sp').filter((shape) => /^(?:title|ctrTitle)$/.test(placeholder(shape)));
    const title =
      titles
        .map((shape) => plainText(shape))
        .join(' ')
        .trim() || `Slide ${number}`;
    // Reading order is from top to bottom, then from left to right; what has no place of its own keeps its turn.
    const body = [...shapes].sort((a, b) => a.y - b.y || a.x - b.x).map((shape) => shape.html);
    const spoken = notes === undefined ? '' : this.#notes(notes);
    return `<h2>${escapeHtml(title)}</h2>${body.join('')}${spoken}`;
  }

  #notes(notes: XmlElement): string {
    const bodies = descendantsOf(notes, 'p:sp').filter((shape) => placeholder(shape) === 'body');
    const html = bodies.map((shape) => this.#text(childOf(shape, 'p:txBody'), false)).join('');
    return html === '' ? '' : `<p><strong>Notes:</strong></p>${html}`;
  }

  #shapes(tree: XmlElement, offset = { x: 0, y: 0 }): Shape[] {
    return elementsOf(tree).flatMap((element): Shape[] => {
      const at = placeOf(element);
      const place = { x: at.x + offset.x, y: at.y + offset.y };
      switch (element.name) {
        case 'p:sp': {
          const kind = placeholder(element);
          if (/^(?:title|ctrTitle|sldNum|dt|ftr|hdr)$/.test(kind)) return [];
          return [{ ...place, html: this.#text(childOf(element, 'p:txBody'), kind === 'body' || kind === 'obj') }];
        }
        case 'p:grpSp':
          // Places inside of a group count in the group's own measure; the group's place is that of all.
          return this.#shapes(element).map((shape) => ({ ...place, html: shape.html }));
        case 'mc:AlternateContent':
          return this.#shapes(childOf(element, 'mc:Choice') ?? childOf(element, 'mc:Fallback') ?? element, offset);
        case 'p:graphicFrame':
          return [{ ...place, html: this.#frame(element) }];
        case 'p:pic':
          return [{ ...place, html: this.#picture(element) }];
        default:
          return [];
      }
    });
  }

  #picture(element: XmlElement): string {
    const said = (descendantsOf(element, 'p:cNvPr')[0]?.attributes['descr'] ?? '').trim();
    if (said !== '') return `<p>${escapeHtml(said)}</p>`;
    this.losses.add('image');
    return '';
  }

  #frame(element: XmlElement): string {
    const table = descendantsOf(element, 'a:tbl')[0];
    if (table === undefined) {
      this.losses.add('drawing');
      return '';
    }
    const rows = elementsOf(table).filter((child) => child.name === 'a:tr');
    const cells = (row: XmlElement): string =>
      elementsOf(row)
        .filter(
          (cell) => cell.name === 'a:tc' && cell.attributes['hMerge'] !== '1' && cell.attributes['vMerge'] !== '1',
        )
        .map((cell) => {
          const { gridSpan = '1', rowSpan = '1' } = cell.attributes;
          return `<td colspan="${escapeHtml(gridSpan)}" rowspan="${escapeHtml(rowSpan)}">${this.#text(childOf(cell, 'a:txBody'), false)}</td>`;
        })
        .join('');
    return `<table>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`;
  }

  /** Paragraphs of a text body; those of a placeholder for text are a list unless they say otherwise. */
  #text(body: XmlElement | undefined, isList: boolean): string {
    let html = '';
    let items: ListItem[] = [];
    const numbers: number[] = [];
    let code: string[] = [];
    const flush = (): void => {
      html += listHtml(items);
      if (code.length > 0) html += `<pre>\n${escapeHtml(code.join('\n'))}</pre>`;
      items = [];
      code = [];
    };
    const paragraphs = (body === undefined ? [] : elementsOf(body)).filter((child) => child.name === 'a:p');
    for (const paragraph of paragraphs) {
      const text = inlineText(paragraph).trim();
      if (text === '') continue;
      if (isCode(paragraph)) {
        if (code.length === 0) flush();
        code.push(inlineText(paragraph).trimEnd());
        continue;
      }
      if (code.length > 0) flush();
      const words = escapeHtml(text).replace(/\n/g, '<br>');
      const properties = childOf(paragraph, 'a:pPr');
      const level = Math.min(8, Math.max(0, Number(properties?.attributes['lvl'] ?? 0) || 0));
      const auto = childOf(properties, 'a:buAutoNum');
      const hasBullet =
        auto !== undefined ||
        childOf(properties, 'a:buChar') !== undefined ||
        (isList && paragraphs.length > 1 && childOf(properties, 'a:buNone') === undefined);
      if (!hasBullet) {
        flush();
        html += `<p>${words}</p>`;
        numbers.length = 0;
        continue;
      }
      numbers.length = level + 1;
      if (auto !== undefined) numbers[level] = (numbers[level] ?? Number(auto.attributes['startAt'] ?? 1) - 1) + 1;
      items.push({ level, number: auto === undefined ? undefined : numbers[level], html: words });
    }
    flush();
    return html;
  }
}

/** Whether every word of a paragraph is set in a font of equal widths. */
function isCode(paragraph: XmlElement): boolean {
  const runs = elementsOf(paragraph).filter((run) => run.name === 'a:r' && textIn(childOf(run, 'a:t')).trim() !== '');
  return (
    runs.length > 0 &&
    runs.every((run) => MONOSPACE.test(childOf(run, 'a:rPr', 'a:latin')?.attributes['typeface'] ?? ''))
  );
}

function placeholder(shape: XmlElement): string {
  const element = childOf(shape, 'p:nvSpPr', 'p:nvPr', 'p:ph');
  return element === undefined ? '' : (element.attributes['type'] ?? 'obj');
}

function placeOf(element: XmlElement): { x: number; y: number } {
  const transform =
    childOf(element, 'p:spPr', 'a:xfrm') ?? childOf(element, 'p:xfrm') ?? childOf(element, 'p:grpSpPr', 'a:xfrm');
  const offset = childOf(transform, 'a:off')?.attributes;
  return { x: Number(offset?.['x'] ?? 0) || 0, y: Number(offset?.['y'] ?? 0) || 0 };
}

function plainText(shape: XmlElement): string {
  return descendantsOf(shape, 'a:p')
    .map((paragraph) => inlineText(paragraph).replace(/\s+/g, ' '))
    .join(' ');
}

function inlineText(paragraph: XmlElement): string {
  let text = '';
  for (const element of elementsOf(paragraph)) {
    if (element.name === 'a:br') text += '\n';
    else if (element.name === 'a:r' || element.name === 'a:fld') {
      const raised = Number(childOf(element, 'a:rPr')?.attributes['baseline'] ?? 0);
      const words = textIn(childOf(element, 'a:t'));
      text = raised === 0 || Number.isNaN(raised) ? text + words : withRaised(text, words, raised > 0 ? 'up' : 'down');
    } else if (element.name !== 'a:pPr' && element.name !== 'a:endParaRPr') {
      for (const formula of descendantsOf(element, 'm:oMath')) text += `$${mathToTex(formula)}$`;
    }
  }
  return text;
}
