import { splitLines } from './markdown-outline.js';
import { type Mine, type MinedPair, type MiningBounds, plainPhrase, trimPassage } from './mined-pair.js';
import { visibleText } from './visible-text.js';

const LINK = /(?<!!)\[(?<text>[^\]\n]{4,200})\]\(<?(?<target>[^)\s>]{1,1000})>?(?:\s+["'(][^)]*)?\)/g;
/** Link texts that say nothing of where they lead. */
const EMPTY_TEXT =
  /^(?:here|this|link|click here|read more|more|see|source|docs?|documentation|details|learn more|next|previous|back|top|edit|view|website|home|github|https?:.*|www\..*|[\d.]+)$/i;

/** Link text -> opening of the page it leads to. The caller finds the page among the stored documents. */
export const mineLinks: Mine = (document) => {
  if (document.format !== 'markdown') return [];
  const pairs: MinedPair[] = [];
  for (const line of splitLines(document.text)) {
    if (line.isCode) continue;
    for (const match of line.text.matchAll(LINK)) {
      const anchor = plainPhrase(match.groups?.['text'] ?? '');
      const target = match.groups?.['target'] ?? '';
      if (EMPTY_TEXT.test(anchor) || !anchor.includes(' ') || target.startsWith('#') || /^mailto:/i.test(target))
        continue;
      const start = line.start + match.index;
      pairs.push({ anchor, positive: '', start, end: start + match[0].length, target });
    }
  }
  return pairs;
};

/** Addresses that a link may mean, best first: joined to the page's own address, as it is, with and without endings. */
export function linkCandidates(base: string, target: string): string[] {
  const [path = ''] = target.split('#');
  const absolute = joinAddress(base, path);
  if (absolute === undefined) return [];
  const bare = absolute.replace(/\/$/, '');
  const stem = bare.replace(/\.(?:md|mdx|html?|rst)$/i, '');
  const endings = ['', '.md', '.mdx', '.html', '.rst', '/index.md', '/README.md', '/'];
  return [...new Set([absolute, bare, ...endings.map((ending) => stem + ending)])];
}

/** The address that a relative reference means: of URLs by their rules, of paths (also of files in a repository, `url#ref:path`) by folders. */
function joinAddress(base: string, reference: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) return reference;
  const inRepository = /^(?<repository>[^#]*#[^:]*:)(?<path>.*)$/.exec(base)?.groups;
  if (inRepository !== undefined) {
    const path = (inRepository['path'] ?? '').split('/').map(decodePart).join('/');
    const joined = joinAddress(reference.startsWith('/') ? '' : path, reference.replace(/^\/+/, '')) ?? '';
    return `${inRepository['repository']}${joined.split('/').map(encodeURIComponent).join('/')}`;
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(base)) {
    try {
      return new URL(reference, base).href;
    } catch {
      return undefined; // What is no address leads nowhere.
    }
  }
  const colon = /^[^:]*@[^:]*:|^[^/:]+:/.exec(base)?.[0] ?? '';
  const folders = base.slice(colon.length).split('/').slice(0, -1);
  const parts = reference.startsWith('/') ? [] : folders;
  const root = reference.startsWith('/') || base.slice(colon.length).startsWith('/') ? '/' : '';
  const joined = [...parts.filter((part) => part !== '')];
  for (const part of reference.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') joined.pop();
    else joined.push(decodePart(part));
  }
  return colon + root + joined.join('/');
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // A lone percent sign is a character like any other.
  }
}

/** The opening of a page: what stands behind its title, up to the first heading behind enough text, within the bounds. */
export function openingOf(text: string, bounds: MiningBounds): { readonly start: number; readonly end: number } {
  let start = 0;
  let hasText = false;
  for (const line of splitLines(text)) {
    const isHeading = !line.isCode && /^ {0,3}#{1,6}\s/.test(line.text);
    if (
      isHeading &&
      hasText &&
      visibleText(text.slice(start, Math.min(line.start, start + bounds.maxCharacters))).length >= bounds.minCharacters
    ) {
      return trimPassage(text, { start, end: line.start }, bounds.maxCharacters);
    }
    if (!hasText && (isHeading || line.text.trim() === '')) start = line.end + 1;
    else hasText = true;
  }
  return trimPassage(text, { start: Math.min(start, text.length), end: text.length }, bounds.maxCharacters);
}
