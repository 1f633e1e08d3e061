import { judgeRanking, UNJUDGED } from '../metrics/judged-ranking.js';
import type { Qrels, RunResults } from '../metrics/judgments.js';

/** Points of the interpolated precision-recall curve. */
const RECALL_LEVELS = Array.from({ length: 11 }, (_, i) => i / 10);

/** Curves of one run, averaged over its judged queries that have an answer. */
export interface RunCurves {
  readonly name: string;
  /** Recall after ranks 1, 2, 3, ... */
  readonly recall: readonly number[];
  /** Interpolated precision at recall 0, 0.1, ..., 1. */
  readonly precision: readonly number[];
}

/** Recall by rank and interpolated precision by recall. `depth` ranks are looked at. */
export function drawCurves(name: string, results: RunResults, qrels: Qrels, depth: number): RunCurves {
  const recall = new Array<number>(depth).fill(0);
  const precision = new Array<number>(RECALL_LEVELS.length).fill(0);
  let queries = 0;
  for (const [query, judgments] of qrels) {
    const { grades, level, relevant } = judgeRanking(results.get(query) ?? [], judgments);
    if (relevant === 0) continue;
    queries += 1;
    const hits: number[] = [];
    for (let rank = 0; rank < depth; rank++) {
      if ((grades[rank] ?? UNJUDGED) >= level) hits.push(rank + 1);
      recall[rank] = (recall[rank] ?? 0) + hits.length / relevant;
    }
    RECALL_LEVELS.forEach((wanted, i) => {
      const needed = Math.max(1, Math.ceil(wanted * relevant - 1e-9));
      const reached = hits.slice(needed - 1).map((rank, at) => (needed + at) / rank);
      precision[i] = (precision[i] ?? 0) + (reached.length === 0 ? 0 : Math.max(...reached));
    });
  }
  const average = (sum: number): number => (queries === 0 ? 0 : sum / queries);
  return { name, recall: recall.map(average), precision: precision.map(average) };
}
