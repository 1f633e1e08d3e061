import { expectedCalibrationError } from '../statistics/calibration.js';
import { fitOutOfFold } from '../statistics/platt.js';
import { separation } from '../statistics/separation.js';

/** Whether the best score tells questions with an answer from those without. */
export interface Abstention {
  /** Which score was looked at. */
  readonly signal: string;
  readonly answerable: number;
  readonly unanswerable: number;
  /** Chance that an answerable query scores above an unanswerable one; 0.5 is a coin, 1 perfect. */
  readonly auc: number;
  /** Gap between confidence and truth, 0 (perfect) to 1, of a logistic fit judged on queries it has not seen. */
  readonly calibrationError: number;
  /** Score below which saying "I do not know" does best (Youden's J). */
  readonly threshold: number;
}

/** Needs at least this many of either kind; fewer say nothing. */
const LEAST = 3;

/** The measure of the signal that separates best: of two legs either may know, and a reader may ask both. */
export function bestAbstention(measures: readonly (Abstention | undefined)[]): Abstention | undefined {
  return measures.reduce((best, next) => (next !== undefined && next.auc > (best?.auc ?? -1) ? next : best), undefined);
}

/** Measures how well the best score of each query separates; undefined when there are too few queries of either kind. */
export function measureAbstention(
  answerable: readonly number[],
  unanswerable: readonly number[],
  options: { readonly signal: string; readonly seed: number },
): Abstention | undefined {
  if (answerable.length < LEAST || unanswerable.length < LEAST) return undefined;
  const { auc, threshold } = separation(answerable, unanswerable);
  const scores = [...answerable, ...unanswerable];
  const truths = scores.map((_, i) => i < answerable.length);
  const confidences = fitOutOfFold(scores, truths, options.seed);
  return {
    signal: options.signal,
    answerable: answerable.length,
    unanswerable: unanswerable.length,
    auc,
    threshold,
    calibrationError: expectedCalibrationError(confidences, truths),
  };
}
