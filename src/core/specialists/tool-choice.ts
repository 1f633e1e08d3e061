import { logisticProbability } from '../statistics/logistic-regression.js';
import { softmax } from './routing.js';

/** What says that a tool serves a task. */
export interface ToolEvidence {
  /** Cosine of the task and the tool: its name, description and what it takes. */
  readonly cosine: number;
  /** BM25 as a share of what no text reaches, and part of the words of the task that the tool holds, 0..1. */
  readonly share: number;
  readonly coverage: number;
  /** How the tool did at tasks before; undefined where nobody told. */
  readonly past?: ToolPast | undefined;
}

/** Tasks at which a tool was used, by feedback. */
export interface ToolPast {
  readonly succeeded: number;
  readonly failed: number;
}

/** Coefficients of the choice of tools. */
export interface ToolModel {
  /** Weights of {@link toolFeatures}. */
  readonly weights: readonly number[];
  /** Whether a task calls for any of the tools: the constant first, then {@link needFeatures}. */
  readonly need: readonly number[];
  /** Tools of a lower chance are not chosen. */
  readonly chosenFrom: number;
}

/** Features of a tool beside the others. */
export function toolFeatures({ cosine, share }: ToolEvidence): number[] {
  return [cosine, share];
}

/** Features of a list of tools for a task of so many words. */
export function needFeatures(tools: readonly ToolEvidence[], words: number): number[] {
  const cosines = tools.map(({ cosine }) => cosine).sort((a, b) => b - a);
  const best = cosines[0] ?? 0;
  return [
    best,
    best - (cosines[Math.min(RIVAL, cosines.length - 1)] ?? 0),
    Math.max(0, ...tools.map(({ share }) => share)),
    Math.max(0, ...tools.map(({ coverage }) => coverage)),
    Math.log1p(words),
  ];
}

/** The best tool stands out when it lies far above this place. */
const RIVAL = 3;
/** Tasks that a tool is given beforehand, half of them successes, so that one failure does not damn it. */
const PRIOR = 4;

/**
 * Chance of each tool, 0..1, that it is a right one: the chance that the task calls for any, by a logistic model, shared out
 * by a conditional logit over the tools (McFadden, 1974). What is known of a tool's past shifts its utility by the log of
 * its smoothed rate of success beside an even one.
 */
export function toolChances(model: ToolModel, tools: readonly ToolEvidence[], words: number): number[] {
  if (tools.length === 0) return [];
  const need = logisticProbability(model.need, needFeatures(tools, words));
  const utilities = tools.map((tool) => {
    const told = toolFeatures(tool).reduce((sum, value, at) => sum + value * (model.weights[at] ?? 0), 0);
    return told + pastShift(tool.past);
  });
  return softmax(utilities).map((share) => share * need);
}

function pastShift(past: ToolPast | undefined): number {
  if (past === undefined) return 0;
  const rate = (past.succeeded + PRIOR / 2) / (past.succeeded + past.failed + PRIOR);
  return Math.log(rate / 0.5);
}
