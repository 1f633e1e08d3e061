import { sourceId } from './identity.js';
import type { Source } from './types.js';

/** Address of the source that a collection's notes belong to. */
const NOTES = 'notes';

/** Id of the source of a collection's notes. */
export function noteSourceId(collection: string): string {
  return sourceId(collection, 'text', NOTES);
}

/** The source of a collection's notes: the notes themselves are in the store alone, so it is never read anew. */
export function noteSource(collection: string, now: string): Source {
  return {
    id: noteSourceId(collection),
    collection,
    kind: 'text',
    uri: NOTES,
    label: `notes in ${collection}`,
    options: {},
    state: null,
    createdAt: now,
    syncedAt: now,
  };
}
