import type { Example } from '../../core/curation/example.js';
import type { Chunk } from '../../core/types.js';

/** What negatives are made of: the dataset's own passages, chunks as they are stored, or whichever suits the dataset. */
export const NEGATIVE_FORMS = ['auto', 'dataset', 'chunks'] as const;
/** One of {@link NEGATIVE_FORMS}. */
export type NegativeForm = (typeof NEGATIVE_FORMS)[number];

/** A positive of the dataset. */
export interface PooledPassage {
  readonly text: string;
  /** SPDX expression; empty when unknown. */
  readonly licence: string;
}

interface Placed extends PooledPassage {
  readonly start: number;
  readonly end: number;
  readonly split: Example['split'];
}

/**
 * The positives of a dataset by their place in stored documents. A chunk that search nominates stands for the positives
 * that lie in it, so that negatives have the form of positives: a chunk brings its heading along, which a mined
 * positive does not, and a model trained on the one against the other learns to turn away from matching headings.
 */
export class PassagePool {
  readonly #byDocument = new Map<string, Placed[]>();
  /** Share of the pairs and triplets whose positive stands in a stored document, 0..1. */
  readonly coverage: number;

  constructor(examples: readonly Example[]) {
    let pairs = 0;
    let placed = 0;
    for (const example of examples) {
      if (example.kind !== 'pair' && example.kind !== 'triplet') continue;
      pairs++;
      const { documentId, start, end } = example.provenance;
      const text = example.fields.positive;
      // The span of a link is not the passage that it leads to.
      if (start === null || end === null || end - start !== text.length) continue;
      placed++;
      const known = this.#byDocument.get(documentId);
      const entry = { text, licence: example.licence, start, end, split: example.split };
      if (known === undefined) this.#byDocument.set(documentId, [entry]);
      else known.push(entry);
    }
    this.coverage = pairs === 0 ? 0 : placed / pairs;
  }

  /**
   * Different positives that share at least half of the shorter span with a chunk, in the dataset's order. Only those of
   * one split, so that no training row holds a passage of the test.
   */
  passagesIn(chunk: Pick<Chunk, 'documentId' | 'start' | 'end'>, split: Example['split']): PooledPassage[] {
    const inside = (this.#byDocument.get(chunk.documentId) ?? []).filter(({ start, end, split: own }) => {
      const shared = Math.min(end, chunk.end) - Math.max(start, chunk.start);
      return own === split && shared * 2 >= Math.min(end - start, chunk.end - chunk.start);
    });
    return [...new Map(inside.map((passage) => [passage.text, passage])).values()];
  }
}
