import type { RetrievalSettings } from '../retrieval/settings.js';
import type { AdapterRecipe } from '../training/fit-adapter.js';
import { nameSettings } from './candidate-settings.js';

/** Maps that are fitted, and how far each goes along what was fitted; 1 for all the way. */
export const ADAPTER_RECIPES: readonly (AdapterRecipe & { readonly strength: number })[] = [
  ...[0.1, 1].flatMap((ridge) => [0.5, 1, 2].map((strength) => ({ form: 'low-rank' as const, ridge, strength }))),
  ...[1, 10].map((ridge) => ({ form: 'diagonal' as const, ridge, strength: 1 })),
];

/** How much more the vector leg may weigh once it is better; less never paid. */
const ALPHA_STEPS = [0, 0.2, 0.4];

/** A map with the settings that it is searched with. */
export interface CandidateAdapter {
  readonly name: string;
  /** Place among {@link ADAPTER_RECIPES}. */
  readonly recipe: number;
  readonly settings: RetrievalSettings;
}

/** Every map under the settings in force, and with more weight on the vector leg where a weight decides. */
export function candidateAdapters(base: RetrievalSettings): CandidateAdapter[] {
  const isWeighed = base.mode === 'hybrid' && base.blend === 'convex';
  const alphas = isWeighed
    ? ALPHA_STEPS.map((step) => Math.min(0.9, Math.round((base.alpha + step) * 100) / 100))
    : [base.alpha];
  // Words alone are searched without a vector: a map needs one.
  const usable = base.mode === 'keyword' ? { ...base, mode: 'hybrid' as const } : base;
  return ADAPTER_RECIPES.flatMap(({ form, ridge, strength }, recipe) =>
    [...new Set(alphas)].map((alpha) => {
      const settings = { ...usable, alpha };
      const legs = nameSettings(settings, base);
      return { name: `${form} ridge ${ridge} strength ${strength}, ${legs}`, recipe, settings };
    }),
  );
}
