import { createTokenizer } from '../static-model/tokenizer.js';
import { buildTokenizerJson } from '../static-model/tokenizer-format.js';
import { foldCounts } from './count-words.js';

/** A vocabulary with its rows. */
export interface ExtendedVocabulary {
  readonly tokenizerJson: unknown;
  /** `pieces x dimensions`, row-major. */
  readonly table: Float32Array;
  /** Words that were added. */
  readonly added: readonly string[];
}

/** What {@link extendVocabulary} works with. */
export interface ExtensionParts {
  readonly tokenizerJson: unknown;
  readonly table: Float32Array;
  readonly dimensions: number;
  /** How often each word occurs in the new text, as `countRawWords` counts. */
  readonly rawCounts: ReadonlyMap<string, number>;
  /** Words seen less often are not added. */
  readonly minimumCount: number;
  /** At most this many words are added, most frequent first. */
  readonly limit: number;
}

/**
 * Gives words of a new domain rows of their own. A new row is the sum of the rows of the pieces it replaces, so every
 * text's vector is what it was before, and training can then move the word without moving its pieces.
 */
export function extendVocabulary(parts: ExtensionParts): ExtendedVocabulary {
  const tokenizer = createTokenizer(parts.tokenizerJson);
  const added = [...foldCounts(parts.rawCounts, tokenizer.compounds)]
    .filter(([word, count]) => count >= parts.minimumCount && /^\p{L}{3,}$/u.test(word))
    .filter(([word]) => tokenizer.encode(word).length > 1)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, parts.limit)
    .map(([word]) => word);
  const { dimensions } = parts;
  const table = new Float32Array((tokenizer.vocabularySize + added.length) * dimensions);
  table.set(parts.table);
  added.forEach((word, number) => {
    const into = (tokenizer.vocabularySize + number) * dimensions;
    for (const piece of tokenizer.encode(word)) {
      for (let d = 0; d < dimensions; d++) {
        table[into + d] = (table[into + d] ?? 0) + (parts.table[piece * dimensions + d] ?? 0);
      }
    }
  });
  return { tokenizerJson: buildTokenizerJson([...tokenizer.pieces, ...added], tokenizer.compounds), table, added };
}
