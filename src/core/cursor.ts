import { z } from 'zod';
import { QuarryError } from './errors.js';
import { sha256 } from './identity.js';

const CursorSchema = z.strictObject({ o: z.number().int().min(0).max(1_000_000_000), h: z.string() });

/** What a cursor is bound to, as a short hash. */
function bindingOf(binding: unknown): string {
  return sha256(JSON.stringify(binding)).slice(0, 12);
}

/** An opaque cursor for the page that begins at `offset` of the list that `binding` (query, filters) describes. */
export function encodeCursor(offset: number, binding: unknown): string {
  return Buffer.from(JSON.stringify({ o: offset, h: bindingOf(binding) })).toString('base64url');
}

/**
 * The offset held by a cursor; 0 when there is none.
 * @throws QuarryError CURSOR_INVALID when it is damaged or belongs to another query
 */
export function decodeCursor(cursor: string | undefined, binding: unknown): number {
  if (cursor === undefined) return 0;
  const decoded = parseCursor(cursor);
  if (decoded !== undefined && decoded.h === bindingOf(binding)) return decoded.o;
  throw new QuarryError('CURSOR_INVALID', 'The cursor does not belong to this request.', {
    hint: 'Repeat the request without a cursor, and change nothing else while following nextCursor.',
  });
}

function parseCursor(cursor: string): z.infer<typeof CursorSchema> | undefined {
  try {
    return CursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    return undefined; // A damaged cursor is reported by the caller with a hint.
  }
}
