import { logisticProbability } from '../statistics/logistic-regression.js';

/** What says that a tool serves a task. */
export interface ToolEvidence {
  /** Cosine of the task and the tool's description. */
  readonly cosine: number;
  /** BM25 as a share of what no text reaches, and part of the words of the task that the tool holds, 0..1. */
  readonly share: number;
  readonly coverage: number;
  /** Score that the order is by, and how far it lies above the best other one. */
  readonly score: number;
  readonly lead: number;
}

/** Coefficients of the choice of tools: the constant first, then one for each feature. */
export interface ToolModel {
  readonly coefficients: readonly number[];
  /** Tools of a lower chance are not chosen. */
  readonly chosenFrom: number;
}

/** Features of a tool beside the others. */
export function toolFeatures({ cosine, share, coverage, score, lead }: ToolEvidence): number[] {
  return [cosine, share, coverage, score, Math.max(-1, Math.min(1, lead))];
}

/** Chance, 0..1, that a tool is a right one. */
export function toolChance(model: ToolModel, evidence: ToolEvidence): number {
  return logisticProbability(model.coefficients, toolFeatures(evidence));
}
