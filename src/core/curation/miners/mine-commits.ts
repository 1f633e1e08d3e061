import { type Mine, type MinedPair, trimSpan } from './mined-pair.js';

/** Subjects that say nothing. */
const EMPTY_SUBJECT =
  /^(?:merge|revert|bump|release|version|wip|fixup!|squash!|update (?:changelog|deps|dependencies)|v?\d+\.\d+)/i;
/** Lines that close a message: who signed it, what it closes. */
const TRAILER =
  /^\s*(?:(?:[a-z-]+-by|change-id|cc|pr-url|git-svn-id)\s*:.*|(?:fix(?:es|ed)?|close[sd]?|resolve[sd]?|refs?)\s*(?::\s*)?(?:#\d|https?:|[\w.-]+\/[\w.-]+#\d).*|)$/i;
/** Longest subject, in characters; a longer line is no subject. */
const MAX_SUBJECT = 300;
/** The beginning of a commit as `git log` prints it. */
const LOG_ENTRY = /^commit [0-9a-f]{7,64}\b.*$/gm;

/** Commit subject -> body: documents that are one commit, and stored output of `git log`. */
export const mineCommits: Mine = (document, bounds) => {
  const { text, metadata } = document;
  const type = document.category || (metadata['type'] ?? metadata['kind']);
  const isCommit = type === 'commit' || /\/commits?\/[0-9a-f]{7,64}$/.test(document.uri);
  if (isCommit) return pairOf(text, { start: 0, end: text.length }, document.title, bounds);
  if (document.format === 'code' || !/^commit [0-9a-f]{7,64}\b/m.test(text)) return [];
  const starts = [...text.matchAll(LOG_ENTRY)].map((match) => match.index);
  return starts.flatMap((start, at) => {
    const end = starts[at + 1] ?? text.length;
    const headerEnd = /\n\s*\n/.exec(text.slice(start, end));
    if (headerEnd === null) return [];
    return pairOf(text, { start: start + headerEnd.index + headerEnd[0].length, end }, '', bounds);
  });
};

/** Subject and body of one message: the first line (unless the title holds it) and what follows the blank line. */
function pairOf(
  text: string,
  span: { start: number; end: number },
  title: string,
  bounds: { minCharacters: number; maxCharacters: number },
): MinedPair[] {
  let { start } = span;
  let subject = title.trim();
  const firstEnd = text.indexOf('\n', start);
  const first = text
    .slice(start, firstEnd < 0 ? span.end : Math.min(firstEnd, span.end))
    .replace(/^#+\s*/, '')
    .trim();
  if (subject === '' || first === subject) {
    subject = first;
    start = firstEnd < 0 ? span.end : firstEnd + 1;
  }
  if (subject.length > MAX_SUBJECT) return [];
  subject = subject
    .replace(/^(?:feat|fix|docs|chore|refactor|perf|test|build|ci|style)(?:\([^)]*\))?!?:\s*/i, '')
    .replace(/\s*\(#\d+\)$/, '');
  const body = trimSpan(text, { start, end: endBeforeTrailers(text, start, span.end) }, bounds.maxCharacters);
  if (subject.length < 10 || EMPTY_SUBJECT.test(subject) || body.end - body.start < bounds.minCharacters / 2) return [];
  return [{ anchor: subject, positive: text.slice(body.start, body.end), ...body }];
}

/** Where a message ends when the trailers at its end (who signed it, what it closes) are left out. */
export function endBeforeTrailers(text: string, start: number, end: number): number {
  let at = end;
  while (at > start) {
    const lineStart = Math.max(start, text.lastIndexOf('\n', at - 1) + 1);
    if (!TRAILER.test(text.slice(lineStart, at))) return at;
    at = lineStart - 1;
  }
  return start;
}
