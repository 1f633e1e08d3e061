/** Share of different terms that two texts must have in common (Jaccard) to say the same. */
const SHARED = 0.85;
/** Shorter texts differ by the word that matters. */
const FEWEST_TERMS = 25;

/** A text as terms between blanks, of which the different ones are read once, when they are needed. */
export class DistinctTerms {
  readonly #text: string;
  #terms: ReadonlySet<string> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Characters of the text. */
  get length(): number {
    return this.#text.length;
  }

  get terms(): ReadonlySet<string> {
    this.#terms ??= new Set(this.#text.split(/\s+/));
    return this.#terms;
  }
}

/** Whether two texts hold nearly the same terms. */
export function isNearlyEqual(first: DistinctTerms, second: DistinctTerms): boolean {
  const [shorter, longer] = first.length < second.length ? [first, second] : [second, first];
  if (shorter.length < longer.length * SHARED * SHARED) return false;
  const [a, b] = [shorter.terms, longer.terms];
  if (a.size < FEWEST_TERMS || Math.min(a.size, b.size) < Math.max(a.size, b.size) * SHARED) return false;
  let common = 0;
  for (const term of a) if (b.has(term)) common += 1;
  return common >= SHARED * (a.size + b.size - common);
}
