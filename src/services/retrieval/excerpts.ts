import { sharedBase } from '../../core/addresses/shared-base.js';
import type { Candidate } from '../../core/ports.js';
import { bestLines, type ShowablePassage } from '../../core/retrieval/best-lines.js';
import type { TextSpan } from '../../core/retrieval/text-units.js';
import { headingsOf } from '../../core/text/heading-path.js';
import { parseQuery } from '../../core/text/query.js';
import type { Chunk } from '../../core/types.js';
import { SHORT_ANSWER_CHARACTERS } from '../answer-budget.js';
import { documentOf, type Passage, type PassageList } from './passage-list.js';
import type { RankedHit } from './ranked-hit.js';

/** Lines of a passage that are shown instead of it. */
export interface Excerpt {
  /** The passage they stand in. */
  readonly chunk: Chunk;
  readonly document: Candidate['document'];
  /** Offsets into the document's text. */
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

/** What {@link pickExcerpts} chooses from and for. */
export interface ExcerptRequest {
  readonly list: PassageList;
  readonly query: string;
  /** Passages of the first result's document that no leg needs to have nominated, best first. */
  readonly within: readonly RankedHit[];
}

/** Characters of the line that stands for a result of which nothing is shown, beside its names. */
const LINE_CHARACTERS = 80;
/** Longest title, heading or address in that line. */
export const LONGEST_NAME = 80;
/** Longest name of what a part of a program stands in. */
export const LONGEST_SYMBOL = 160;
/** Characters around the names of a result that is shown, and of each excerpt. */
const HEAD_CHARACTERS = 40;
const EXCERPT_CHARACTERS = 32;
/** Characters of what stands below all results. */
const FOOTER_CHARACTERS = 160;
/** How many documents of a page may show more than their best passage, and how many more. */
const DEEP_DOCUMENTS = 5;
const MORE_PASSAGES = 3;
/** The same for the first document, of which all passages may be chosen from. */
const MORE_WITHIN = 12;

/**
 * The lines to show of the results of a page, by the place of each on it, in the order of the document: together with one line
 * for each other result they stay within {@link SHORT_ANSWER_CHARACTERS}, unless there are many of these. What is shown of a document stands with its
 * best-ranked result, wherever it was found in it.
 */
export function pickExcerpts(page: readonly Passage[], request: ExcerptRequest): (readonly Excerpt[])[] {
  const { query } = request;
  const groups = groupByDocument(page, request);
  const best = Math.max(0, ...page.map(({ hit }) => scoreOf(hit)));
  const share = (hit: RankedHit): number => (best === 0 ? 0 : Math.max(0, scoreOf(hit)) / best);
  const base = sharedBase(page.map(({ hit }) => hit.candidate.document.uri)).length;
  const showable = groups.flatMap((group) => showableOf(group, { share, base }));
  const lines = page.reduce((sum, { hit }) => sum + lineOf(hit), FOOTER_CHARACTERS + base);
  const room = SHORT_ANSWER_CHARACTERS - Math.min(lines, SHORT_ANSWER_CHARACTERS / 2);
  const spans = bestLines(showable, { terms: parseQuery(query).terms, room });
  const places = groups.flatMap(({ place, passages }) => passages.map(({ hit }) => ({ place, hit })));
  const excerpts: Excerpt[][] = page.map(() => []);
  for (const [at, { place, hit }] of places.entries()) {
    excerpts[place]?.push(...(spans[at] ?? []).map((span) => toExcerpt(hit.candidate, span)));
  }
  return excerpts;
}

/** Passages of one document. */
interface DocumentGroup {
  /** Of its best-ranked result on the page. */
  readonly place: number;
  readonly first: RankedHit;
  /** In the order of the document. */
  readonly passages: readonly Passage[];
}

function groupByDocument(page: readonly Passage[], { list, within }: ExcerptRequest): DocumentGroup[] {
  const shown = new Set(page.map(({ hit }) => hit.candidate.chunk.id));
  const groups = new Map<string, { place: number; first: RankedHit; passages: Passage[] }>();
  for (const [place, passage] of page.entries()) {
    const { hit } = passage;
    const known = groups.get(documentOf(hit));
    if (known !== undefined) {
      known.passages.push(passage);
      continue;
    }
    const nominated = groups.size < DEEP_DOCUMENTS && list.isFirst(hit) ? list.others(hit, shown) : [];
    const whole = groups.size === 0 ? unrepeated(within, page) : [];
    const others = whole.length > 0 ? whole.slice(0, MORE_WITHIN) : nominated.slice(0, MORE_PASSAGES);
    const more = others.map((other) => ({ hit: other, copies: [] }));
    groups.set(documentOf(hit), { place, first: hit, passages: [passage, ...more] });
  }
  return [...groups.values()].map(({ passages, ...group }) => ({
    ...group,
    passages: passages.sort((a, b) => a.hit.candidate.chunk.ordinal - b.hit.candidate.chunk.ordinal),
  }));
}

/** Passages whose text stands neither on the page nor in one before. */
function unrepeated(passages: readonly RankedHit[], page: readonly Passage[]): RankedHit[] {
  const texts = new Set(page.map(({ hit }) => hit.candidate.chunk.text));
  return passages.filter(({ candidate: { chunk } }) => {
    const isNew = !texts.has(chunk.text);
    texts.add(chunk.text);
    return isNew;
  });
}

function showableOf(
  { first, passages }: DocumentGroup,
  { share, base }: { readonly share: (hit: RankedHit) => number; readonly base: number },
): ShowablePassage[] {
  return passages.map(({ hit, copies }, at) => {
    const { chunk, document } = hit.candidate;
    const [copy] = copies;
    const copied = copy === undefined ? 0 : HEAD_CHARACTERS + namesOf(copy).length;
    const around = document.format === 'code' ? LONGEST_SYMBOL : chunk.headingPath.join(' > ').length;
    return {
      document: documentOf(hit),
      text: chunk.text,
      heading: [document.title, ...chunk.headingPath].join(' '),
      share: share(hit),
      documentShare: share(first),
      isNext: passages[at - 1]?.hit.candidate.chunk.ordinal === chunk.ordinal - 1,
      frame: EXCERPT_CHARACTERS + around + copied,
      documentFrame: Math.max(0, HEAD_CHARACTERS + namesOf(hit).length - base - lineOf(first)),
    };
  });
}

/** Characters of the one line that names a result. */
function lineOf({ candidate: { chunk, document } }: RankedHit): number {
  const file = lastPart(document.uri);
  const names = [document.title, headingsOf(chunk.headingPath).at(-1) ?? '', document.title.endsWith(file) ? '' : file];
  return names.reduce((sum, name) => sum + Math.min(LONGEST_NAME, name.length), LINE_CHARACTERS);
}

/** The last part of an address that is not empty: a file's name. */
export function lastPart(uri: string): string {
  return uri.split('/').findLast((part) => part !== '') ?? '';
}

function namesOf({ candidate: { document } }: RankedHit): string {
  return document.title + document.uri;
}

function scoreOf(hit: RankedHit): number {
  return hit.reranked ?? hit.fused;
}

function toExcerpt({ chunk, document }: Candidate, { start, end }: TextSpan): Excerpt {
  const text = chunk.text.slice(start, end);
  const startLine = chunk.startLine + lineEnds(chunk.text.slice(0, start));
  return {
    chunk,
    document,
    start: chunk.start + start,
    end: chunk.start + end,
    startLine,
    endLine: startLine + lineEnds(text),
    text,
  };
}

function lineEnds(text: string): number {
  return text.split('\n').length - 1;
}
