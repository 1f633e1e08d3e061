import { DEFAULT_RETRIEVAL } from '../core/retrieval/settings.js';
import type { RankedHit } from './retrieve.js';

/**
 * How deep the ranking is asked for, one after the other, while copies leave too few passages. The first costs nothing
 * extra: each leg nominates that many for a single hit too.
 */
const DEPTHS = [DEFAULT_RETRIEVAL.candidates, 300, 1000] as const;

/** Chunks of one text: the best-ranked, and the others, best first. */
export interface Passage {
  readonly hit: RankedHit;
  readonly copies: readonly RankedHit[];
}

/**
 * A ranking with each text once. Texts are compared letter by letter: line ends are alike in every document, and blanks
 * are not (they carry meaning in code, and a citation has to hold). Deeper hits only ever follow the ones before, so that
 * a passage has the same rank however far a caller reads.
 */
export class DistinctPassages {
  readonly #rank: (depth: number) => Promise<readonly RankedHit[]>;
  readonly #byText = new Map<string, { readonly hit: RankedHit; readonly copies: RankedHit[] }>();
  readonly #seen = new Set<string>();
  #depths: readonly number[] = DEPTHS;

  /** `rank` gives the best `depth` hits, fewer only when there are no more. */
  constructor(rank: (depth: number) => Promise<readonly RankedHit[]>) {
    this.#rank = rank;
  }

  /** Whether there are at least `count` passages; ranks deeper when that is needed to know, to 1,000 hits at most. */
  async reaches(count: number): Promise<boolean> {
    while (this.#byText.size < count) {
      const [depth, ...deeper] = this.#depths;
      if (depth === undefined) return false;
      const hits = await this.#rank(depth);
      for (const hit of hits) this.#add(hit);
      this.#depths = hits.length < depth ? [] : deeper;
    }
    return true;
  }

  /** The passages at `[from, to)`, fewer where the ranking ends. */
  async slice(from: number, to: number): Promise<Passage[]> {
    await this.reaches(to);
    return [...this.#byText.values()].slice(from, to).map(({ hit, copies }) => ({ hit, copies: [...copies] }));
  }

  #add(hit: RankedHit): void {
    const { id, text } = hit.candidate.chunk;
    const key = `${hit.collection}\u0000${id}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const known = this.#byText.get(text);
    if (known === undefined) this.#byText.set(text, { hit, copies: [] });
    else known.copies.push(hit);
  }
}
