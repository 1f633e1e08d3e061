import { canonicalLanguage } from './languages.js';
import { replaceInline } from './light-markup.js';
import { firstHeading } from './markdown.js';
import type { ParsedBody } from './parsed-document.js';

/** Reads Org as Markdown with the same number of lines: line n of the text is line n of the file. */
export function parseOrg(source: string): ParsedBody {
  const state = { closing: '', title: '', isDrawer: false };
  const text = source
    .split('\n')
    .map((line) => convertLine(line, state))
    .join('\n');
  return { text, format: 'markdown', title: state.title || firstHeading(text) };
}

interface OrgState {
  /** Line that ends the block being read, in lower case; empty outside of blocks. */
  closing: string;
  title: string;
  isDrawer: boolean;
}

const INLINE: readonly (readonly [RegExp, string])[] = [
  [/\[\[([^\][]+)\]\[([^\][]+)\]\]/g, '[$2]($1)'],
  [/\[\[([^\][]+)\]\]/g, '<$1>'],
  [/(^|[\s({'"])[=~]([^\s=~](?:[^=~]*[^\s=~])?)[=~](?=[\s)}'",.;:!?-]|$)/g, '$1`$2`'],
  [/(^|[\s({'"])\*([^\s*](?:[^*]*[^\s*])?)\*(?=[\s)}'",.;:!?-]|$)/g, '$1**$2**'],
  [/(^|[\s({'"])\/([^\s/](?:[^/]*[^\s/])?)\/(?=[\s)}'",.;:!?-]|$)/g, '$1*$2*'],
];

function convertLine(line: string, state: OrgState): string {
  const lower = line.trim().toLowerCase();
  if (state.closing !== '') {
    if (lower !== state.closing) return line;
    state.closing = '';
    return '```';
  }
  if (state.isDrawer || /^:(?:properties|logbook):$/.test(lower)) {
    state.isDrawer = lower !== ':end:';
    return '';
  }
  const begin = /^[ \t]*#\+begin_(src|example|export)(?:[ \t]+([\w+#-]+))?/i.exec(line);
  if (begin !== null) {
    state.closing = `#+end_${begin[1]?.toLowerCase()}`;
    return `\`\`\`${begin[2] === undefined ? '' : canonicalLanguage(begin[2])}`;
  }
  const keyword = /^[ \t]*#\+(\w+):?[ \t]*(.*)$/.exec(line);
  if (keyword !== null) {
    if (keyword[1]?.toLowerCase() === 'title') state.title = keyword[2] ?? '';
    return '';
  }
  if (/^[ \t]*#(?:[ \t]|$)/.test(line)) return '';
  return convertText(line);
}

function convertText(line: string): string {
  const heading =
    /^(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING)[ \t]+)?(?:\[#[A-Z]\][ \t]+)?(.*?)(?:[ \t]+:[\w@#%:]+:)?$/.exec(line);
  if (heading !== null)
    return `${'#'.repeat(Math.min(6, heading[1]?.length ?? 1))} ${replaceInline(heading[2] ?? '', INLINE)}`;
  if (/^[ \t]*\|[-+]+\|?[ \t]*$/.test(line)) return line.replaceAll('+', '|');
  return replaceInline(line, INLINE);
}
