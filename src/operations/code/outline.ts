import { z } from 'zod';
import { SYMBOL_KINDS } from '../../core/code/symbol-reader.js';
import { lineBasisNote, lineBasisOf } from '../../core/text/line-basis.js';
import { defineOperation } from '../define.js';
import { collectionNames, cursor, maxTokens } from '../shapes.js';

export const outline = defineOperation({
  name: 'outline',
  summary: 'Outline a document',
  description:
    'Lists the headings of a document, or the declarations of a program with signatures, with line ranges for fetch. Read this before a long document.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'code',
  http: { method: 'GET', path: '/outline' },
  cli: { command: ['outline'], positional: ['id'] },
  input: z.strictObject({
    id: z.string().min(1).max(4000).describe('Id of a document or search result, or a document url.'),
    depth: z.number().int().min(1).max(12).default(3).describe('How many levels, 1 to 12; default 3.'),
    collections: collectionNames,
    maxTokens,
    cursor,
  }),
  output: z.object({
    id: z.string(),
    title: z.string(),
    url: z.string(),
    contentHash: z.string(),
    language: z.string(),
    totalLines: z.number(),
    lineBasis: z.string(),
    basis: z.enum(['syntax', 'headings', 'layout']),
    entries: z.array(
      z.object({
        depth: z.number(),
        kind: z.enum(SYMBOL_KINDS),
        path: z.array(z.string()),
        signature: z.string(),
        summary: z.string(),
        startLine: z.number(),
        endLine: z.number(),
      }),
    ),
    total: z.number(),
    deeper: z.number(),
    nextCursor: z.string().nullable(),
  }),
  errors: ['INPUT_INVALID', 'DOCUMENT_NOT_FOUND', 'COLLECTION_NOT_FOUND', 'CURSOR_INVALID'],
  examples: [{ id: 'note:example' }, { id: 'note:example', depth: 1 }],
  async run({ services }, input) {
    const { document, entries, ...rest } = await services.symbols.outline(input);
    const { id, title, uri, contentHash, language } = document;
    const lineBasis = lineBasisOf(document);
    return { id, title, url: uri, contentHash, language, lineBasis, ...rest, entries: entries.map(toShape) };
  },
  render(output) {
    const { entries, total, deeper, nextCursor } = output;
    const head = `${output.title}\n${output.url}\nid ${output.id} @${output.contentHash.slice(0, 12)}, ${output.totalLines} lines${lineBasisNote(output.lineBasis)}`;
    const lines = entries.map(
      ({ depth, startLine, endLine, signature, summary }) =>
        `${'  '.repeat(depth)}${startLine}-${endLine} ${signature}${summary === '' ? '' : ` -- ${summary}`}`,
    );
    const notes = [
      total === 0 ? 'No headings or declarations; read it with fetch.' : '',
      output.basis === 'layout' && total > 0
        ? `No grammar for ${output.language || 'this language'}: found by layout, so entries may be missing.`
        : '',
      deeper > 0 ? `${deeper} deeper; raise depth to see them.` : '',
      nextCursor === null ? '' : `${entries.length} of ${total}; more with cursor ${nextCursor}`,
    ];
    return [head, ...lines, ...notes.filter((note) => note !== '')].join('\n');
  },
});

/** A fresh entry with a list of its own, as output schemas ask for. */
function toShape<T extends { readonly path: readonly string[] }>(entry: T): Omit<T, 'path'> & { path: string[] } {
  return { ...entry, path: [...entry.path] };
}
