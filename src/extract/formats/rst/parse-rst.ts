import { EXTRACTED_LINES } from '../../../core/text/line-basis.js';
import { LossCounter } from '../loss-counter.js';
import { firstHeading } from '../markdown.js';
import type { ParsedBody } from '../parsed-document.js';
import { RstConverter } from './rst-converter.js';
import { type RstContext, RstCursor } from './rst-cursor.js';
import { RstInline, readRoles, readSubstitutions } from './rst-inline.js';

/**
 * Reads reStructuredText as Markdown with the same number of lines: line n of the text is line n of the file, but for documents
 * with a table that needs more lines than it had.
 */
export function parseRst(source: string): ParsedBody {
  const lines = source.split('\n');
  const losses = new LossCounter();
  const inline = new RstInline(readSubstitutions(lines), readRoles(lines));
  const contextAt = (depth: number): RstContext => ({
    inline,
    losses,
    depth,
    convert: (inner) => converted(inner, contextAt(depth + 1)),
  });
  const text = converted(lines, contextAt(0));
  const isMoved = text.split('\n').length !== lines.length;
  return {
    text,
    format: 'markdown',
    title: firstHeading(text),
    losses: losses.toLosses(),
    ...(isMoved ? { metadata: EXTRACTED_LINES } : {}),
  };
}

/** Markdown of lines that stand for themselves: a document, or a cell of a table. */
function converted(lines: readonly string[], context: RstContext): string {
  return new RstConverter(new RstCursor(lines, context)).convert().join('\n');
}
