import { getDocumentProxy } from 'unpdf';
import { z } from 'zod';
import { messageOf, QuarryError } from '../../core/errors.js';
import { normalizeText } from '../../core/text/normalize-text.js';
import type { JsonObject } from '../../core/types.js';
import { isoTime } from './iso-time.js';
import type { ParsedBody } from './parsed-document.js';
import { readingOrder } from './pdf-columns.js';
import type { PdfBookmark } from './pdf-headings.js';
import { type PdfItems, readPdfItems } from './pdf-items.js';
import { linesOfFlows, noteLine, type PdfLine } from './pdf-lines.js';
import { countImages, isDynamicForm, readBookmarks, readPdfMarks } from './pdf-marks.js';
import { withoutOverprint } from './pdf-overprint.js';
import { rowsOfItems } from './pdf-rows.js';
import { withoutRunningRows, withoutWatermarks } from './pdf-running.js';
import { pdfToMarkdown } from './pdf-to-markdown.js';

const MAX_PAGES = 5000;

const infoSchema = z.looseObject({
  Title: z.string().optional(),
  Author: z.string().optional(),
  Subject: z.string().optional(),
  Keywords: z.string().optional(),
  Language: z.string().nullish(),
  ModDate: z.string().optional(),
  CreationDate: z.string().optional(),
});
type PdfInfo = z.infer<typeof infoSchema>;
const viewSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const stylesSchema = z.record(z.string(), z.looseObject({ fontFamily: z.string().optional() }));

interface ReadPage {
  readonly items: PdfItems;
  /** Words that are not drawn on the page: notes on it, and what its pictures show. */
  readonly notes: readonly string[];
}

/**
 * Reads a PDF's text as Markdown. Scripts in it are not run, pictures not decoded; a scan without text gives an empty
 * text. `metadata.pages` is the number of pages, `metadata.pageStarts` the offset at which each begins.
 * @throws QuarryError DOCUMENT_BROKEN, DOCUMENT_TOO_LARGE
 */
export async function parsePdf(bytes: Uint8Array, maxCharacters: number): Promise<ParsedBody> {
  const pdf = await openPdf(bytes);
  try {
    if (pdf.numPages > MAX_PAGES) throw tooLarge(`it has ${pdf.numPages} pages`);
    const pages: ReadPage[] = [];
    let characters = 0;
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await readPage(pdf, number);
      characters += page.items.upright.reduce((sum, item) => sum + item.text.length, 0);
      if (characters > maxCharacters) throw tooLarge(`it holds more than ${maxCharacters} characters`);
      pages.push(page);
    }
    const lines = linesOfPages(pages);
    const body = bodyOf(lines, await readBookmarks(pdf), await readInfo(pdf));
    const images = Math.max(countImages(bytes) - pages.reduce((sum, page) => sum + page.notes.length, 0), 0);
    const forms = (await isDynamicForm(pdf)) ? 1 : 0;
    return { ...body, losses: { ...(images > 0 ? { image: images } : {}), ...(forms > 0 ? { form: forms } : {}) } };
  } finally {
    await pdf.destroy();
  }
}

type PdfProxy = Awaited<ReturnType<typeof getDocumentProxy>>;

async function openPdf(bytes: Uint8Array): Promise<PdfProxy> {
  try {
    // The reader takes the buffer for itself, so it gets a copy.
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      disableFontFace: true,
      enableXfa: false,
      stopAtErrors: false,
    });
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException';
    throw new QuarryError(
      'DOCUMENT_BROKEN',
      isLocked ? 'The PDF is protected by a password.' : `The PDF cannot be read: ${messageOf(error)}`,
      {
        hint: isLocked
          ? 'Save a copy without a password.'
          : 'Open it in a PDF viewer and save or print it to a new file.',
        cause: error,
      },
    );
  }
}

async function readPage(pdf: PdfProxy, number: number): Promise<ReadPage> {
  try {
    const page = await pdf.getPage(number);
    const content = await page.getTextContent();
    const marks = await readPdfMarks(page);
    const styles = stylesSchema.safeParse(content.styles);
    const monospace = Object.entries(styles.data ?? {}).filter(([, style]) => style.fontFamily === 'monospace');
    const frame = {
      view: viewSchema.parse(page.view),
      rotate: page.rotate,
      monospaceFonts: new Set(monospace.map(([name]) => name)),
    };
    page.cleanup();
    return { items: readPdfItems([...content.items, ...marks.fields], frame), notes: marks.notes };
  } catch {
    // One damaged page does not cost the others.
    return { items: { upright: [], turned: [], width: 612, height: 792 }, notes: [] };
  }
}

async function readInfo(pdf: PdfProxy): Promise<PdfInfo> {
  try {
    const { info } = await pdf.getMetadata();
    return infoSchema.safeParse(info).data ?? {};
  } catch {
    // A document without readable properties still has its text.
    return {};
  }
}

/** Lines of every page in reading order, without what runs through all of them. */
function linesOfPages(pages: readonly ReadPage[]): PdfLine[][] {
  const items = withoutWatermarks(pages.map((page) => page.items));
  const rows = items.map(({ upright, height }) => ({ rows: rowsOfItems(withoutOverprint(upright)), height }));
  return withoutRunningRows(rows).map((page, at) => {
    const turned = (items[at]?.turned ?? []).map((item) => item.text.trim()).join(' ');
    const notes = [turned, ...(pages[at]?.notes ?? [])].filter((note) => note !== '');
    const lines = [...linesOfFlows(readingOrder(page.rows)), ...notes.map(noteLine)];
    return lines.map((line) => ({ ...line, text: normalizeText(line.text) }));
  });
}

function bodyOf(pages: readonly (readonly PdfLine[])[], bookmarks: readonly PdfBookmark[], info: PdfInfo): ParsedBody {
  const { text, pageStarts, title } = pdfToMarkdown(pages, bookmarks);
  const metadata: JsonObject = { pages: pages.length, pageStarts: [...pageStarts] };
  if (info.Author) metadata['author'] = info.Author.slice(0, 300);
  if (info.Subject) metadata['description'] = info.Subject.slice(0, 1000);
  const language = info.Language ?? '';
  return {
    text,
    format: 'markdown',
    title: usableTitle(info.Title ?? '') || title,
    tags: (info.Keywords ?? '')
      .split(/[,;]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '' && tag.length <= 60)
      .slice(0, 50),
    language: /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(language) ? language : '',
    modifiedAt: pdfTime(info.ModDate ?? info.CreationDate ?? ''),
    metadata,
  };
}

/** Titles that programs put in by themselves say nothing. */
function usableTitle(title: string): string {
  const clean = title.replace(/^Microsoft (?:Word|PowerPoint) - /, '').trim();
  return /^(?:untitled|title|document\d*|.*\.(?:docx?|pptx?|tex|dvi|indd|qxd|pdf|ps))$/i.test(clean) ? '' : clean;
}

/** ISO time of a PDF date (`D:20240131120000+01'00'`). */
function pdfTime(date: string): string {
  const parts = /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:([+-])(\d{2})'?(\d{2})?)?/.exec(date);
  if (parts === null) return '';
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    sign,
    zoneHour,
    zoneMinute = '00',
  ] = parts;
  const zone = sign === undefined || zoneHour === undefined ? 'Z' : `${sign}${zoneHour}:${zoneMinute}`;
  return isoTime(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
}

function tooLarge(why: string): QuarryError {
  return new QuarryError('DOCUMENT_TOO_LARGE', `The PDF is too large to index: ${why}.`, {
    hint: 'Split the PDF, or leave it out with an exclude pattern.',
  });
}
