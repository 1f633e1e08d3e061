import type { Document, JsonObject } from '../types.js';

/** Which text the lines of a document count: its own (the file's, the note's), or what was extracted from it. */
export type LineBasis = 'source' | 'extracted';

/** What says in a document's metadata that its lines are not those of its source, where the media type does not. */
export const EXTRACTED_LINES: JsonObject = { lineBasis: 'extracted' };

/** Types whose text is made from what was read, with lines of its own. */
const CONVERTED = new Set([
  'text/html',
  'application/xhtml+xml',
  'application/pdf',
  'application/x-pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/x-ipynb+json',
]);

/** Which text the lines of a stored document count. */
export function lineBasisOf({ mediaType, metadata }: Pick<Document, 'mediaType' | 'metadata'>): LineBasis {
  return CONVERTED.has(mediaType) || metadata['lineBasis'] === 'extracted' ? 'extracted' : 'source';
}

/** For a sentence about lines: says that they count the extracted text, and nothing where they are those of the source. */
export function lineBasisNote(basis: string): string {
  return basis === 'extracted' ? ' of the extracted text' : '';
}
