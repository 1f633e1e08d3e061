/**
 * Version of the rules by which documents are read; raise it with every change that makes other text of the same bytes.
 * Stored documents that were read by other rules are read again at the next sync.
 */
export const EXTRACTION_RULES = 3;

/** What a stored document's `revision` says. */
export interface StoredRevision {
  /** What the origin says of the version: see `ExtractedDocument.revision`. */
  readonly origin: string;
  /** Whether it was read by the rules of today. */
  readonly isCurrent: boolean;
  /** Whether it is a page that may have lost what is its site's. */
  readonly isFramed: boolean;
}

/** The revision under which a document is stored: the origin's, behind the version of the rules. */
export function storedRevision(origin: string, isFramed: boolean): string {
  return `x${EXTRACTION_RULES}${isFramed ? 'f' : ''}:${origin}`;
}

/** Takes a stored revision apart; those of before the rules had versions have the origin's alone. */
export function readStoredRevision(revision: string): StoredRevision {
  const [, rules, framed, origin] = /^x(\d{1,6})(f?):([\s\S]*)$/.exec(revision) ?? [];
  return {
    origin: origin ?? revision,
    isCurrent: rules === String(EXTRACTION_RULES),
    isFramed: framed === 'f',
  };
}
