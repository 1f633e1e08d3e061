import { z } from 'zod';
import { fenceText } from '../../core/text/fence.js';
import { lineBasisNote, lineBasisOf } from '../../core/text/line-basis.js';
import { pageAddress, pageOf } from '../../core/text/page-of.js';
import { defineOperation } from '../define.js';
import {
  collectionNames,
  cursor,
  documentFacts,
  documentShape,
  maxTokens,
  toDocumentShape,
  toUnavailableShape,
  unavailableLines,
  unavailableShape,
} from '../shapes.js';

export const fetch = defineOperation({
  name: 'fetch',
  summary: 'Read a document',
  description:
    'Reads a document, a range of its lines, or the lines of a search result, from what was ingested (nothing is downloaded). Take the id or url from search or list_documents. Long documents come in pages: follow nextCursor.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'GET', path: '/fetch' },
  takesTurn: true,
  cli: { command: ['fetch'], positional: ['id'] },
  input: z.strictObject({
    id: z.string().min(1).max(4000).describe('Id of a document or search result, or a document url.'),
    startLine: z
      .number()
      .int()
      .min(1)
      .max(2_000_000_000)
      .optional()
      .describe('First line, from 1; default: the beginning, or the first line of a search result.'),
    endLine: z
      .number()
      .int()
      .min(1)
      .max(2_000_000_000)
      .optional()
      .describe('Last line, included; default: the end, or the last line of a search result.'),
    collections: collectionNames,
    maxTokens,
    cursor,
  }),
  output: z.object({
    id: z.string(),
    title: z.string(),
    text: z.string(),
    url: z.string(),
    metadata: documentShape.omit({ id: true, title: true, url: true }),
    startLine: z.number(),
    endLine: z.number(),
    totalLines: z.number(),
    page: z.number().nullable(),
    lineBasis: z.string(),
    start: z.number(),
    end: z.number(),
    nextCursor: z.string().nullable(),
    unavailable: unavailableShape,
  }),
  errors: ['INPUT_INVALID', 'DOCUMENT_NOT_FOUND', 'COLLECTION_NOT_FOUND', 'CURSOR_INVALID', 'STORE_BROKEN'],
  quoted: ['text'],
  examples: [{ id: 'note:example' }, { id: 'note:example', startLine: 1, endLine: 1 }],
  async run({ services }, input) {
    const answer = await services.documents.fetch(input);
    const { id, title, url, ...metadata } = toDocumentShape(answer.document);
    const { text, startLine, endLine, totalLines, start, end, nextCursor } = answer;
    const unavailable = toUnavailableShape(answer.unavailable);
    const lineBasis = lineBasisOf(answer.document);
    const page = pageOf(answer.document.metadata, start);
    const lines = { startLine, endLine, totalLines, page, lineBasis };
    return { id, title, url: pageAddress(url, page), text, metadata, ...lines, start, end, nextCursor, unavailable };
  },
  render(output) {
    const { startLine, endLine, totalLines, lineBasis, nextCursor, metadata } = output;
    const rest =
      nextCursor === null
        ? ''
        : `\n\n(lines ${startLine}-${endLine} of ${totalLines}${lineBasisNote(lineBasis)}; go on with cursor ${nextCursor})`;
    const place = `lines ${startLine}-${endLine} of ${totalLines}${lineBasisNote(lineBasis)}, offsets ${output.start}-${output.end}`;
    const head = `Document ${output.id} @${metadata.contentHash.slice(0, 12)}: ${output.title}`;
    const facts = [place, ...documentFacts(metadata)].join(', ');
    const absent = unavailableLines(output.unavailable).map((line) => `\n\n${line}`);
    return `${head}\n   ${output.url}; ${facts}\n\n${fenceText(output.text)}${rest}${absent.join('')}`;
  },
});
