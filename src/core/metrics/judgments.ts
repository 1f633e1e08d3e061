/** Grades of one query by document id. 1 and above is relevant, 0 is judged not relevant, below 0 is in the pool but not judged. */
export type Judgments = ReadonlyMap<string, number>;

/** Relevance judgments by query id. */
export type Qrels = ReadonlyMap<string, Judgments>;

/** A retrieved document. */
export interface ScoredDocument {
  readonly id: string;
  /** Larger is better; any finite scale. */
  readonly score: number;
}

/** What a system retrieved, by query id; the order within a query does not matter. */
export type RunResults = ReadonlyMap<string, readonly ScoredDocument[]>;
