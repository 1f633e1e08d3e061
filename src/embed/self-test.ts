import { dot } from '../core/ranking/cosine.js';

/** One check of a model. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Two texts that any useful model finds closer than either is to the third. */
export const KNOWN_TEXTS = [
  'how to restore a database backup',
  'restoring the database from a snapshot',
  'button colours in dark mode',
] as const;

/** Checks the vectors of {@link KNOWN_TEXTS}: their number and length, and which of them are closest. */
export function checkVectors(vectors: readonly Float32Array[], dimensions: number): Check[] {
  const [query, match, other] = vectors;
  if (!query || !match || !other)
    return [{ name: 'vectors', ok: false, detail: `${vectors.length} vectors for 3 texts` }];
  const norms = vectors.map((vector) => Math.sqrt(dot(vector, vector)));
  const worst = norms.reduce((far, norm) => (Math.abs(norm - 1) > Math.abs(far - 1) ? norm : far), 1);
  const near = dot(query, match);
  const far = Math.max(dot(query, other), dot(match, other));
  return [
    { name: 'dimensions', ok: query.length === dimensions, detail: `a vector has ${query.length} numbers` },
    { name: 'norm', ok: Math.abs(worst - 1) < 1e-4, detail: `a vector's length is ${worst.toFixed(5)}` },
    { name: 'known pair', ok: near > far, detail: `like texts ${near.toFixed(3)}, unlike texts ${far.toFixed(3)}` },
  ];
}
