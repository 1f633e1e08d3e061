import { z } from 'zod';
import { lineBasisOf } from '../core/text/line-basis.js';
import { pageAddress, pageOf } from '../core/text/page-of.js';
import type { PlacedExcerpt, SearchHit } from '../services/retrieval/search-hit.js';
import type { EnclosingSymbol } from '../services/symbols/symbol-service.js';

/** Output: one result of a search. `id`, `title` and `url` are what connector clients expect. */
export const hitShape = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string(),
  text: z.string(),
  rank: z.number(),
  score: z.number(),
  /** Chance, 0 to 1, that it answers. */
  relevance: z.number().nullable(),
  scores: z.object({
    vector: z.number().nullable(),
    keyword: z.number().nullable(),
    fused: z.number(),
    reranked: z.number().nullable(),
  }),
  why: z.string(),
  headingPath: z.array(z.string()),
  startLine: z.number(),
  endLine: z.number(),
  /** From 1; absent where a document has no pages. */
  page: z.number().optional(),
  /** Which text the lines count. */
  lineBasis: z.string(),
  start: z.number(),
  end: z.number(),
  documentId: z.string(),
  contentHash: z.string(),
  collection: z.string(),
  sourceKind: z.string(),
  language: z.string(),
  licence: z.string(),
  context: z
    .object({ text: z.string(), start: z.number(), end: z.number(), startLine: z.number(), endLine: z.number() })
    .nullable(),
  /** Of a program that is shown: signature, lines and first sentence of what the passage begins in; else empty. */
  symbol: z.string(),
  /** Where the same text stands too, best-ranked first. */
  alsoIn: z.array(
    z.object({
      documentId: z.string(),
      title: z.string(),
      url: z.string(),
      startLine: z.number(),
      endLine: z.number(),
      lineBasis: z.string(),
    }),
  ),
  /** How many more such places there are. */
  alsoInMore: z.number(),
});

/** Output: one result of `search`, with what to read of it. */
export const searchHitShape = hitShape.extend({
  /** The lines of its document to read first, in its order; `id` is their passage, `under` what they stand in. */
  excerpts: z.array(
    z.object({
      id: z.string(),
      under: z.string(),
      start: z.number(),
      startLine: z.number(),
      endLine: z.number(),
      text: z.string(),
    }),
  ),
});

/** A result as it leaves an operation. */
export type HitOutput = z.output<typeof searchHitShape>;

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/** A hit in the shape of {@link searchHitShape}. */
export function toHitShape(found: SearchHit): HitOutput {
  const { hit, citation, rank, why, relevance, context, alsoIn, alsoInMore } = found;
  const { chunk, document } = hit.candidate;
  const page = pageOf(document.metadata, chunk.start);
  return {
    id: chunk.id,
    title: citation.title,
    url: pageAddress(citation.uri, page),
    text: citation.quote,
    rank,
    score: round(hit.reranked ?? hit.fused),
    relevance: relevance === null ? null : Math.round(relevance * 1000) / 1000,
    scores: {
      vector: hit.vector === null ? null : round(hit.vector.score),
      keyword: hit.keyword === null ? null : round(hit.keyword.score),
      fused: round(hit.fused),
      reranked: hit.reranked === null ? null : round(hit.reranked),
    },
    why,
    headingPath: [...chunk.headingPath],
    startLine: citation.startLine,
    endLine: citation.endLine,
    ...(page === null ? {} : { page }),
    lineBasis: lineBasisOf(document),
    start: citation.start,
    end: citation.end,
    documentId: citation.documentId,
    contentHash: citation.contentHash,
    collection: hit.collection,
    sourceKind: document.sourceKind,
    language: document.language,
    licence: document.licence,
    context,
    excerpts: found.excerpts.map(toExcerptShape),
    symbol: symbolText(found.symbol),
    alsoIn: alsoIn.map(({ uri, ...place }) => ({ ...place, url: uri })),
    alsoInMore,
  };
}

function toExcerptShape({ chunk, document, symbol, ...excerpt }: PlacedExcerpt): HitOutput['excerpts'][number] {
  const { start, startLine, endLine, text } = excerpt;
  const under = symbol === undefined ? belowTitle(chunk.headingPath, document.title).join(' > ') : symbolText(symbol);
  return { id: chunk.id, under, start, startLine, endLine, text };
}

function symbolText(symbol: EnclosingSymbol | undefined): string {
  if (symbol === undefined) return '';
  const { signature, startLine, endLine, summary } = symbol;
  return `${signature} (lines ${startLine}-${endLine})${summary === '' ? '' : `: ${summary}`}`;
}

/** Headings without the page's first one where that is its title, which has just been said. */
export function belowTitle(path: readonly string[], title: string): readonly string[] {
  return path[0] === title ? path.slice(1) : path;
}
