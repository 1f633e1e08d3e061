import { createRandom } from '../statistics/random.js';
import { headingsOf } from '../text/heading-path.js';
import type { Chunk, Document } from '../types.js';

/** A query made from a document's own structure. */
export interface MinedQuery {
  readonly text: string;
  /** Rule that made it. */
  readonly type: 'heading' | 'docstring' | 'known-item';
  readonly quote: string;
}

const MIN_WORDS = 3;
const MAX_QUERY = 200;

/** Words that name a section without telling what it is about. */
const GENERIC = new Set([
  ...[
    'introduction',
    'overview',
    'example',
    'examples',
    'usage',
    'notes',
    'summary',
    'see also',
    'references',
    'license',
  ],
  ...['installation', 'install', 'faq', 'contents', 'table of contents', 'changelog', 'contributing', 'api', 'options'],
]);

/**
 * Makes queries from one document without any model: heading -> section, doc comment -> code, known item (a few words of
 * one sentence). The answer shares words with its query, so scores on them flatter: never a headline. Same input, same
 * queries.
 */
export function mineQueries(document: Document, chunks: readonly Chunk[], seed: number): MinedQuery[] {
  const random = createRandom(seed);
  const mined = chunks.flatMap((chunk) => {
    if (document.format === 'code') return mineDocstring(chunk);
    return [...mineHeading(document, chunk), ...mineKnownItem(chunk, random)];
  });
  const seen = new Set<string>();
  return mined.filter((query) => {
    const key = query.text.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function mineHeading(document: Document, chunk: Chunk): MinedQuery[] {
  const path = headingsOf(chunk.headingPath);
  const heading = path.at(-1)?.trim() ?? '';
  const quote = firstSentence(chunk.text);
  if (heading === '' || quote === undefined || heading === document.title) return [];
  const isVague = GENERIC.has(heading.toLowerCase()) || wordsOf(heading).length < MIN_WORDS;
  const parent = path.at(-2) ?? document.title;
  const text = (isVague ? `${parent} ${heading}` : heading).slice(0, MAX_QUERY);
  return wordsOf(text).length < 2 ? [] : [{ text, type: 'heading', quote }];
}

const BLOCK_COMMENT = /\/\*\*([\s\S]*?)\*\/\s*([^\n]+)/;
const LINE_COMMENTS = /((?:^[ \t]*(?:\/\/\/?|#)[^\n]*\n)+)[ \t]*([^\n]+)/m;
const DOCSTRING = /((?:async[ \t]+)?(?:def|class)[ \t]+[^\n]+:)[ \t]*\n[ \t]*(?:"""|''')([\s\S]*?)(?:"""|''')/;

function mineDocstring(chunk: Chunk): MinedQuery[] {
  const python = DOCSTRING.exec(chunk.text);
  const block = BLOCK_COMMENT.exec(chunk.text) ?? LINE_COMMENTS.exec(chunk.text);
  const comment = python?.[2] ?? block?.[1];
  const signature = python?.[1] ?? block?.[2];
  if (comment === undefined || signature === undefined) return [];
  const text = firstSentence(
    comment
      .replace(/^[ \t]*(?:\*|\/\/\/?|#)[ \t]?/gm, '')
      .trim()
      .replace(/\s+/g, ' '),
  );
  if (text === undefined || wordsOf(text).length < MIN_WORDS) return [];
  return [{ text: text.slice(0, MAX_QUERY), type: 'docstring', quote: signature.trim() }];
}

function mineKnownItem(chunk: Chunk, random: () => number): MinedQuery[] {
  const sentences = (chunk.text.match(/[^.!?\n]{40,300}[.!?](?=\s|$)/g) ?? []).map((sentence) => sentence.trim());
  const quote = sentences[Math.floor(random() * sentences.length)];
  if (quote === undefined) return [];
  const words = [...new Set(wordsOf(quote).filter((word) => word.length > 4))];
  if (words.length < MIN_WORDS) return [];
  const longest = words.toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, 5);
  return [{ text: words.filter((word) => longest.includes(word)).join(' '), type: 'known-item', quote }];
}

function firstSentence(text: string): string | undefined {
  const body = text.replace(/^(?:#{1,6}[ \t][^\n]*\n\s*)+/, '');
  const sentence = /^\s*([^\n]{20,300}?[.!?:])(?=\s|$)/.exec(body)?.[1] ?? /^\s*([^\n]{20,300})/.exec(body)?.[1];
  return sentence?.trim();
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]{1,65536}/gu) ?? [];
}
