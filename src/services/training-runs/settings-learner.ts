import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import { candidateSettings } from '../../core/training-runs/candidate-settings.js';
import type { Candidate, Fitted, Learner } from './learner.js';

/** Compares settings of search: there is nothing to fit, only to choose. */
export class SettingsLearner implements Learner {
  readonly candidates: readonly Candidate[];
  readonly pairs = 0;
  readonly innerFolds = 5;
  readonly #map: QueryMap | undefined;

  /** @param inForce settings and query map that are searched with now */
  constructor(
    inForce: { readonly settings: RetrievalSettings; readonly map: QueryMap | undefined },
    options: { readonly rerank: boolean },
  ) {
    this.candidates = candidateSettings(inForce.settings, options).map((candidate) => ({ ...candidate, fit: 0 }));
    this.#map = inForce.map;
  }

  async fit(candidates: readonly Candidate[]): Promise<Fitted[]> {
    return candidates.map(({ settings }) => ({ settings, map: this.#map, hash: '', adapter: undefined }));
  }
}
