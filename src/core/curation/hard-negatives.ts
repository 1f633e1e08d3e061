import { createRandom } from '../training/random.js';
import { shingleOverlap } from './shingles.js';

/** A passage that a retriever nominated for an anchor. */
export interface NegativeCandidate {
  readonly id: string;
  readonly documentId: string;
  readonly text: string;
  /** SPDX expression of the text; empty when unknown. */
  readonly licence: string;
  /** Similarity to the anchor in the scorer's own scale (cosine, or a cross-encoder's 0..1). */
  readonly score: number;
  /** 1 for the best nominated passage. */
  readonly rank: number;
  /** 5-gram shingle hashes of the text, see `shingleHashes`. */
  readonly shingles: Uint32Array;
  /** `sameTextKey` of the text. */
  readonly key: string;
}

/** What is known of an anchor before negatives are chosen. */
export interface NegativeQuery {
  /** Similarity of the anchor and its positive in the scale of the candidates' scores. */
  readonly positiveScore: number;
  /** Documents that positives of this anchor come from. */
  readonly positiveDocuments: ReadonlySet<string>;
  /** `sameTextKey` of every text known to answer this anchor. */
  readonly positiveKeys: ReadonlySet<string>;
  /** Shingles of every text known to answer this anchor. */
  readonly positiveShingles: readonly Uint32Array[];
}

/** Rules by which negatives are chosen. */
export interface NegativeRules {
  /** Ranks looked at, counted from 1, both inclusive. Defaults 1 and 100; a `from` above 1 passes over the most likely false negatives. */
  readonly rankFrom: number;
  readonly rankTo: number;
  /** A candidate must score at most `positive - |positive| * relativeMargin`. Default .05. */
  readonly relativeMargin: number;
  /** A candidate must score at most `positive - absoluteMargin`. Default 0. */
  readonly absoluteMargin: number;
  /** A candidate must score at most this. Default: no limit. */
  readonly maxScore: number;
  /** A candidate must score at least this. Default: no limit. */
  readonly minScore: number;
  /** Negatives per anchor, 1..10. Default 3. */
  readonly perAnchor: number;
  /** `top` takes the highest scores, `random` draws from those that pass, seeded. Default `top`. */
  readonly sampling: 'top' | 'random';
  readonly seed: number;
  /** Candidates that share this part of the 5-grams of the shorter text with a positive are no negatives. Default .6. */
  readonly duplicateOverlap: number;
  /** Among the first candidates of other documents, those scoring above the positive by any amount are suspicious. Default 3. */
  readonly suspiciousRanks: number;
}

/** Published defaults (NV-Retriever, Moreira et al., 2024, use a relative margin of .05). */
export const NEGATIVE_RULES: NegativeRules = {
  rankFrom: 1,
  rankTo: 100,
  relativeMargin: 0.05,
  absoluteMargin: 0,
  maxScore: Number.POSITIVE_INFINITY,
  minScore: Number.NEGATIVE_INFINITY,
  perAnchor: 3,
  sampling: 'top',
  seed: 1,
  duplicateOverlap: 0.6,
  suspiciousRanks: 3,
};

/** Why a candidate was passed over. Each is counted under the first rule that it breaks, in this order. */
export const SKIP_RULES = [
  'rank-window',
  'same-document',
  'known-positive',
  'near-duplicate',
  'repeated',
  'max-score',
  'min-score',
  'margin',
  'surplus',
] as const;
/** One of {@link SKIP_RULES}. */
export type SkipRule = (typeof SKIP_RULES)[number];

/** What the rules gave for one anchor. */
export interface NegativeChoice {
  readonly negatives: readonly NegativeCandidate[];
  /** Ranked near the top and at least as close to the anchor as its positive: perhaps a second right answer. */
  readonly suspicious: readonly NegativeCandidate[];
  readonly skipped: Readonly<Record<SkipRule, number>>;
}

/**
 * Highest score that a negative may have: `positive - |positive| * relativeMargin`, and `positive - absoluteMargin`.
 * With `positive * (1 - relativeMargin)` instead, a negative positive score would move the threshold above itself.
 */
export function scoreCeiling(
  positiveScore: number,
  rules: Pick<NegativeRules, 'relativeMargin' | 'absoluteMargin'>,
): number {
  return Math.min(positiveScore - Math.abs(positiveScore) * rules.relativeMargin, positiveScore - rules.absoluteMargin);
}

/** Chooses hard negatives for one anchor. Candidates may come in any order; equal scores are ordered by id. */
export function chooseNegatives(
  query: NegativeQuery,
  candidates: readonly NegativeCandidate[],
  rules: NegativeRules = NEGATIVE_RULES,
): NegativeChoice {
  // Every rule has its count, so this object has every key.
  const skipped = Object.fromEntries(SKIP_RULES.map((rule) => [rule, 0])) as Record<SkipRule, number>;
  const ceiling = scoreCeiling(query.positiveScore, rules);
  const passed: NegativeCandidate[] = [];
  const suspicious: NegativeCandidate[] = [];
  const seen = new Set<string>();
  const sorted = [...candidates].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  for (const candidate of sorted) {
    const broken = brokenRule(query, candidate, rules, seen) ?? (candidate.score > ceiling ? 'margin' : undefined);
    seen.add(candidate.key);
    if (broken === undefined) passed.push(candidate);
    else skipped[broken]++;
    const isClose = candidate.score >= query.positiveScore && candidate.rank <= rules.suspiciousRanks;
    if (isClose && (broken === 'margin' || broken === 'max-score')) suspicious.push(candidate);
  }
  const negatives = rules.sampling === 'top' ? passed.slice(0, rules.perAnchor) : draw(passed, rules);
  skipped.surplus = passed.length - negatives.length;
  return { negatives, suspicious, skipped };
}

function brokenRule(
  query: NegativeQuery,
  candidate: NegativeCandidate,
  rules: NegativeRules,
  seen: ReadonlySet<string>,
): SkipRule | undefined {
  if (candidate.rank < rules.rankFrom || candidate.rank > rules.rankTo) return 'rank-window';
  if (query.positiveDocuments.has(candidate.documentId)) return 'same-document';
  if (query.positiveKeys.has(candidate.key)) return 'known-positive';
  const isLike = (shingles: Uint32Array): boolean =>
    shingleOverlap(shingles, candidate.shingles) >= rules.duplicateOverlap;
  if (query.positiveShingles.some(isLike)) return 'near-duplicate';
  if (seen.has(candidate.key)) return 'repeated';
  if (candidate.score > rules.maxScore) return 'max-score';
  if (candidate.score < rules.minScore) return 'min-score';
  return undefined;
}

/** Draws without replacement (Fisher and Yates), then orders by score as the top would be. */
function draw(passed: readonly NegativeCandidate[], rules: NegativeRules): NegativeCandidate[] {
  const random = createRandom(rules.seed);
  const pool = [...passed];
  const drawn: NegativeCandidate[] = [];
  while (drawn.length < rules.perAnchor && pool.length > 0) drawn.push(...pool.splice(random.below(pool.length), 1));
  return drawn.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
