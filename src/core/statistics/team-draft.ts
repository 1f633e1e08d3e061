import { createRandom } from './random.js';

/** One of two rankings. */
export type Team = 'a' | 'b';

/** A result of an interleaved list, and whose pick it was; of `both` where the rankings begin alike. */
export interface DraftedResult {
  readonly id: string;
  readonly team: Team | 'both';
}

/**
 * Team-draft interleaving (Radlinski, Kurup and Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008):
 * both rankings pick in turn the best result that is not on the list yet; who picks first in a round is drawn. Where both rank
 * alike, neither is favoured, whatever positions are looked at most. What both begin with is nobody's pick: credit for it would
 * be a coin that is tossed (Chapelle, Joachims, Radlinski and Yue, "Large-scale validation and analysis of interleaved search
 * evaluation", TOIS 30, 2012, section 4).
 */
export function draftTeams(
  a: readonly string[],
  b: readonly string[],
  how: { seed: number; length: number },
): DraftedResult[] {
  const random = createRandom(how.seed);
  const shared = a.findIndex((id, at) => id !== b[at]);
  const alike = a.slice(0, shared === -1 ? a.length : shared).slice(0, how.length);
  const drafted: DraftedResult[] = alike.map((id) => ({ id, team: 'both' }));
  const taken = new Set(alike);
  const next = (ranking: readonly string[]): string | undefined => ranking.find((id) => !taken.has(id));
  while (drafted.length < how.length && (next(a) ?? next(b)) !== undefined) {
    const order: readonly Team[] = random() < 0.5 ? ['a', 'b'] : ['b', 'a'];
    for (const team of order) {
      const id = next(team === 'a' ? a : b);
      if (id === undefined || drafted.length >= how.length) continue;
      taken.add(id);
      drafted.push({ id, team });
    }
  }
  return drafted;
}

/** Who won one interleaved list: the team of which more results were used; `tie` where neither. */
export function creditTeams(drafted: readonly DraftedResult[], used: readonly string[]): Team | 'tie' {
  const count = (team: Team): number => drafted.filter((one) => one.team === team && used.includes(one.id)).length;
  const [a, b] = [count('a'), count('b')];
  return a === b ? 'tie' : a > b ? 'a' : 'b';
}
