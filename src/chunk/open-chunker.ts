import type { Chunker } from '../core/ports.js';
import { CHUNKER_ID } from './chunker-id.js';

/** The chunker, whose rules and parsers (some 150 modules) are loaded with the first document that is cut. */
export function openChunker(): Chunker {
  return {
    id: CHUNKER_ID,
    async chunk(document, sizing, countTokens) {
      const { createChunker } = await import('./chunker.js');
      return createChunker().chunk(document, sizing, countTokens);
    },
  };
}
