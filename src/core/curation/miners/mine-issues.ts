import { outline, type Section } from './markdown-outline.js';
import { endBeforeTrailers } from './mine-commits.js';
import { type MinableDocument, type Mine, type MinedPair, plainPhrase, trimSpan } from './mined-pair.js';

/** Headings and openings of a comment that settles an issue. */
const ACCEPTED = /\b(?:accepted|answer|solution|resolution|resolved|fix(?:ed)?|workaround)\b/i;
const FIXING =
  /\b(?:fixed (?:in|by|with)|fixes #|closed (?:in|by)|the (?:fix|solution|workaround) is|this (?:was|is|has been) fixed|solved (?:it )?by|you (?:need|have) to|released in|should be fixed)\b|^[^\w\n]*(?:work-?around|solution|resolution|fix|answer)\b[^\w\n]*:/im;
/** What asks its author for more settles nothing, even where it says "you need to". */
const ASKING =
  /\?\s*$|\b(?:more (?:info|information|details?|context)|repro(?:duc\w*)?|please (?:provide|share|attach|post|open|try|run|send)|could you|can you|which version)\b/i;

/** Headings of what others wrote under an issue or pull request that came through the code host's API. */
const COMMENT = /^(?:Comment|Review of .*) by /;

/** Whether a document is an issue, a pull request or a discussion of a code host. */
function isThread(document: MinableDocument): boolean {
  if (/^(?:issue|pull_request|discussion)$/.test(document.category)) return true;
  return /\/(?:issues|pull|pulls|discussions|merge_requests)\/\d+(?:$|[#?])/.test(document.uri);
}

/** What a merged pull request says of itself: the text under its title, without the line that tells who and when. */
function describedFix(
  document: MinableDocument,
  sections: readonly Section[],
): { start: number; end: number } | undefined {
  if (document.category !== 'pull_request' || document.metadata['state'] !== 'merged') return undefined;
  const [first] = sections;
  if (first === undefined) return undefined;
  const comment = sections.find((section) => COMMENT.test(section.heading));
  const text = document.text.slice(first.start, comment?.start ?? document.text.length);
  const byline = /^\s*Pull request by [^\n]*\n/.exec(text)?.[0].length ?? 0;
  const end = comment === undefined ? document.text.length : document.text.lastIndexOf('\n#', comment.start - 1);
  return { start: first.start + byline, end: Math.max(first.start + byline, end) };
}

/**
 * Title -> what settles it: of a merged pull request its description, of an issue the comment marked as answer or fix,
 * else the first comment that says what fixed it. What is still open is not settled.
 */
export const mineIssues: Mine = (document, bounds) => {
  if (document.format !== 'markdown' || !isThread(document) || document.metadata['state'] === 'open') return [];
  const anchor = plainPhrase(document.title).replace(
    /^(?:\[[^\]]{1,30}\]:?|#\d+:?|(?:issue|pull request|bug|feature)(?: #?\d+)?:)\s*/i,
    '',
  );
  if (anchor.length < 10) return [];
  const sections = outline(document.text);
  const described = describedFix(document, sections);
  const settling = described ?? settlingComment(document.text, commentsOf(document, sections));
  if (settling === undefined) return [];
  const end = endBeforeTrailers(document.text, settling.start, settling.end);
  const span = trimSpan(document.text, { start: settling.start, end }, bounds.maxCharacters);
  if (span.end - span.start < bounds.minCharacters / 2) return [];
  const pair: MinedPair = { anchor, positive: document.text.slice(span.start, span.end), ...span };
  return [pair];
};

/** Sections that may answer: headings of an issue's own text are those of a form that its author filled in. */
function commentsOf({ category }: MinableDocument, sections: readonly Section[]): readonly Section[] {
  const first = sections.findIndex((section) => COMMENT.test(section.heading));
  if (first >= 0) return sections.slice(first);
  return category === 'issue' || category === 'pull_request' ? [] : sections.slice(1);
}

function settlingComment(text: string, comments: readonly Section[]): { start: number; end: number } | undefined {
  const named = comments.find((comment) => ACCEPTED.test(comment.heading));
  const settles = (said: string): boolean => FIXING.test(said) && !ASKING.test(said);
  const found = named ?? comments.find((comment) => settles(text.slice(comment.start, comment.end)));
  return found === undefined ? undefined : { start: found.start, end: found.endWithChildren };
}
