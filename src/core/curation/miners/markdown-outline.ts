/** A line of a document. */
export interface TextLine {
  readonly start: number;
  /** Offset behind the last character, line end not counted. */
  readonly end: number;
  readonly text: string;
  /** Inside a fenced code block, its fences included. */
  readonly isCode: boolean;
}

/** A heading and what stands under it. */
export interface Section {
  readonly level: number;
  /** Text of the heading as written, without its marks. */
  readonly heading: string;
  /** Headings above it, outermost first. */
  readonly path: readonly string[];
  /** Span from behind the heading to the next heading of any level. */
  readonly start: number;
  readonly end: number;
  /** Span to the next heading of the same or a higher level. */
  readonly endWithChildren: number;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Lines with their offsets; fenced code is marked (CommonMark 4.5: a fence closes with at least as many of its marks). */
export function splitLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let fence: string | undefined;
  let start = 0;
  while (start <= text.length) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    const mark = FENCE.exec(line)?.[1];
    const wasOpen = fence !== undefined;
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && fence !== undefined && mark.startsWith(fence) && line.trim() === mark)
      fence = undefined;
    lines.push({ start, end, text: line, isCode: wasOpen || fence !== undefined });
    if (found < 0) break;
    start = found + 1;
  }
  return lines;
}

/** Sections under ATX headings (`## Title`), in order. Text before the first heading is no section. */
export function outline(text: string): Section[] {
  const sections: (Section & { end: number; endWithChildren: number })[] = [];
  /** Sections that the current line lies in, outermost first. */
  const open: (typeof sections)[number][] = [];
  for (const line of splitLines(text)) {
    const match = line.isCode ? null : /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line.text);
    if (match === null) continue;
    const level = match[1]?.length ?? 1;
    const last = sections.at(-1);
    if (last !== undefined) last.end = line.start;
    while ((open.at(-1)?.level ?? 0) >= level) {
      const closed = open.pop();
      if (closed !== undefined) closed.endWithChildren = line.start;
    }
    const section = {
      level,
      heading: match[2]?.trim() ?? '',
      path: open.map(({ heading }) => heading),
      start: line.end,
      end: text.length,
      endWithChildren: text.length,
    };
    sections.push(section);
    open.push(section);
  }
  return sections;
}
