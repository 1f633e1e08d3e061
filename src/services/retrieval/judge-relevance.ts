import { hitRelevance, listRelevance, READ_RESULTS } from '../../core/ranking/relevance.js';
import { relevanceModelFor } from '../../core/ranking/relevance-model.js';
import { DEFAULT_RETRIEVAL, type RetrievalMode } from '../../core/retrieval/settings.js';
import type { ServiceContext } from '../context.js';
import { evidenceOf } from './evidence.js';
import type { Passage } from './passage-list.js';
import type { RankedHit } from './ranked-hit.js';

/** How likely the results of a search answer. */
export interface ListRelevance {
  /** Chance, 0..1, that one of the first ten results answers; null where nobody knows. */
  readonly chance: number | null;
  /** Whether so few chances are left that the list most likely holds no answer. */
  readonly isDoubtful: boolean;
  /** Why there is no chance; null where there is one. */
  readonly reason: string | null;
  /** Chance of the result at a place, from 0; null where nobody knows. */
  ofResult(at: number, hit: RankedHit): number | null;
}

/** What the chances are read from. */
export interface RelevanceRequest {
  /** The first results of the list, one of each text, whatever page is asked for. */
  readonly first: readonly RankedHit[];
  readonly mode: RetrievalMode;
  /** sha256 of the weights that made the vectors; undefined in keyword mode. */
  readonly revision: string | undefined;
}

const UNKNOWN_MODEL =
  'Relevance was fitted on vectors of the bundled model only, and is not known for those of another one.';

/** Judges a list and its results by what was fitted for this way of searching: see docs/search.md. */
export function judgeRelevance({ first, mode, revision }: RelevanceRequest): ListRelevance {
  if (first.length === 0) return { chance: 0, isDoubtful: false, reason: null, ofResult: () => null };
  const model = relevanceModelFor(mode, revision);
  if (model === undefined) return { chance: null, isDoubtful: false, reason: UNKNOWN_MODEL, ofResult: () => null };
  const documents = new Set<string>();
  const heads = first.filter(
    ({ candidate: { document } }) => !documents.has(document.id) && documents.add(document.id),
  );
  const read = heads.slice(0, READ_RESULTS).map(evidenceOf);
  const chance = listRelevance(model, read);
  return {
    chance,
    isDoubtful: read.length > 0 && chance < model.doubt,
    reason: null,
    ofResult: (at, hit) =>
      at === 0 ? hitRelevance(model, read, 0) : hitRelevance(model, [...read.slice(0, 1), evidenceOf(hit)], 1),
  };
}

/** {@link judgeRelevance} for the first passages of a search in this workspace. */
export async function relevanceOf(
  context: ServiceContext,
  first: readonly Passage[],
  mode: RetrievalMode = DEFAULT_RETRIEVAL.mode,
): Promise<ListRelevance> {
  const isModelAsked = mode !== 'keyword' && first.length > 0;
  const revision = isModelAsked ? (await context.embedder()).fingerprint.revision : undefined;
  return judgeRelevance({ first: first.map(({ hit }) => hit), mode, revision });
}
