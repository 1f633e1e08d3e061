import type { Embedder } from '../../core/ports.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import type { AdapterExample } from '../../core/training/fit-adapter.js';
import type { QueryAdapter } from '../../core/training/query-adapter.js';
import type { Collection, JsonValue } from '../../core/types.js';
import type { Question, QuestionSet } from './question-set.js';

/** One way to search: settings, and a learned map on the query's vector. */
export interface SearchWay {
  readonly settings: RetrievalSettings;
  readonly map: QueryMap | undefined;
  /** Another model than the one in use. */
  readonly model?: OtherModel | undefined;
}

/** A model with copies of collections that are embedded by it. */
export interface OtherModel {
  readonly embedder: Embedder;
  /** The collections embedded by it, in their order; built when first asked for. */
  copiesOf(collections: readonly Collection[]): Promise<Collection[]>;
}

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
  /** Folds of the tuning half in which candidates are compared; 0 takes the second candidate as it is. */
  readonly innerFolds: number;
  /** Fits candidates to the questions at these places, and to nothing else of the set. Seeded. */
  fit(candidates: readonly Candidate[], places: readonly number[]): Promise<Fitted[]>;
  /** Keeps what was fitted with this hash where promotion finds it, for kinds whose records do not hold it. */
  keep?(hash: string): Promise<void>;
  /** Drops all that was made and not kept, for kinds that make anything. */
  discard?(): Promise<void>;
}

/** Scores questions under several ways to search. */
export interface Scorer {
  /** One column per way, a row per question. `onEach` hears of every question that is done. */
  score(
    set: Pick<QuestionSet, 'collections'>,
    work: { readonly questions: readonly Question[]; readonly ways: readonly SearchWay[] },
    run: { readonly signal: AbortSignal; readonly onEach: () => void },
  ): Promise<Float64Array[]>;
}

/** Keeps finished parts of a run. */
export interface PartStore {
  /** A part that was finished before; undefined when it was not, or on other data. */
  part(run: string, name: string, version: string): Promise<JsonValue | undefined>;
  /** Keeps a part, so that it is not done again. */
  putPart(run: string, name: string, part: { readonly version: string; readonly content: JsonValue }): Promise<void>;
}

/** Gives what a map is fitted to. */
export interface ExampleSource {
  /** Of the questions at these places, those whose answers have vectors. */
  of(places: readonly number[]): Promise<AdapterExample[]>;
}
