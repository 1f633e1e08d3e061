import { outline } from './markdown-outline.js';
import { type Mine, type MinedPair, plainPhrase, trimSpan } from './mined-pair.js';

/** Headings and openings of a comment that settles an issue. */
const ACCEPTED = /\b(?:accepted|answer|solution|resolution|resolved|fix(?:ed)?|workaround)\b/i;
const FIXING =
  /\b(?:fixed (?:in|by|with)|fixes #|closed (?:in|by)|the (?:fix|solution|workaround) is|this (?:was|is|has been) fixed|solved (?:it )?by|you (?:need|have) to|released in|should be fixed)\b/i;

/** Whether a document is an issue, a pull request or a discussion of a code host. */
function isThread(document: { readonly uri: string; readonly metadata: Readonly<Record<string, unknown>> }): boolean {
  const type = document.metadata['type'] ?? document.metadata['kind'];
  if (typeof type === 'string' && /^(?:issue|pull|pull-request|pr|discussion)$/i.test(type)) return true;
  return /\/(?:issues|pull|pulls|discussions|merge_requests)\/\d+(?:$|[#?])/.test(document.uri);
}

/** Title of a closed issue -> the comment that settles it: one marked as answer or fix, else the first that says what fixed it. */
export const mineIssues: Mine = (document, bounds) => {
  if (document.format !== 'markdown' || !isThread(document)) return [];
  const anchor = plainPhrase(document.title).replace(
    /^(?:\[[^\]]{1,30}\]|#\d+:?|(?:issue|pull request|bug|feature)(?: #?\d+)?:)\s*/i,
    '',
  );
  if (anchor.length < 10) return [];
  const sections = outline(document.text).filter((section) => plainPhrase(section.heading) !== anchor);
  const isSettling = (section: { heading: string; start: number; end: number }): boolean =>
    ACCEPTED.test(section.heading) || FIXING.test(document.text.slice(section.start, section.end));
  const [settling] = [
    ...sections.filter((section) => ACCEPTED.test(section.heading)),
    ...sections.slice(1).filter(isSettling),
  ];
  if (settling === undefined) return [];
  const span = trimSpan(document.text, { start: settling.start, end: settling.endWithChildren }, bounds.maxCharacters);
  if (span.end - span.start < bounds.minCharacters / 2) return [];
  const pair: MinedPair = { anchor, positive: document.text.slice(span.start, span.end), ...span };
  return [pair];
};
