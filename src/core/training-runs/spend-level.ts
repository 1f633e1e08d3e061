import type { TrainingRecipe } from './training-run.js';

/**
 * The share of its level that a run may use. The first on a suite has all of it; those after it share as much again, however
 * many they become: 1/2, 1/6, 1/12, ... (a sum of 1). So a specialist that is tuned again and again on the same questions is
 * wrongly promoted with twice the chance of a single run at most, in all its life (Bonferroni, with unequal weights).
 */
export function levelShare(earlier: number): number {
  return earlier === 0 ? 1 : 1 / (earlier * (earlier + 1));
}

/** A proof as far as it decides what others may use of the level. */
export interface OrderedProof {
  readonly recipe: TrainingRecipe;
  /** Empty before it came to an end. */
  readonly dataVersion: string;
  /** What was counted for it; undefined before it came to an end. */
  readonly earlier: number | undefined;
}

/**
 * How many other proofs of the same specialist on the same suite were ordered before. The same recipe on the same data is the
 * same proof, and counts as it did the first time.
 *
 * @param before all that were ordered before
 */
export function countEarlier(before: readonly OrderedProof[], own: Omit<OrderedProof, 'earlier'>): number {
  const { specialist, suite } = own.recipe;
  const family = before.filter(({ recipe }) => recipe.specialist === specialist && recipe.suite === suite);
  const same = family.find((other) => other.earlier !== undefined && keyOf(other) === keyOf(own));
  if (same?.earlier !== undefined) return same.earlier;
  const ended = family.filter(({ earlier }) => earlier !== undefined);
  const open = family.filter(({ earlier, recipe }) => earlier === undefined && textOf(recipe) !== textOf(own.recipe));
  return new Set(ended.map(keyOf)).size + open.length;
}

function keyOf({ recipe, dataVersion }: Pick<OrderedProof, 'recipe' | 'dataVersion'>): string {
  return `${dataVersion} ${textOf(recipe)}`;
}

function textOf({ base, ...rest }: TrainingRecipe): string {
  return JSON.stringify([rest, Object.entries(base).sort()]);
}
