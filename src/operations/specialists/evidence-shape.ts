import { z } from 'zod';
import { type Evidence, recommend } from '../../core/specialists/evidence.js';

const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() });

/** Output: what is known of how good a specialist is. */
export const evidenceShape = z.object({
  documents: z.number(),
  suites: z.array(
    z.object({
      suite: z.string(),
      run: z.string(),
      at: z.string(),
      queries: z.number(),
      metrics: z.record(z.string(), interval),
      isOutdated: z.boolean(),
    }),
  ),
  unrun: z.array(z.string()),
  /** Why the learned parts are in force. */
  proofs: z.array(z.object({ run: z.string(), text: z.string() })),
  /** Searches of the log; null where it is off. */
  searches: z.number().nullable(),
  gaps: z.array(z.object({ query: z.string(), times: z.number(), last: z.string() })),
  /** Null while too few searches are known. */
  neverFound: z.array(z.object({ id: z.string(), title: z.string(), collection: z.string() })).nullable(),
  thin: z.array(z.object({ category: z.string(), documents: z.number() })),
  stale: z.array(
    z.object({ id: z.string(), uri: z.string(), syncedAt: z.string().nullable(), days: z.number().nullable() }),
  ),
  recommendations: z.array(z.object({ action: z.string(), because: z.array(z.string()) })),
});

/** Evidence in the shape of {@link evidenceShape}. */
export function toEvidenceShape(evidence: Evidence): z.output<typeof evidenceShape> {
  const { documents, suites, unrun, proofs, searches, gaps, neverFound, thin, stale } = evidence;
  return {
    documents,
    searches,
    unrun: [...unrun],
    proofs: [...proofs],
    suites: suites.map((suite) => ({ ...suite, metrics: { ...suite.metrics } })),
    gaps: [...gaps],
    neverFound: neverFound === null ? null : [...neverFound],
    thin: [...thin],
    stale: [...stale],
    recommendations: recommend(evidence).map(({ action, because }) => ({ action, because: [...because] })),
  };
}

/** Evidence for people, a line each. */
export function evidenceLines(evidence: z.output<typeof evidenceShape>): string[] {
  const { documents, suites, proofs, searches, gaps, neverFound, recommendations } = evidence;
  const log =
    searches === null ? 'the query log is off' : `${searches} searches, ${gaps.length} queries with nothing relevant`;
  const found =
    neverFound === null ? 'too few searches to tell what is never found' : `${neverFound.length} documents never found`;
  return [
    `   knows ${documents} documents; ${log}; ${found}`,
    ...proofs.map(({ run, text }) => `   in force by ${run}: ${text}`),
    ...suites.map(({ suite, run, queries, metrics, isOutdated }) => {
      const scores = Object.entries(metrics)
        .slice(0, 3)
        .map(([name, { mean, low, high }]) => `${name} ${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`);
      return `   suite ${suite} (${queries} queries, ${run}${isOutdated ? ', of before its last change' : ''}): ${scores.join(', ')}`;
    }),
    ...recommendations.map(({ action, because }) => `   -> ${action} Because of: ${because.join('; ')}`),
  ];
}
