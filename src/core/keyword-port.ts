/** What the keyword leg is asked, in terms as core/text makes them for text and query alike. */
export interface KeywordQuery {
  /** Terms to score by; one that is repeated counts as often. None find nothing. */
  readonly terms: readonly string[];
  /** Terms that a chunk must hold. */
  readonly required?: readonly string[];
  /** Terms that it must not hold. */
  readonly excluded?: readonly string[];
}

/** How common terms are in a body of chunks. */
export interface TermStatistics {
  /** Number of chunks. */
  readonly chunks: number;
  /** In how many of them each term occurs; 0 for an unknown one. */
  readonly documentFrequency: ReadonlyMap<string, number>;
}
