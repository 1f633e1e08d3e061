import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { fence } from './html-code.js';
import { canonicalLanguage } from './languages.js';
import { firstHeading } from './markdown.js';
import type { ParsedBody } from './parsed-document.js';

const MAX_OUTPUT_CHARACTERS = 1000;
const MAX_OUTPUT_LINES = 20;

const source = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => (typeof text === 'string' ? text : text.join('')));
const output = z.looseObject({
  output_type: z.string().optional(),
  text: source.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  ename: z.string().optional(),
  evalue: z.string().optional(),
});
const cell = z.looseObject({
  cell_type: z.string(),
  source: source.optional(),
  input: source.optional(),
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
    })
    .optional(),
});

/**
 * Reads a Jupyter notebook as Markdown: text cells as they are, code cells fenced, text outputs cut to a few lines.
 * @throws QuarryError DOCUMENT_BROKEN when it is not a notebook
 */
export function parseNotebook(text: string): ParsedBody {
  const parsed = notebook.safeParse(parseJson(text));
  const cells = parsed.data?.cells ?? parsed.data?.worksheets?.flatMap((sheet) => sheet.cells);
  if (cells === undefined) throw broken('it has no list of cells');
  const { metadata } = parsed.data ?? {};
  const named = metadata?.language_info?.name ?? metadata?.kernelspec?.language ?? 'python';
  const language = /^[\w+#.-]{1,24}$/.test(named) ? canonicalLanguage(named) : 'python';
  const markdown = cells
    .map((item) => cellToMarkdown(item, language))
    .filter((block) => block !== '')
    .join('\n\n');
  return {
    text: markdown,
    format: 'markdown',
    title: metadata?.title ?? firstHeading(markdown),
    metadata: { codeLanguage: language, cells: cells.length },
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

function cellToMarkdown(item: unknown, language: string): string {
  const parsed = cell.safeParse(item);
  if (!parsed.success) return '';
  const body = (parsed.data.source ?? parsed.data.input ?? '').replace(/\s+$/, '');
  if (parsed.data.cell_type === 'heading') return body === '' ? '' : `# ${body}`;
  if (parsed.data.cell_type !== 'code') return withoutInlineImages(body);
  const results = (parsed.data.outputs ?? []).map(outputText).filter((text) => text !== '');
  const blocks = body.trim() === '' ? [] : [fence(body, cellLanguage(body, language))];
  if (results.length > 0) blocks.push(fence(trimOutput(results.join('\n')), 'text'));
  return blocks.join('\n\n');
}

/** The language of a cell that begins with a cell magic (`%%bash`), else the kernel's. */
function cellLanguage(body: string, language: string): string {
  const magic = /^%%(bash|sh|javascript|js|html|perl|ruby|R|sql|latex|cython)\b/.exec(body)?.[1];
  return magic === undefined ? language : canonicalLanguage(magic === 'cython' ? 'python' : magic);
}

/** Pictures pasted into a text cell are megabytes of base64 that say nothing. */
function withoutInlineImages(body: string): string {
  return body.replace(/\(data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]*\)/g, '()');
}

function outputText(item: unknown): string {
  const parsed = output.safeParse(item);
  if (!parsed.success) return '';
  if (parsed.data.output_type === 'error') return `${parsed.data.ename ?? 'Error'}: ${parsed.data.evalue ?? ''}`;
  const plain = source.safeParse(parsed.data.data?.['text/plain']);
  return withoutColours(parsed.data.text ?? (plain.success ? plain.data : '')).trim();
}

function withoutColours(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '');
}

function trimOutput(text: string): string {
  const lines = text.split('\n');
  const kept = lines.slice(0, MAX_OUTPUT_LINES).join('\n').slice(0, MAX_OUTPUT_CHARACTERS);
  return kept.length < text.length ? `${kept}\n...` : kept;
}
