import type { RankedHit } from './ranked-hit.js';

/** One line that tells a reader why the hit ranks where it does. */
export function explainHit(hit: RankedHit): string {
  const parts: string[] = [];
  if (hit.vector !== null)
    parts.push(`meaning ${hit.vector.score.toFixed(3)}${hit.vector.rank === null ? '' : ` (rank ${hit.vector.rank})`}`);
  if (hit.keyword !== null)
    parts.push(
      `words ${hit.keyword.score.toFixed(2)}${hit.keyword.rank === null ? '' : ` (rank ${hit.keyword.rank})`}`,
    );
  const { name, heading, order, document, kind, form } = hit.parts;
  if (name > 0) parts.push('called so');
  if (heading > 0) parts.push(`heading +${heading.toFixed(3)}`);
  if (order > 0) parts.push(`word order +${order.toFixed(3)}`);
  if (document > 0) parts.push(`document +${document.toFixed(3)}`);
  if (kind < 1) parts.push(`test or release notes x${kind}`);
  if (form < 1)
    parts.push(`${hit.candidate.document.format === 'code' ? 'program' : 'page'} x${Number(form.toFixed(3))}`);
  if (hit.reranked !== null) parts.push(`reranker ${hit.reranked.toFixed(3)}`);
  return parts.join(', ');
}
