import type { ParsedQuery } from '../text/query.js';
import { COMMON_WORDS } from '../text/words.js';

/** What a question asks for: a place in a program, what is written about it, or it does not tell. */
export type AskedForm = 'program' | 'page' | 'any';

/** A part of a program, by any of the names that people have for one. */
const PART =
  'code|files?|functions?|methods?|class(?:es)?|modules?|structs?|traits?|types?|interfaces?|components?|packages?|scripts?|hooks?|handlers?|tests?|queries|middleware';
/** `which function`, but not `which file do I edit` and `what code style`. */
const WHICH_PART = new RegExp(
  `\\b(?:which|what) (?:source )?(?:${PART}) (?!(?:do|can|should|must|may|could) (?:i|we|you|one)\\b|style|review|coverage|of conduct|owners?|names?|formats?|extensions?|types?|is best|to use)`,
  'i',
);
/** `code that`, `class which`, `helper to`. */
const PART_THAT =
  /\b(?:code|functions?|methods?|class|classes|structs?|traits?|modules?|helpers?|components?|middleware) (?:that|which|where|responsible for)\b/i;
const IMPLEMENTED = /\b(?:implementation of|implemented|implements|source (?:code )?(?:of|for)|defined in the code)\b/i;
/** `where is it computed`, but not `where do I find`, nor where something is written about. */
const WHERE =
  /\bwhere(?:abouts)? (?:is|are|does|do|did|was|were|gets?)\b(?! (?:i|we|you|one|people|someone|my|our|your)\b)/i;
const WRITTEN =
  /\b(?:document(?:ed|ation)|docs?|described|explained|guides?|manuals?|handbook|policy|policies|tutorials?)\b/i;

/** Shorter queries name something, and do not tell where they want to read of it. */
const LEAST_WORDS = 3;

/** What form of document a question asks for, in English. */
export function askedForm({ text, isAllCommon }: Pick<ParsedQuery, 'text' | 'isAllCommon'>): AskedForm {
  if (WHICH_PART.test(text) || PART_THAT.test(text) || IMPLEMENTED.test(text)) return 'program';
  if (WHERE.test(text) && !WRITTEN.test(text)) return 'program';
  return isAllCommon || text.split(' ').filter(isTelling).length < LEAST_WORDS ? 'any' : 'page';
}

function isTelling(word: string): boolean {
  return !COMMON_WORDS.has(word.toLowerCase());
}

/** What a page keeps of its score where a program is asked for, and a program where a page is. */
const PAGE_KEPT = 0.7;
const PROGRAM_KEPT = 0.9;

/**
 * The part of its score, 0 to 1, that a document of this form keeps: pages hold the words of a question about code, and code
 * those of a question that a page answers. Names and numbers in a query (`nameShare`) ask for either.
 */
export function formFactor(isProgram: boolean, asked: AskedForm, nameShare: number): number {
  if (asked === 'program') return isProgram ? 1 : PAGE_KEPT;
  return asked === 'page' && isProgram ? 1 - (1 - PROGRAM_KEPT) * (1 - nameShare) : 1;
}
