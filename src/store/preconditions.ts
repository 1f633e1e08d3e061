import { QuarryError } from '../core/errors.js';
import type { PageRequest } from '../core/ports.js';
import { isSameSpace } from '../core/same-space.js';
import type { Collection, EmbeddingFingerprint } from '../core/types.js';

/** Largest page of a list. */
const MAX_PAGE = 1000;

/** Refuses vectors of another space. @throws QuarryError FINGERPRINT_MISMATCH when the collection was embedded anew since they were made */
export function requireSpace(collection: Collection, space: EmbeddingFingerprint): void {
  if (isSameSpace(collection.fingerprint, space)) return;
  throw new QuarryError(
    'FINGERPRINT_MISMATCH',
    `Collection ${JSON.stringify(collection.name)} changed to the model ${collection.fingerprint.model} meanwhile; nothing was written with ${space.model}.`,
    { hint: 'Do the same again: it is embedded with the new model then.' },
  );
}

/** Refuses a page that no list has. @throws QuarryError INPUT_INVALID */
export function checkPage({ offset, limit }: PageRequest): void {
  const isValid =
    Number.isInteger(offset) &&
    offset >= 0 &&
    offset < 2 ** 31 &&
    Number.isInteger(limit) &&
    limit >= 1 &&
    limit <= MAX_PAGE;
  if (isValid) return;
  throw new QuarryError('INPUT_INVALID', `A page cannot start at ${offset} and hold ${limit}.`, {
    hint: `Start at 0 or later and ask for 1 to ${MAX_PAGE} items.`,
  });
}
