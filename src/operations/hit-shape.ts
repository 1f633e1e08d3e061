import { z } from 'zod';
import { fenceText } from '../core/text/fence.js';
import { lineBasisNote, lineBasisOf } from '../core/text/line-basis.js';
import { SOURCE_KINDS } from '../core/types.js';
import type { SearchHit } from '../services/search.js';
import { unavailableLines, type unavailableShape } from './shapes.js';

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
  /** Which text the lines count. */
  lineBasis: z.string(),
  start: z.number(),
  end: z.number(),
  documentId: z.string(),
  contentHash: z.string(),
  collection: z.string(),
  sourceKind: z.enum(SOURCE_KINDS),
  language: z.string(),
  licence: z.string(),
  context: z
    .object({ text: z.string(), start: z.number(), end: z.number(), startLine: z.number(), endLine: z.number() })
    .nullable(),
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

type HitOutput = z.output<typeof hitShape>;

const round = (value: number): number => Math.round(value * 1e6) / 1e6;

/** A hit in the shape of {@link hitShape}. */
export function toHitShape({ hit, citation, rank, why, relevance, context, alsoIn, alsoInMore }: SearchHit): HitOutput {
  const { chunk, document } = hit.candidate;
  return {
    id: chunk.id,
    title: citation.title,
    url: citation.uri,
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
    alsoIn: alsoIn.map(({ uri, ...place }) => ({ ...place, url: uri })),
    alsoInMore,
  };
}

function renderHit(hit: HitOutput): string {
  // A page's first heading is most often its title, which has just been said.
  const below = hit.headingPath[0] === hit.title ? hit.headingPath.slice(1) : hit.headingPath;
  const path = below.length === 0 ? '' : `\n   under ${below.join(' > ')}`;
  const read = hit.context ?? hit;
  const cite = `${hit.documentId} @${hit.contentHash.slice(0, 12)} [${hit.start},${hit.end})`;
  const body = fenceText(read.text);
  const place = `${hit.url} lines ${read.startLine}-${read.endLine}${lineBasisNote(hit.lineBasis)}`;
  const matched = hit.context === null ? '' : ` (matched lines ${hit.startLine}-${hit.endLine})`;
  const facts = [`collection ${hit.collection}`, hit.sourceKind, hit.language, hit.licence].filter(
    (fact) => fact !== '',
  );
  return `${hit.rank}. ${hit.title}${path}\n   ${place}${matched}; ${facts.join(', ')}\n${body}${otherPlaces(hit)}\n   id ${hit.id}; cite ${cite}; score ${hit.score}${hit.relevance === null ? '' : `, relevance ${hit.relevance.toFixed(2)}`}: ${hit.why}`;
}

function otherPlaces({ alsoIn, alsoInMore }: HitOutput): string {
  const [first, ...others] = alsoIn;
  if (first === undefined) return '';
  const rest = others.length + alsoInMore;
  const more = rest === 0 ? '' : ` (${rest} more)`;
  return `\n   also in: ${first.title}, ${first.url} lines ${first.startLine}-${first.endLine}${lineBasisNote(first.lineBasis)}${more}`;
}

/** Results for a person or a model: the text of each, fenced by a bar, with place, citation and scores. */
export function renderHits(output: {
  readonly results: readonly HitOutput[];
  readonly nextCursor: string | null;
  readonly hint: string | null;
  readonly unavailable: z.output<typeof unavailableShape>;
}): string {
  const absent = unavailableLines(output.unavailable);
  if (output.results.length === 0) return [`No results. ${output.hint ?? ''}`.trimEnd(), ...absent].join('\n');
  const more = output.nextCursor === null ? [] : [`More with cursor ${output.nextCursor}`];
  return [...output.results.map(renderHit), ...more, ...absent].join('\n\n');
}
