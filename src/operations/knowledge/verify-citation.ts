import { z } from 'zod';
import { fenceText } from '../../core/text/fence.js';
import { lineBasisNote } from '../../core/text/line-basis.js';
import { pageAddress } from '../../core/text/page-of.js';
import { defineOperation } from '../define.js';
import { collectionNames, toUnavailableShape, unavailableLines, unavailableShape } from '../shapes.js';

export const verifyCitation = defineOperation({
  name: 'verify_citation',
  summary: 'Verify a citation',
  description:
    'Checks whether a quoted text still stands in its document: exact, moved, changed (no longer there) or gone (not indexed). Give the chk_ id that search gave, alone or with a quotation, or documentId or url with the quotation.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'POST', path: '/citations/verify' },
  maxInputBytes: 512 * 1024,
  takesTurn: true,
  cli: { command: ['verify'], positional: ['document', 'quote'], fromFile: ['quote'] },
  input: z.strictObject({
    document: z.string().min(1).max(4000).describe('A chk_ id, or documentId or url.'),
    quote: z
      .string()
      .min(1)
      .max(100_000)
      .optional()
      .describe('The quoted text, letter by letter; default: all of the chk_ passage.'),
    contentHash: z
      .string()
      .regex(/^[0-9a-fA-F]{8,64}$/, '8 to 64 hex digits')
      .optional()
      .describe('Hash of the cited version, whole or its first digits.'),
    start: z.number().int().min(0).max(2_000_000_000).optional().describe('Offset at which the quotation began.'),
    collections: collectionNames,
  }),
  output: z.object({
    status: z.enum(['exact', 'moved', 'changed', 'gone']),
    explanation: z.string(),
    url: z.string().nullable(),
    documentId: z.string().nullable(),
    contentHash: z.string().nullable(),
    span: z
      .object({
        start: z.number(),
        end: z.number(),
        startLine: z.number(),
        endLine: z.number(),
        page: z.number().nullable(),
        lineBasis: z.string(),
      })
      .nullable(),
    currentText: z.string().nullable(),
    unavailable: unavailableShape,
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'STORE_BROKEN'],
  quoted: ['currentText'],
  examples: [
    { document: 'note:example', quote: 'A note for the examples' },
    { document: 'doc_unknown', quote: 'no such text' },
  ],
  async run({ services }, input) {
    const { uri, unavailable, ...check } = await services.documents.verifyCitation(input);
    const url = uri === null ? null : pageAddress(uri, check.span?.page ?? null);
    return { ...check, url, unavailable: toUnavailableShape(unavailable) };
  },
  render(output) {
    const place =
      output.span === null
        ? ''
        : ` Lines ${output.span.startLine}-${output.span.endLine}${lineBasisNote(output.span.lineBasis)}, offsets ${output.span.start}-${output.span.end}.`;
    const now = output.currentText === null ? '' : `\nAt the cited place now:\n${fenceText(output.currentText)}`;
    const where =
      output.url === null
        ? ''
        : ` ${output.url} (${output.documentId ?? ''} @${(output.contentHash ?? '').slice(0, 12)})`;
    const answer = `${output.status}: ${output.explanation}${place}${where}${now}`;
    return [answer, ...unavailableLines(output.unavailable)].join('\n');
  },
});
