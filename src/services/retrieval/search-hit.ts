import { type LineBasis, lineBasisOf } from '../../core/text/line-basis.js';
import type { Citation } from '../../core/types.js';
import type { EnclosingSymbol } from '../symbols/symbol-service.js';
import type { Excerpt } from './excerpts.js';
import { explainHit } from './explain-hit.js';
import type { Passage } from './passage-list.js';
import type { RankedHit } from './ranked-hit.js';

/** How many other places of a passage are named. */
const NAMED_PLACES = 5;

/** A wider span around a hit. */
export interface HitContext {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
}

/** Lines to show, and for a program what they stand in. */
export interface PlacedExcerpt extends Excerpt {
  readonly symbol: EnclosingSymbol | undefined;
}

/** What is told around a hit. */
export interface Surroundings {
  readonly context: HitContext | null;
  /** The lines of its document to read first, in the order of the document; empty when passages are read whole. */
  readonly excerpts: readonly PlacedExcerpt[];
  /** For a program of which something is shown: what the passage begins in, or the first it holds. */
  readonly symbol: EnclosingSymbol | undefined;
}

/** For a hit that is told alone. */
export const NOTHING_AROUND: Surroundings = { context: null, excerpts: [], symbol: undefined };

/** Another place where the text of a hit stands. */
export type OtherPlace = Pick<Citation, 'documentId' | 'title' | 'uri' | 'startLine' | 'endLine'> & {
  readonly lineBasis: LineBasis;
};

/** One answer of a search. */
export interface SearchHit extends Surroundings {
  readonly rank: number;
  readonly hit: RankedHit;
  readonly citation: Citation;
  readonly why: string;
  /** Chance, 0..1, that it answers; null where nobody knows. */
  readonly relevance: number | null;
  /** Where the same text stands too, best-ranked first; at most five places. */
  readonly alsoIn: readonly OtherPlace[];
  /** How many more such places were ranked. */
  readonly alsoInMore: number;
}

/** A passage as an answer of a search, its chance not told yet. */
export function toSearchHit(passage: Passage, rank: number, around: Surroundings): SearchHit {
  const { hit, copies } = passage;
  const { chunk, document } = hit.candidate;
  const alsoIn = namedPlaces(passage);
  return {
    rank,
    hit,
    ...around,
    alsoIn,
    alsoInMore: copies.length - alsoIn.length,
    why: explainHit(hit),
    relevance: null,
    citation: {
      uri: document.uri,
      title: document.title,
      documentId: document.id,
      contentHash: document.contentHash,
      start: chunk.start,
      end: chunk.end,
      startLine: chunk.startLine,
      endLine: chunk.endLine,
      quote: chunk.text,
    },
  };
}

function namedPlaces({ copies }: Passage): OtherPlace[] {
  return copies.slice(0, NAMED_PLACES).map(({ candidate: { chunk, document } }) => ({
    documentId: document.id,
    title: document.title,
    uri: document.uri,
    startLine: chunk.startLine,
    endLine: chunk.endLine,
    lineBasis: lineBasisOf(document),
  }));
}

/** Characters that every hit needs for ids, hash, scores and the names of its fields. */
const FRAME_CHARACTERS = 550;
/** Characters that every other place of a hit needs beside its names. */
const PLACE_CHARACTERS = 100;

/** Characters of a text in JSON, where line ends, quotation marks and backslashes take two. */
export function quotedLength(text: string): number {
  return JSON.stringify(text).length;
}

/** What a hit costs of the budget in its longer form, JSON: its text, its other places and the frame around them. */
export function costOf(passage: Passage): number {
  const { chunk, document } = passage.hit.candidate;
  const names = document.title.length + document.uri.length + chunk.headingPath.join('","').length;
  const places = namedPlaces(passage).reduce((sum, { title, uri }) => sum + title.length + uri.length, 0);
  const frames = FRAME_CHARACTERS + Math.min(passage.copies.length, NAMED_PLACES) * PLACE_CHARACTERS;
  return quotedLength(chunk.text) + names + places + frames;
}
