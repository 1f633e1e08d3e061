import type { getDocumentProxy } from 'unpdf';
import { z } from 'zod';
import type { PdfBookmark } from './pdf-headings.js';

type PdfProxy = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPageProxy = Awaited<ReturnType<PdfProxy['getPage']>>;

const MAX_BOOKMARKS = 20_000;
const MAX_FIELD_CHARACTERS = 20_000;

const annotationSchema = z.looseObject({
  subtype: z.string(),
  rect: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  hidden: z.boolean().optional(),
  fieldType: z.string().nullish(),
  fieldValue: z.union([z.string(), z.array(z.string())]).nullish(),
  checkBox: z.boolean().optional(),
  radioButton: z.boolean().optional(),
  exportValue: z.string().nullish(),
  buttonValue: z.string().nullish(),
  contentsObj: z.object({ str: z.string() }).nullish(),
});
type Annotation = z.infer<typeof annotationSchema>;

/** What stands on a page besides its own text. */
export interface PdfMarks {
  /** What is filled into forms, and text boxes put onto the page, in the shape of the page's own text. */
  readonly fields: readonly object[];
  /** Readers' notes, and what pictures show where the document says it. */
  readonly notes: readonly string[];
}

/** Reads a page's annotations and the alternative texts of its pictures. Nothing in them is run. */
export async function readPdfMarks(page: PdfPageProxy): Promise<PdfMarks> {
  const fields: object[] = [];
  const notes: string[] = [];
  for (const raw of await annotationsOf(page)) {
    const parsed = annotationSchema.safeParse(raw);
    if (!parsed.success || parsed.data.hidden === true) continue;
    const annotation = parsed.data;
    if (annotation.subtype === 'Widget') fields.push(...fieldItems(annotation, fieldText(annotation)));
    else if (annotation.subtype === 'FreeText')
      fields.push(...fieldItems(annotation, annotation.contentsObj?.str ?? ''));
    else if (annotation.subtype !== 'Link' && annotation.subtype !== 'Popup') {
      const note = (annotation.contentsObj?.str ?? '').replace(/\s+/g, ' ').trim();
      if (note !== '') notes.push(`Note: ${note.slice(0, MAX_FIELD_CHARACTERS)}`);
    }
  }
  return { fields, notes: [...notes, ...(await alternativesOf(page))] };
}

async function annotationsOf(page: PdfPageProxy): Promise<readonly unknown[]> {
  try {
    return await page.getAnnotations();
  } catch {
    // A page with damaged annotations still has its text.
    return [];
  }
}

function fieldText(annotation: Annotation): string {
  const { fieldType, fieldValue } = annotation;
  if (fieldType === 'Btn') {
    if (annotation.checkBox !== true && annotation.radioButton !== true) return '';
    const chosen = annotation.checkBox === true ? annotation.exportValue : annotation.buttonValue;
    return fieldValue !== 'Off' && fieldValue === chosen ? '[x]' : '[ ]';
  }
  return typeof fieldValue === 'string' ? fieldValue : (fieldValue ?? []).join(', ');
}

/** The words of a field as text that is drawn in its place. */
function fieldItems({ rect }: Annotation, value: string): object[] {
  const [left, bottom, right, top] = rect;
  const lines = value
    .slice(0, MAX_FIELD_CHARACTERS)
    .split(/\r\n?|\n/)
    .filter((line) => line.trim() !== '');
  const height = Math.abs(top - bottom) / Math.max(1, lines.length);
  const size = Math.min(12, Math.max(4, height * 0.7));
  const upper = Math.max(top, bottom);
  return lines.map((str, at) => ({
    str,
    dir: 'ltr',
    width: Math.min(Math.abs(right - left), str.length * size * 0.5),
    height: size,
    transform: [size, 0, 0, size, Math.min(left, right), upper - height * (at + 1) + (height - size * 0.8) / 2],
    fontName: '',
  }));
}

interface StructNode {
  readonly role?: string;
  readonly alt?: string;
  readonly children?: readonly StructNode[];
}

async function alternativesOf(page: PdfPageProxy): Promise<string[]> {
  const found: string[] = [];
  try {
    const waiting: StructNode[] = [(await page.getStructTree()) ?? {}];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      const alt = (node.alt ?? '').replace(/\s+/g, ' ').trim();
      if (alt !== '') found.push(alt.slice(0, MAX_FIELD_CHARACTERS));
      else waiting.push(...[...(node.children ?? [])].reverse());
    }
  } catch {
    // Without a readable structure a page has no alternative texts.
  }
  return found;
}

interface OutlineNode {
  readonly title: string;
  readonly items: readonly OutlineNode[];
}

/** Bookmarks of a document in their order, outer ones first; empty where there are none. */
export async function readBookmarks(pdf: PdfProxy): Promise<PdfBookmark[]> {
  const bookmarks: PdfBookmark[] = [];
  try {
    const outline: readonly OutlineNode[] = (await pdf.getOutline()) ?? [];
    const waiting = outline.map((node) => ({ node, depth: 0 })).reverse();
    for (let next = waiting.pop(); next !== undefined && bookmarks.length < MAX_BOOKMARKS; next = waiting.pop()) {
      const { node, depth } = next;
      bookmarks.push({ title: node.title, depth });
      for (const child of [...node.items].reverse()) waiting.push({ node: child, depth: depth + 1 });
    }
  } catch {
    // Damaged bookmarks only cost their help with headings.
  }
  return bookmarks;
}

/** Whether a document is a form whose pages only a form viewer makes (XFA). */
export async function isDynamicForm(pdf: PdfProxy): Promise<boolean> {
  try {
    const { info } = await pdf.getMetadata();
    return z.looseObject({ IsXFAPresent: z.literal(true) }).safeParse(info).success;
  } catch {
    // Unreadable properties say nothing.
    return false;
  }
}

/** Pictures that a document holds, masks aside. Their dictionaries are never packed, so that they can be counted unread. */
export function countImages(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const masks = countMatches(buffer, '/SMask', /^\s*\d/) + countMatches(buffer, '/ImageMask', /^\s*true/);
  return Math.max(0, countMatches(buffer, '/Subtype', /^\s*\/Image\b/) - masks);
}

function countMatches(buffer: Buffer, name: string, after: RegExp): number {
  let count = 0;
  for (let at = buffer.indexOf(name); at !== -1; at = buffer.indexOf(name, at + name.length)) {
    const from = at + name.length;
    if (after.test(buffer.toString('latin1', from, from + 16))) count++;
  }
  return count;
}
