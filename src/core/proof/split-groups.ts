import { createRandom } from '../statistics/random.js';

/**
 * Divides questions into folds by whole groups: the largest group goes first, always into the fold that has the fewest
 * questions; equals in an order that the seed decides. Gives the fold of each question.
 *
 * @param groups the group of each question, see `groupQuestions`
 */
export function splitGroups(groups: readonly number[], folds: number, seed: number): number[] {
  const random = createRandom(seed);
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const order = [...sizes]
    .map(([group, size]) => ({ group, size, key: random() }))
    .sort((a, b) => b.size - a.size || a.key - b.key);
  const filled = new Array<number>(folds).fill(0);
  const foldOf = new Map<number, number>();
  for (const { group, size } of order) {
    const fold = filled.indexOf(Math.min(...filled));
    foldOf.set(group, fold);
    filled[fold] = (filled[fold] ?? 0) + size;
  }
  return groups.map((group) => foldOf.get(group) ?? 0);
}
