import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import { type AdapterExample, fitAdapter, withStrength } from '../../core/training/fit-adapter.js';
import { adapterHash, applyAdapter, type QueryAdapter } from '../../core/training/query-adapter.js';
import { ADAPTER_RECIPES, candidateAdapters } from '../../core/training-runs/candidate-adapters.js';
import type { EmbeddingFingerprint } from '../../core/types.js';
import type { Candidate, ExampleSource, Fitted, Learner } from './learner.js';

/** What is in force, which has no recipe. */
const IN_FORCE = -1;

/** What a map is learned from. */
export interface AdapterParts {
  readonly inForce: { readonly settings: RetrievalSettings; readonly map: QueryMap | undefined };
  readonly examples: ExampleSource;
  /** Learned from in every fold: they hold no question of the set. */
  readonly pairs: readonly AdapterExample[];
  /** Space of the vectors. */
  readonly space: EmbeddingFingerprint;
}

/** Learns a map on query vectors from judged questions, and weighs the legs anew. */
export class AdapterLearner implements Learner {
  readonly candidates: readonly Candidate[];
  readonly pairs: number;
  readonly innerFolds = 3;
  readonly #parts: AdapterParts;

  constructor(parts: AdapterParts) {
    const { settings } = parts.inForce;
    this.#parts = parts;
    this.pairs = parts.pairs.length;
    this.candidates = [
      { name: 'in force', settings, fit: IN_FORCE },
      ...candidateAdapters(settings).map((candidate) => ({ ...candidate, fit: candidate.recipe })),
    ];
  }

  async fit(candidates: readonly Candidate[], places: readonly number[]): Promise<Fitted[]> {
    const examples = [...(await this.#parts.examples.of(places)), ...this.#parts.pairs];
    const whole = new Map<string, QueryAdapter>();
    const fitted = new Map<number, Pick<Fitted, 'map' | 'hash' | 'adapter'>>();
    return candidates.map(({ settings, fit }) => {
      const recipe = ADAPTER_RECIPES[fit];
      if (recipe === undefined) return { settings, map: this.#parts.inForce.map, hash: '', adapter: undefined };
      // Strengths share their fit, and settings the map.
      const key = `${recipe.form} ${recipe.ridge}`;
      const full = whole.get(key) ?? fitAdapter(examples, recipe);
      whole.set(key, full);
      const known = fitted.get(fit) ?? this.#toFitted(withStrength(full, recipe.strength));
      fitted.set(fit, known);
      return { settings, ...known };
    });
  }

  #toFitted(adapter: QueryAdapter): Pick<Fitted, 'map' | 'hash' | 'adapter'> {
    const map: QueryMap = { id: '', space: this.#parts.space, apply: (vector) => applyAdapter(vector, adapter) };
    return { map, hash: adapterHash(adapter), adapter };
  }
}
