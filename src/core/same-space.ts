import type { EmbeddingFingerprint } from './types.js';

/** What makes vectors comparable. The model's name is no part of it: the sha256 of its weights says more, and stays when a folder is moved. */
const KEYS: readonly (keyof EmbeddingFingerprint)[] = [
  'revision',
  'dtype',
  'pooling',
  'queryPrefix',
  'documentPrefix',
  'dimensions',
  'normalized',
];

/** Whether two fingerprints name the same vector space. */
export function isSameSpace(a: EmbeddingFingerprint, b: EmbeddingFingerprint): boolean {
  return KEYS.every((key) => a[key] === b[key]);
}
