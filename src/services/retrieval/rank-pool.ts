import { type AskedForm, askedForm } from '../../core/ranking/asked-form.js';
import { blend, compareIds } from '../../core/ranking/blend.js';
import { knownShare, mergeStatistics, type TermWeights, weighTerms } from '../../core/ranking/bm25.js';
import { dot } from '../../core/ranking/cosine.js';
import { documentEvidence } from '../../core/ranking/document-evidence.js';
import { documentKind } from '../../core/ranking/document-kind.js';
import { isAdmitted, type PassageScore, scorePassage } from '../../core/ranking/passage-score.js';
import { PassageReader } from '../../core/ranking/read-passage.js';
import type { RetrievalMode, RetrievalSettings } from '../../core/retrieval/settings.js';
import { headingsOf } from '../../core/text/heading-path.js';
import { matchName, type NameMatch } from '../../core/text/names.js';
import type { ParsedQuery } from '../../core/text/query.js';
import { innerNames, wholeNames } from '../../core/text/typed-names.js';
import type { CollectionPool, Nominee } from './nomination.js';
import type { RankedHit } from './ranked-hit.js';

/** Terms of a usual chunk, for each token that chunks of the collection may hold. */
const TERMS_PER_TOKEN = 0.32;

/** What names and numbers take from the weight of meaning, where a query is nothing else: models know little of them. */
const NAME_SHARE_CUT = 0.6;

/** What the pool is ranked for. */
export interface PoolRequest {
  readonly query: ParsedQuery;
  readonly settings: RetrievalSettings;
  readonly vector: Float32Array | undefined;
}

/** A nominee with what each leg says of it. */
export interface Scored {
  readonly nominee: Nominee;
  readonly similarity: number | null;
  readonly words: PassageScore;
}

/**
 * Ranks what all collections nominated, as if they were one: terms are weighed by the statistics of all of them, every
 * nominee is scored by both legs whichever nominated it, and no score depends on what else is in the pool.
 */
export function rankPool(pools: readonly CollectionPool[], request: PoolRequest): RankedHit[] {
  const { query, vector, settings } = request;
  return orderPool(readPool(pools, { query, vector, mode: settings.mode }), request);
}

/** A pool of which everything is read that does not depend on how the legs are blended. */
export interface ReadPool {
  readonly scored: readonly Scored[];
  readonly known: number | null;
}

/** Scores every nominee by both legs: the costly part of {@link rankPool}, the same for all settings of a mode. */
export function readPool(
  pools: readonly CollectionPool[],
  { query, vector, mode }: Omit<PoolRequest, 'settings'> & { readonly mode: RetrievalMode },
): ReadPool {
  const statistics = mergeStatistics(pools.map((pool) => pool.statistics));
  const weights = weighTerms(query.terms, statistics);
  const known = mode === 'vector' ? null : knownShare(query.terms, statistics);
  const asked = {
    query,
    vector,
    weights,
    reader: new PassageReader(query, weights),
    innerNames: innerNames(query.text),
    askedForm: askedForm(query),
  };
  const scored = pools.flatMap((pool) => pool.nominees.flatMap((nominee) => score(nominee, asked) ?? []));
  return { scored, known };
}

/** Blends and orders what was read: the cheap part of {@link rankPool}. */
export function orderPool({ scored, known }: ReadPool, request: Pick<PoolRequest, 'query' | 'settings'>): RankedHit[] {
  const fused = fuse(scored, request);
  const own = scored.map((item) => ownScore(item, fused.get(item.nominee.key) ?? 0, request.settings));
  const evidence = documentEvidence(
    scored.map(({ nominee }, at) => ({
      documentId: documentKey(nominee),
      isWhole: nominee.candidate.document.chunkCount === 1,
      score: own[at] ?? 0,
    })),
  );
  const hits = scored.map((item, at) => {
    const document = evidence.get(documentKey(item.nominee)) ?? 0;
    return { key: item.nominee.key, hit: toHit(item, { own: own[at] ?? 0, document, known }) };
  });
  return hits.sort((a, b) => b.hit.fused - a.hit.fused || compareIds(a.key, b.key)).map(({ hit }) => hit);
}

function documentKey({ collection, candidate }: Nominee): string {
  return `${collection.name}\u0000${candidate.chunk.documentId}`;
}

/** The request with what is read from it once for all nominees. */
interface Asked extends Omit<PoolRequest, 'settings'> {
  readonly weights: TermWeights;
  readonly reader: PassageReader;
  readonly innerNames: readonly string[];
  readonly askedForm: AskedForm;
}

function score(nominee: Nominee, asked: Asked): Scored | undefined {
  const { query, vector, weights } = asked;
  if (!isAdmitted(nominee.searchText, query)) return undefined;
  const { chunk, document, similarity } = nominee.candidate;
  const { title, format, uri } = document;
  const headingPath = headingsOf(chunk.headingPath);
  const words = scorePassage(asked.reader.read(nominee.searchText), {
    query,
    weights,
    pivotLength: nominee.collection.sizing.maxTokens * TERMS_PER_TOKEN,
    kind: documentKind({ path: uri, title, format, headingPath }),
    isProgram: format === 'code',
    askedForm: asked.askedForm,
    heading: headingPath.at(-1) ?? title,
    name: nameOf(nominee, asked),
  });
  if (vector === undefined) return { nominee, similarity: null, words };
  return { nominee, similarity: similarity ?? dot(vector, nominee.candidate.vector), words };
}

function nameOf({ nameTerms }: Nominee, { query, innerNames }: Asked): { whole: NameMatch; inner: NameMatch } {
  if (nameTerms.size === 0) return { whole: 'none', inner: 'none' };
  return { whole: bestMatch(wholeNames(query.text), nameTerms), inner: bestMatch(innerNames, nameTerms, CLEAR) };
}

const CLEAR: readonly NameMatch[] = ['spelled', 'called'];
const ANY: readonly NameMatch[] = [...CLEAR, 'folder'];

function bestMatch(names: readonly string[], nameTerms: ReadonlySet<string>, wanted = ANY): NameMatch {
  const matches = names.map((name) => matchName(name, nameTerms));
  return wanted.find((match) => matches.includes(match)) ?? 'none';
}

/** In a single-leg mode the leg's own score is the order; in hybrid mode the blend is. */
function fuse(scored: readonly Scored[], { settings, query }: Pick<PoolRequest, 'query' | 'settings'>) {
  const { mode, blend: method, alpha, rankConstant } = settings;
  const legs = scored.map(({ nominee, similarity, words }) => ({
    id: nominee.key,
    vector: similarity === null ? null : Math.max(0, similarity),
    keyword: words.keyword,
  }));
  const weight = mode === 'vector' ? 1 : mode === 'keyword' ? 0 : alpha * (1 - NAME_SHARE_CUT * query.nameShare);
  const blended = blend(legs, { method: mode === 'hybrid' ? method : 'convex', alpha: weight, rankConstant });
  return new Map(blended.map(({ id, fused }) => [id, fused]));
}

function ownScore({ words }: Scored, fused: number, { headings = 1, kinds = 1 }: RetrievalSettings): number {
  const kind = kinds === 1 ? words.kind : words.kind ** kinds;
  return (fused + words.heading * headings + words.order + words.name) * kind * words.form;
}

function toHit(
  { nominee, similarity, words }: Scored,
  { own, document, known }: { own: number; document: number; known: number | null },
): RankedHit {
  const { candidate, collection, vectorRank, keywordRank } = nominee;
  return {
    candidate,
    collection: collection.name,
    fused: own + document,
    vector: similarity === null ? null : { score: similarity, rank: vectorRank },
    keyword: words.bm25 === null ? null : { score: words.bm25, rank: keywordRank },
    parts: {
      heading: words.heading,
      order: words.order,
      name: words.name,
      document,
      kind: words.kind,
      form: words.form,
    },
    words: known === null ? null : { share: (words.keyword ?? 0) * known, coverage: words.coverage * known },
    nameTerms: nominee.nameTerms,
    reranked: null,
  };
}
