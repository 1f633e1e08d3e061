import { BENCHMARK_RETRIEVAL, type RetrievalSettings } from '../retrieval/settings.js';
import type { ChunkSizing } from '../types.js';

/**
 * Short name of a configuration: its mode, then what differs from the defaults (`hybrid alpha=0.5 maxTokens=128`).
 * Settings without influence on the mode are left out.
 */
export function nameRun(settings: RetrievalSettings, sizing?: Partial<ChunkSizing>): string {
  const parts: string[] = [settings.mode];
  const add = (name: string, value: unknown, usual: unknown): void => {
    if (value !== undefined && value !== usual) parts.push(`${name}=${String(value)}`);
  };
  if (settings.mode === 'hybrid') {
    add('blend', settings.blend, BENCHMARK_RETRIEVAL.blend);
    if (settings.blend === 'convex') add('alpha', settings.alpha, BENCHMARK_RETRIEVAL.alpha);
    else add('rankConstant', settings.rankConstant, BENCHMARK_RETRIEVAL.rankConstant);
  }
  add('candidates', settings.candidates, BENCHMARK_RETRIEVAL.candidates);
  add('rerank', settings.rerank, BENCHMARK_RETRIEVAL.rerank);
  add('diversity', settings.diversity, BENCHMARK_RETRIEVAL.diversity);
  add('rerankDepth', settings.rerankDepth, undefined);
  add('headings', settings.headings, undefined);
  add('kinds', settings.kinds, undefined);
  add('maxTokens', sizing?.maxTokens, undefined);
  return parts.join(' ');
}
