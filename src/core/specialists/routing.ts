import { logisticProbability } from '../statistics/logistic-regression.js';

/** What says that a specialist is right for a task, each about -1..1. */
export interface CandidateEvidence {
  /** Score of the best passage that it may read, and mean of its best three. */
  readonly passage: number;
  readonly passages: number;
  /** Cosine of the task and what it says of itself. */
  readonly description: number;
  /** Cosine of the task and the middle of all that it may read. */
  readonly contents: number;
  /** Cosine of the task and the nearest task, and the mean of the nearest three, at which it helped; undefined while fewer are known. */
  readonly past?: { readonly nearest: number; readonly mean: number } | undefined;
}

/** What says whether a task is for any specialist at all. */
export interface ScopeEvidence {
  /** Mean cosine of the best three passages. */
  readonly cosine: number;
  /** Most that a passage holds of the words of the task, and most that BM25 gives for them, 0..1. */
  readonly coverage: number;
  readonly share: number;
  /** Mean inverse document frequency of the words of the task, `ln((N + 1) / (df + 1/2))`. */
  readonly rarity: number;
  /** Part of the words of the task that no passage holds, 0..1. */
  readonly unknown: number;
  /** Number of words. */
  readonly length: number;
}

/** Coefficients of routing; each list but the weights begins with its constant. */
export interface RoutingModel {
  /** sha256 of the embedding model whose vectors it was fitted on. */
  readonly revision: string;
  /** Weights of {@link candidateFeatures} without, and with, past tasks. */
  readonly fresh: readonly number[];
  readonly practised: readonly number[];
  /** Whether a task is for any specialist: of {@link scopeFeatures}. */
  readonly scope: readonly number[];
  /** Below this chance a task is for none; of tasks that are for one, one in twenty lies below. */
  readonly abstainBelow: number;
  /** Whether the first choice is right: of the log odds of its share and of the scope. */
  readonly confidence: readonly number[];
}

/** Features of a candidate, without or with past tasks. */
export function candidateFeatures(evidence: CandidateEvidence): number[] {
  const { passage, passages, description, contents, past } = evidence;
  const known = [passage, passages, description, contents];
  return past === undefined ? known : [...known, past.nearest, past.mean];
}

/** Features of a task beside the specialists. */
export function scopeFeatures({ cosine, coverage, share, rarity, unknown, length }: ScopeEvidence): number[] {
  return [cosine, coverage, share, rarity, unknown, Math.log1p(length)];
}

/** How a task is routed. */
export interface Routing {
  /** Share of each candidate, in the order given; together 1. */
  readonly shares: readonly number[];
  /** Chance, 0..1, that the candidate of the largest share is right. */
  readonly confidence: number;
  /** Chance, 0..1, that the task is for any of the candidates. */
  readonly scope: number;
  readonly isAbstained: boolean;
}

/**
 * Routes a task: a conditional logit over the candidates (McFadden, "Conditional logit analysis of qualitative choice
 * behavior", 1974), and two logistic models for abstention and confidence. A candidate without past tasks is weighed
 * without them.
 */
export function route(model: RoutingModel, candidates: readonly CandidateEvidence[], evidence: ScopeEvidence): Routing {
  const utilities = candidates.map((candidate) => utilityOf(model, candidate));
  const shares = softmax(utilities);
  const scope = logisticProbability(model.scope, scopeFeatures(evidence));
  return {
    shares,
    scope,
    confidence: confidenceOf(model, shares, scope),
    isAbstained: shares.length === 0 || scope < model.abstainBelow,
  };
}

/** A lone candidate has all of the share, which tells nothing: then the task is for it or for none. */
function confidenceOf({ confidence }: RoutingModel, shares: readonly number[], scope: number): number {
  if (shares.length < 2) return shares.length * scope;
  return logisticProbability(confidence, confidenceFeatures(shares, scope));
}

/** Features of the confidence in the first choice. */
export function confidenceFeatures(shares: readonly number[], scope: number): number[] {
  return [logOdds(Math.max(0, ...shares)), logOdds(scope)];
}

function utilityOf(model: RoutingModel, candidate: CandidateEvidence): number {
  const weights = candidate.past === undefined ? model.fresh : model.practised;
  return candidateFeatures(candidate).reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0);
}

/** Shares of utilities; together 1. */
export function softmax(utilities: readonly number[]): number[] {
  const most = Math.max(...utilities);
  const weights = utilities.map((utility) => Math.exp(utility - most));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Log odds, of chances kept off 0 and 1. */
function logOdds(chance: number): number {
  const kept = Math.max(1e-4, Math.min(1 - 1e-4, chance));
  return Math.log(kept / (1 - kept));
}
