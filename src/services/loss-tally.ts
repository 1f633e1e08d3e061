import { lossesIn } from '../core/losses.js';
import type { ExtractedDocument, JsonObject, LossKind } from '../core/types.js';

/** Counts what the documents of a sync have that their texts lack. */
export class LossTally {
  readonly #kinds = new Map<LossKind, { documents: number; number: number }>();
  readonly #uris = new Set<string>();

  /** Counts a document, once. */
  add({ uri, metadata }: Pick<ExtractedDocument, 'uri' | 'metadata'>): void {
    if (this.#uris.has(uri)) return;
    for (const [kind, number] of lossesIn(metadata)) {
      const known = this.#kinds.get(kind) ?? { documents: 0, number: 0 };
      this.#kinds.set(kind, { documents: known.documents + 1, number: known.number + number });
      this.#uris.add(uri);
    }
  }

  /** Of each kind, in how many documents and how many in all. */
  toJson(): JsonObject {
    return Object.fromEntries(this.#kinds);
  }
}
