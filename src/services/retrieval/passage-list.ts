import { cosine } from '../../core/ranking/cosine.js';
import { DistinctTerms, isNearlyEqual } from '../../core/ranking/near-equal.js';
import { DEFAULT_RETRIEVAL } from '../../core/retrieval/settings.js';
import type { RankedHit } from './ranked-hit.js';

/**
 * How deep the ranking is asked for, one after the other, while copies leave too few passages. The first costs nothing
 * extra: each leg nominates that many for a single hit too.
 */
const DEPTHS = [DEFAULT_RETRIEVAL.candidates, 300, 1000] as const;
/** With so many of the passages before it a passage is compared for being nearly the same. */
const COMPARED = 30;
/** Copies differ in their keyword score by no more than this share. */
const SAME_SCORE = 0.05;
/** Texts that share most of their words are nearer than this by any model; it spares comparing the words of others. */
const SAME_MEANING = 0.6;

/** Chunks of one text: the best-ranked, and the others, best first. */
export interface Passage {
  readonly hit: RankedHit;
  readonly copies: readonly RankedHit[];
}

interface Entry {
  readonly hit: RankedHit;
  readonly document: string;
  readonly words: DistinctTerms;
  readonly copies: RankedHit[];
}

/**
 * A ranking with each text and, as long as there are any, each document once: first the best passage of every document,
 * then what else there is. Texts that are equal, or nearly so (an entry of a change log and the change log), are one.
 * Deeper hits only ever follow the ones before, so that a passage has the same place however far a caller reads.
 */
export class PassageList {
  readonly #rank: (depth: number) => Promise<readonly RankedHit[]>;
  readonly #byText = new Map<string, Entry>();
  readonly #entries: Entry[] = [];
  readonly #documents = new Set<string>();
  readonly #seen = new Set<string>();
  /** All passages of a document, best first. */
  readonly #byDocument = new Map<string, Entry[]>();
  #depths: readonly number[] = DEPTHS;

  /** `rank` gives the best `depth` hits, fewer only when there are no more. */
  constructor(rank: (depth: number) => Promise<readonly RankedHit[]>) {
    this.#rank = rank;
  }

  /** Whether there are at least `count` passages; ranks deeper when that is needed to know, to 1,000 hits at most. */
  async reaches(count: number): Promise<boolean> {
    while (this.#entries.length < count) {
      const [depth, ...deeper] = this.#depths;
      if (depth === undefined) return false;
      const hits = await this.#rank(depth);
      this.#add(hits);
      this.#depths = hits.length < depth ? [] : deeper;
    }
    return true;
  }

  /** The passages at `[from, to)`, fewer where the ranking ends. */
  async slice(from: number, to: number): Promise<Passage[]> {
    await this.reaches(to);
    return this.#entries.slice(from, to).map(({ hit, copies }) => ({ hit, copies: [...copies] }));
  }

  /** Further passages of the hit's document, best first, those that are shown themselves left out. */
  others(hit: RankedHit, shown: ReadonlySet<string>): RankedHit[] {
    const entries = this.#byDocument.get(documentOf(hit)) ?? [];
    return entries.map((entry) => entry.hit).filter((other) => !shown.has(other.candidate.chunk.id));
  }

  /** Whether the hit is the best passage of its document. */
  isFirst(hit: RankedHit): boolean {
    return this.#byDocument.get(documentOf(hit))?.[0]?.hit === hit;
  }

  #add(hits: readonly RankedHit[]): void {
    const fresh = hits.flatMap((hit) => this.#newEntry(hit) ?? []);
    const leading = new Set(
      fresh.filter(({ document }) => {
        const isFirst = !this.#documents.has(document);
        this.#documents.add(document);
        return isFirst;
      }),
    );
    this.#entries.push(...leading, ...fresh.filter((entry) => !leading.has(entry)));
  }

  /** The hit as a passage of its own; undefined when it is known, or a copy of one that is. */
  #newEntry(hit: RankedHit): Entry | undefined {
    const { id, text } = hit.candidate.chunk;
    const key = `${hit.collection}\u0000${id}`;
    if (this.#seen.has(key)) return undefined;
    this.#seen.add(key);
    const document = documentOf(hit);
    const entry: Entry = { hit, document, words: new DistinctTerms(hit.candidate.searchText), copies: [] };
    const original = this.#byText.get(text) ?? this.#nearCopyOf(entry);
    if (original !== undefined) {
      original.copies.push(hit);
      return undefined;
    }
    this.#byText.set(text, entry);
    this.#byDocument.set(document, [...(this.#byDocument.get(document) ?? []), entry]);
    return entry;
  }

  #nearCopyOf(entry: Entry): Entry | undefined {
    if (this.#byText.size > COMPARED) return undefined;
    return [...this.#byText.values()].find((other) => isNearCopy(other, entry));
  }
}

/** Nearly the same text in another document, which answers the query as well: texts that differ in what was asked do not. */
function isNearCopy(first: Entry, second: Entry): boolean {
  if (first.document === second.document) return false;
  const [a, b] = [first.hit.keyword?.score ?? 0, second.hit.keyword?.score ?? 0];
  if (Math.abs(a - b) > SAME_SCORE * Math.max(a, b)) return false;
  if (cosine(first.hit.candidate.vector, second.hit.candidate.vector) < SAME_MEANING) return false;
  return isNearlyEqual(first.words, second.words);
}

/** Names the document of a hit in all collections. */
export function documentOf({ collection, candidate }: RankedHit): string {
  return `${collection}\u0000${candidate.chunk.documentId}`;
}
