import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import { type AdapterExample, fitAdapter } from '../../core/training/fit-adapter.js';
import { adapterHash, applyAdapter, type QueryAdapter } from '../../core/training/query-adapter.js';
import { ADAPTER_RECIPES, candidateAdapters } from '../../core/training-runs/candidate-adapters.js';
import type { EmbeddingFingerprint } from '../../core/types.js';
import type { ExampleMaker } from './adapter-examples.js';
import type { Candidate, Fitted, Learner } from './learner.js';

/** What is in force, which has no recipe. */
const IN_FORCE = -1;

/** What a map is learned from. */
export interface AdapterParts {
  readonly inForce: { readonly settings: RetrievalSettings; readonly map: QueryMap | undefined };
  readonly examples: ExampleMaker;
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
    const fits = new Map<number, { map: QueryMap; adapter: QueryAdapter }>();
    return candidates.map(({ settings, fit }) => {
      if (fit === IN_FORCE) return { settings, map: this.#parts.inForce.map, hash: '', adapter: undefined };
      const known = fits.get(fit) ?? this.#fit(fit, examples);
      fits.set(fit, known);
      return { settings, map: known.map, hash: adapterHash(known.adapter), adapter: known.adapter };
    });
  }

  #fit(fit: number, examples: readonly AdapterExample[]): { map: QueryMap; adapter: QueryAdapter } {
    const recipe = ADAPTER_RECIPES[fit] ?? { form: 'diagonal', ridge: 1, strength: 0 };
    const adapter = fitAdapter(examples, recipe);
    return { adapter, map: toQueryMap('', adapter, this.#parts.space) };
  }
}

/** A map as searches use it. */
export function toQueryMap(id: string, adapter: QueryAdapter, space: EmbeddingFingerprint): QueryMap {
  return { id, space, apply: (vector) => applyAdapter(vector, adapter) };
}
