import { sha256 } from '../identity.js';
import type { TrainingOutcome } from './training-run.js';

/** What came of a run as text that is the same whenever the content is: keys in order, no white space. */
export function receiptOf(outcome: TrainingOutcome): string {
  return JSON.stringify(inOrder(outcome));
}

/** sha256 of the receipt. */
export function receiptHash(outcome: TrainingOutcome): string {
  return sha256(receiptOf(outcome));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inOrder(inner)]),
  );
}
