import { RERANK_DEPTH, type RetrievalSettings } from '../retrieval/settings.js';

/** Settings to try, with the name that reports call them by. */
export interface CandidateSettings {
  readonly name: string;
  readonly settings: RetrievalSettings;
}

const ALPHAS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const RANK_CONSTANTS = [10, 60];
const DEPTHS = [30, 100, 200];
const DIVERSITIES = [0.1, 0.3];
/** What words in headings add, and how far tests and release notes stand back, times the usual. */
const HEADINGS = [0, 2, 4];
const KINDS = [0, 2];
const RERANK_DEPTHS = [10, 50];

/**
 * The settings that a run tries around those in force, which come first: every mode, weights of the legs, reciprocal ranks, and
 * what changes one thing else (how deep the legs and a reranker look, diversity, what headings and kinds of document count). Each once.
 */
export function candidateSettings(base: RetrievalSettings, options: { readonly rerank: boolean }): CandidateSettings[] {
  const hybrid = { ...base, mode: 'hybrid' as const };
  const all: RetrievalSettings[] = [
    base,
    { ...base, mode: 'keyword' },
    { ...base, mode: 'vector' },
    ...ALPHAS.map((alpha): RetrievalSettings => ({ ...hybrid, blend: 'convex', alpha })),
    ...RANK_CONSTANTS.map((rankConstant): RetrievalSettings => ({ ...hybrid, blend: 'rrf', rankConstant })),
    ...DEPTHS.map((candidates) => ({ ...base, candidates })),
    ...DIVERSITIES.map((diversity) => ({ ...base, diversity })),
    ...HEADINGS.map((headings) => ({ ...base, headings })),
    ...KINDS.map((kinds) => ({ ...base, kinds })),
    ...(options.rerank ? [{ ...base, rerank: !base.rerank }] : []),
    ...(options.rerank ? RERANK_DEPTHS.map((rerankDepth) => ({ ...base, rerank: true, rerankDepth })) : []),
  ];
  const named = new Map<string, CandidateSettings>();
  for (const settings of all) {
    const key = keyOf(settings);
    if (!named.has(key))
      named.set(key, { name: named.size === 0 ? 'in force' : nameSettings(settings, base), settings });
  }
  return [...named.values()];
}

/** What decides the order of hits: in a mode of one leg the blend does not. */
function keyOf(settings: RetrievalSettings): string {
  const { mode, blend, alpha, rankConstant, ...rest } = settings;
  const legs = mode !== 'hybrid' ? [mode] : blend === 'rrf' ? [mode, blend, rankConstant] : [mode, blend, alpha];
  return JSON.stringify([legs, rest]);
}

/** What differs from the base, in words. */
export function nameSettings(settings: RetrievalSettings, base: RetrievalSettings): string {
  const { mode, blend, alpha, rankConstant, candidates, rerank, diversity, rerankDepth, headings, kinds } = settings;
  const legs = mode !== 'hybrid' ? mode : blend === 'rrf' ? `hybrid rrf ${rankConstant}` : `hybrid alpha ${alpha}`;
  const others = [
    candidates === base.candidates ? '' : `candidates ${candidates}`,
    rerank === base.rerank ? '' : rerank ? 'reranked' : 'not reranked',
    diversity === base.diversity ? '' : `diversity ${diversity}`,
    rerankDepth === base.rerankDepth ? '' : `${rerankDepth ?? RERANK_DEPTH} deep`,
    headings === base.headings ? '' : `headings ${headings ?? 1} times`,
    kinds === base.kinds ? '' : `kinds ${kinds ?? 1} times`,
  ];
  return [legs, ...others].filter((part) => part !== '').join(', ');
}
