import { plainWords } from './shingles.js';

/** What tells that a text holds marks or breaks that its reader does not see. */
const MARKED = /<\/?[a-z!]|&#?\w{2,8};|\]\(|\]\[|\[\^?\d|\p{L}-[ \t]*\r?\n|\\[nrt]/iu;
/** Tags that may stand inside a word. */
const INLINE =
  /<\/?(?:abbr|a|b|i|em|strong|code|span|mark|sub|sup|u|small|kbd|wbr|font|q|s|tt|var|samp|cite|dfn|del|ins)(?:\s[^<>]{0,300})?\/?>/gi;

/** A text without what its reader does not see: tags, entities, targets of links, notes, breaks of words at line ends. */
function withoutMarks(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#?\w{2,8};/g, ' ')
    .replace(INLINE, '')
    .replace(/<[/!]?[a-z][^<>]{0,300}>/gi, ' ')
    .replace(/!?\[([^[\]\n]{0,300})\](?:\([^()\s]{0,500}(?:\s"[^"\n]{0,200}")?\)|\[[^[\]\n]{0,80}\])/g, '$1')
    .replace(/\[\^?\d{1,3}\]/g, '')
    .replace(/(?<=\p{L})-[ \t]*\r?\n[\s>#*/|]{0,40}(?=\p{Ll})/gu, '')
    .replace(/\\[nrt]/g, ' ');
}

/**
 * The words of a text in each way it can be read: as it stands, and, where that differs, without marks. A page and its
 * source, or a paragraph and its print with hyphens, share one of the readings.
 */
export function readingsOf(text: string): string[][] {
  const words = plainWords(text);
  if (!MARKED.test(text)) return [words];
  const seen = plainWords(withoutMarks(text));
  return seen.length === words.length && seen.every((word, at) => word === words[at]) ? [words] : [words, seen];
}
