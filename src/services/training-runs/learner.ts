import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryAdapter } from '../../core/training/query-adapter.js';
import type { SearchWay } from './score-questions.js';

/** Something that a run may learn: how it would search, once it is fitted. */
export interface Candidate {
  readonly name: string;
  readonly settings: RetrievalSettings;
  /** Numbers the way it is fitted; candidates of one number share a fit. */
  readonly fit: number;
}

/** A candidate fitted to questions. */
export interface Fitted extends SearchWay {
  /** sha256 of what was fitted; empty where nothing is. */
  readonly hash: string;
  /** The map, where one was fitted. */
  readonly adapter: QueryAdapter | undefined;
}

/** One kind of learning. */
export interface Learner {
  /** What is in force comes first. */
  readonly candidates: readonly Candidate[];
  /** Pairs that are learned from besides questions. */
  readonly pairs: number;
  /** Folds of the tuning half in which candidates are compared. */
  readonly innerFolds: number;
  /** Fits candidates to the questions at these places, and to nothing else of the set. Seeded. */
  fit(candidates: readonly Candidate[], places: readonly number[]): Promise<Fitted[]>;
}
