import type { Judgments, ScoredDocument } from './judgments.js';
import { rankDocuments } from './rank-documents.js';

/** The grade that stands for a document without a judgment. */
export const UNJUDGED = Number.NEGATIVE_INFINITY;

/** One query's result list as metrics see it: grades by rank, and what there was to find. */
export interface JudgedRanking {
  /** Grade of the document at each rank, best rank first; {@link UNJUDGED} where there is no judgment. */
  readonly grades: readonly number[];
  /** Lowest grade that counts as relevant for binary metrics; 1 unless chosen otherwise. */
  readonly level: number;
  /** Number of documents judged relevant (grade at or above the level), retrieved or not. */
  readonly relevant: number;
  /** Number of documents judged not relevant: grade 0 or more, below the level. */
  readonly nonRelevant: number;
  /** Every grade above 0 among the judgments, largest first. */
  readonly gains: readonly number[];
}

/** Joins a result list with its judgments. `level` is trec_eval's `-l`. */
export function judgeRanking(documents: readonly ScoredDocument[], judgments: Judgments, level = 1): JudgedRanking {
  const known = [...judgments.values()];
  return {
    grades: rankDocuments(documents).map((document) => judgments.get(document.id) ?? UNJUDGED),
    level,
    relevant: known.filter((grade) => grade >= level).length,
    nonRelevant: known.filter((grade) => grade >= 0 && grade < level).length,
    gains: known.filter((grade) => grade > 0).sort((a, b) => b - a),
  };
}

/** How many relevant documents stand among the first `cutoff` ranks. */
export function countRelevant(ranking: JudgedRanking, cutoff: number): number {
  const end = Math.min(cutoff, ranking.grades.length);
  let count = 0;
  for (let i = 0; i < end; i++) if ((ranking.grades[i] ?? UNJUDGED) >= ranking.level) count += 1;
  return count;
}
