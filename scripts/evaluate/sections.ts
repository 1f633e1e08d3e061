import type { TextFile } from './file-collection.js';

/** A part of a file as the peer indexes it. */
export interface Section {
  /** Headings from the document's first level to this section, joined by ` > `. */
  readonly heading: string;
  readonly text: string;
}

/** Code is cut at the first blank line from here on ... */
const CODE_LINES = 60;
/** ... and here at the latest. */
const MOST_CODE_LINES = 90;

interface Heading {
  readonly level: number;
  readonly title: string;
}

/** Cuts a file into sections: Markdown and reStructuredText at headings, everything else by lines. White space alone is none. */
export function cutSections({ path, text }: TextFile): Section[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const lines = text.split(/\r?\n/);
  const sections = path.endsWith('.md')
    ? cutAtHeadings(lines, markdownHeadings(lines), { title: frontMatterTitle(lines), name })
    : path.endsWith('.rst')
      ? cutAtHeadings(lines, rstHeadings(lines), { title: undefined, name })
      : cutByLines(lines).map((part) => ({ heading: name, text: part }));
  return sections.filter((section) => section.text.trim() !== '');
}

/** Headings by line index. */
type Headings = ReadonlyMap<number, Heading>;

function cutAtHeadings(
  lines: readonly string[],
  headings: Headings,
  { title, name }: { readonly title: string | undefined; readonly name: string },
): Section[] {
  const [first] = headings.values();
  const starts = [...headings.keys()];
  const sections = [
    { heading: title ?? first?.title ?? name, text: lines.slice(0, starts[0] ?? lines.length).join('\n') },
  ];
  const open: Heading[] = [];
  starts.forEach((start, at) => {
    const heading = headings.get(start);
    if (heading === undefined) return;
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    open.push(heading);
    const text = lines.slice(start, starts[at + 1] ?? lines.length).join('\n');
    sections.push({ heading: open.map((one) => one.title).join(' > '), text });
  });
  return sections;
}

function markdownHeadings(lines: readonly string[]): Headings {
  const headings = new Map<number, Heading>();
  let isFenced = false;
  lines.forEach((line, at) => {
    if (/^\s*(?:```|~~~)/.test(line)) isFenced = !isFenced;
    const match = isFenced ? null : /^(#{1,6})\s+(.*)$/.exec(line);
    if (match !== null) headings.set(at, { level: match[1]?.length ?? 1, title: (match[2] ?? '').trim() });
  });
  return headings;
}

/** `title:` of the front matter. */
function frontMatterTitle(lines: readonly string[]): string | undefined {
  if (lines[0]?.trim() !== '---') return undefined;
  const end = lines.findIndex((line, at) => at > 0 && line.trim() === '---');
  const field = lines.slice(1, Math.max(end, 1)).find((line) => /^title:/.test(line));
  return field
    ?.slice('title:'.length)
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2');
}

const UNDERLINE = /^([=\-~^*#+"'`.:_])\1{2,}\s*$/;

/** A character that was met before closes everything from its level; a new one goes one deeper. */
function rstHeadings(lines: readonly string[]): Headings {
  const headings = new Map<number, Heading>();
  const signs: string[] = [];
  lines.forEach((line, at) => {
    const below = lines[at + 1]?.trimEnd() ?? '';
    const sign = UNDERLINE.exec(below)?.[1];
    if (sign === undefined || line.trim() === '' || /^\s/.test(line) || UNDERLINE.test(line)) return;
    if (below.length < line.trimEnd().length - 1) return;
    const known = signs.indexOf(sign);
    if (known >= 0) signs.length = known;
    signs.push(sign);
    headings.set(at, { level: signs.length, title: line.trim() });
  });
  return headings;
}

function cutByLines(lines: readonly string[]): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  for (const line of lines) {
    if (part.length >= MOST_CODE_LINES || (part.length >= CODE_LINES && line.trim() === '')) {
      parts.push(part.join('\n'));
      part = [];
    }
    part.push(line);
  }
  return [...parts, part.join('\n')];
}
