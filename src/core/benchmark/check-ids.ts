import type { Qrels, RunResults } from '../metrics/judgments.js';
import { rankDocuments } from '../metrics/rank-documents.js';

/** Below this share of judged documents among the first ten, low scores may only mean missing judgments. */
const LOW_JUDGED = 0.5;

/** Loud remarks on a run that does not fit its judgments; empty when all is well. */
export function checkIds(run: RunResults, qrels: Qrels, options: { readonly complete: boolean }): string[] {
  const warnings: string[] = [];
  const shared = [...run.keys()].filter((query) => qrels.has(query));
  if (shared.length === 0) {
    return [
      `No query of the run is judged: every score is 0. The run has ids like ${sample(run.keys())}, the judgments ids like ${sample(qrels.keys())}.`,
    ];
  }
  const missing = [...qrels.keys()].filter((query) => !run.has(query));
  if (missing.length > 0) {
    const effect = options.complete ? 'counted as 0' : 'left out of the means (as trec_eval does without -c)';
    warnings.push(
      `${missing.length} of ${qrels.size} judged queries are missing from the run (${sample(missing)}); they are ${effect}.`,
    );
  }
  const extra = [...run.keys()].filter((query) => !qrels.has(query));
  if (extra.length > 0)
    warnings.push(`${extra.length} queries of the run have no judgments (${sample(extra)}); they are left out.`);
  warnings.push(...checkDocuments(run, qrels, shared));
  return warnings;
}

function checkDocuments(run: RunResults, qrels: Qrels, shared: readonly string[]): string[] {
  let known = 0;
  let seen = 0;
  let anywhere = 0;
  for (const query of shared) {
    const documents = run.get(query) ?? [];
    const judgments = qrels.get(query);
    const top = rankDocuments(documents).slice(0, 10);
    seen += top.length;
    known += top.filter((document) => judgments?.has(document.id) === true).length;
    if (documents.some((document) => judgments?.has(document.id) === true)) anywhere += 1;
  }
  if (anywhere === 0) {
    const [query = ''] = shared;
    return [
      `No document of the run is judged: the ids do not match. The run has ids like ${sample((run.get(query) ?? []).map((document) => document.id))}, the judgments ids like ${sample(qrels.get(query)?.keys() ?? [])}.`,
    ];
  }
  const share = seen === 0 ? 0 : known / seen;
  if (share >= LOW_JUDGED) return [];
  return [
    'Fewer than half of the first ten documents are judged (judged@10 tells how many); unjudged ones count as not relevant, so scores are a lower bound.',
  ];
}

function sample(ids: Iterable<string>): string {
  const first: string[] = [];
  for (const id of ids) {
    if (first.length === 3) break;
    first.push(JSON.stringify(id.slice(0, 60)));
  }
  return first.join(', ');
}
