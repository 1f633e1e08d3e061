import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { fence } from './html-code.js';
import { canonicalLanguage } from './languages.js';
import { firstHeading } from './markdown.js';
import { NotebookOutputs } from './notebook-outputs.js';
import type { ParsedBody } from './parsed-document.js';
import { countBareImages } from './prose-lines.js';
import { writeRaisedTags } from './raised-tags.js';

const source = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => (typeof text === 'string' ? text : text.join('')));
const cell = z.looseObject({
  cell_type: z.string(),
  source: source.optional(),
  input: source.optional(),
  level: z.number().optional(),
  metadata: z.looseObject({ format: z.string().optional(), raw_mimetype: z.string().optional() }).optional(),
  outputs: z.array(z.unknown()).optional(),
});
const notebook = z.looseObject({
  cells: z.array(z.unknown()).optional(),
  worksheets: z.array(z.looseObject({ cells: z.array(z.unknown()) })).optional(),
  metadata: z
    .looseObject({
      kernelspec: z.looseObject({ language: z.string().optional(), name: z.string().optional() }).optional(),
      language_info: z.looseObject({ name: z.string().optional() }).optional(),
      title: z.string().optional(),
      name: z.string().optional(),
    })
    .optional(),
});

/**
 * Reads a Jupyter notebook as Markdown: text cells as they are, code cells fenced, outputs as the notebook shows them, cut to a few
 * lines.
 * @param uri address that links in HTML outputs are resolved against
 * @throws QuarryError DOCUMENT_BROKEN when it is not a notebook
 */
export async function parseNotebook(text: string, uri: string): Promise<ParsedBody> {
  const parsed = notebook.safeParse(parseJson(text));
  const cells = parsed.data?.cells ?? parsed.data?.worksheets?.flatMap((sheet) => sheet.cells);
  if (cells === undefined) throw broken('it has no list of cells');
  const { metadata } = parsed.data ?? {};
  const named = metadata?.language_info?.name ?? metadata?.kernelspec?.language ?? 'python';
  const language = /^[\w+#.-]{1,24}$/.test(named) ? canonicalLanguage(named) : 'python';
  const outputs = new NotebookOutputs(uri);
  const blocks: string[] = [];
  for (const item of cells) blocks.push(await cellToMarkdown(item, language, outputs));
  const markdown = blocks.filter((block) => block !== '').join('\n\n');
  return {
    text: markdown,
    format: 'markdown',
    title: metadata?.title ?? (firstHeading(markdown) || metadata?.name || ''),
    metadata: { codeLanguage: language, cells: cells.length },
    losses: outputs.losses.toLosses(),
  };
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw broken('it is not JSON', error);
  }
}

function broken(why: string, cause?: unknown): QuarryError {
  return new QuarryError('DOCUMENT_BROKEN', `The notebook cannot be read: ${why}.`, {
    hint: 'Open the file in Jupyter and save it again, or leave it out with an exclude pattern.',
    cause,
  });
}

async function cellToMarkdown(item: unknown, language: string, outputs: NotebookOutputs): Promise<string> {
  const parsed = cell.safeParse(item);
  if (!parsed.success) return '';
  const { cell_type: kind, level } = parsed.data;
  const body = (parsed.data.source ?? parsed.data.input ?? '').replace(/\s+$/, '');
  if (kind === 'heading')
    return body === '' ? '' : `${'#'.repeat(Math.min(6, Math.max(1, level ?? 1)))} ${body.replace(/\s*\n\s*/g, ' ')}`;
  if (kind === 'raw') return rawCell(body, parsed.data.metadata?.raw_mimetype ?? parsed.data.metadata?.format ?? '');
  if (kind !== 'code') return textCell(body, outputs);
  const blocks = body.trim() === '' ? [] : [fence(body, cellLanguage(body, language))];
  blocks.push(...(await outputs.blocksOf(parsed.data.outputs ?? [])));
  return blocks.join('\n\n');
}

function textCell(body: string, outputs: NotebookOutputs): string {
  const text = withoutInlineImages(body);
  outputs.losses.add('image', countBareImages(text));
  return writeRaisedTags(text);
}

/** A cell for a converter: Markdown is text, all else is shown as it is typed. */
function rawCell(body: string, format: string): string {
  if (body.trim() === '' || /markdown/.test(format)) return body;
  const language = /html/.test(format)
    ? 'html'
    : /latex/.test(format)
      ? 'latex'
      : /rst|restructuredtext/.test(format)
        ? 'rst'
        : 'text';
  return fence(body, language);
}

/** The language of a cell that begins with a cell magic (`%%bash`), else the kernel's. */
function cellLanguage(body: string, language: string): string {
  const magic = /^%%(bash|sh|javascript|js|html|perl|ruby|R|sql|latex|cython)\b/.exec(body)?.[1];
  return magic === undefined ? language : canonicalLanguage(magic === 'cython' ? 'python' : magic);
}

/** Pictures pasted into a text cell are megabytes of base64, or attachments, that say nothing. */
function withoutInlineImages(body: string): string {
  return body.replace(/\((?:data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]*|attachment:[^()\s]*)\)/g, '()');
}
