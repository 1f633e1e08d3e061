import type { ExtractedDocument } from './types.js';

/** A document as an adapter reads it. */
export interface ReadDocument {
  readonly document: ExtractedDocument;
  /** Other titles that it gives itself, for when many of its source share its title. */
  readonly titles?: readonly string[] | undefined;
}
