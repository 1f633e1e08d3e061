import type { Node } from '@vscode/tree-sitter-wasm';
import { readByLayout } from './layout-sections.js';
import { attachedAbove, endWithTrailing, lineStart, opensWithFileComment } from './own-comments.js';
import { linesBlock, type Section } from './section.js';
import { declarationOf, membersOf } from './symbols.js';
import { parseProgram } from './syntax-tree.js';

/** Sections of a program, and the syntax tree behind them, to be freed when they have been read. */
export interface CodeOutline {
  readonly sections: readonly Section[];
  free(): void;
}

/**
 * Reads a program as sections, one for each declaration (with the comment, decorators and attributes right above it), whose
 * members are the declarations inside. A language without a grammar is read by its layout.
 */
export async function readCode(text: string, language: string): Promise<CodeOutline> {
  const tree = await parseProgram(text, language);
  if (!tree) return { sections: readByLayout(text, language), free: () => undefined };
  const region: Region = { text, start: 0, end: text.length, path: [], depth: 0 };
  return { sections: sectionsOf(tree.rootNode, region), free: () => tree.delete() };
}

interface Region {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly path: readonly string[];
  readonly depth: number;
}

/** Deepest nesting of declarations that is followed. */
const DEEPEST = 12;

function sectionsOf(container: Node, region: Region): Section[] {
  const { text, path } = region;
  const sections: Section[] = [];
  let at = region.start;
  const close = (end: number): void => {
    if (end > at) addGap(sections, gapBetween(at, end), text);
    at = end;
  };
  const children = membersOf(container);
  const gapBetween = (start: number, end: number): Section => ({
    start,
    end,
    path,
    titled: false,
    blocks: [linesBlock({ start, end })],
    isApart: path.length === 0 && start === 0 && opensWithFileComment(children, text, end),
  });
  for (const [index, child] of children.entries()) {
    const declaration = declarationOf(child);
    if (!declaration || child.endIndex <= at) continue;
    close(Math.max(at, lineStart(text, (attachedAbove(children, index, text)[0] ?? child).startIndex)));
    const own = {
      ...region,
      start: at,
      end: endOfLine(text, endWithTrailing(children, index, text), region.end),
      path: [...path, ...declaration.names],
    };
    const body = declaration.body;
    const members =
      body && region.depth < DEEPEST ? () => sectionsOf(body, { ...own, depth: region.depth + 1 }) : undefined;
    sections.push({ start: own.start, end: own.end, path: own.path, titled: true, blocks: [linesBlock(own)], members });
    at = own.end;
  }
  close(region.end);
  return sections;
}

/** What stands between declarations; a lone bracket belongs to the section before it. */
function addGap(sections: Section[], gap: Section, text: string): void {
  const last = sections.at(-1);
  if (!last || /[\p{L}\p{N}]/u.test(text.slice(gap.start, gap.end))) {
    sections.push(gap);
    return;
  }
  const { start, path, titled, members } = last;
  const region = { start, end: gap.end };
  sections[sections.length - 1] = {
    ...region,
    path,
    titled,
    blocks: [linesBlock(region)],
    members: members && (() => extendLast(members(), gap.end)),
  };
}

function extendLast(sections: readonly Section[], end: number): readonly Section[] {
  const last = sections.at(-1);
  if (!last) return sections;
  const { members } = last;
  const region = { start: last.start, end };
  const extended = {
    ...last,
    end,
    blocks: [linesBlock(region)],
    members: members && (() => extendLast(members(), end)),
  };
  return [...sections.slice(0, -1), extended];
}

/** Behind what follows a declaration on its last line, if that is no more than a sign or a comment. */
function endOfLine(text: string, offset: number, limit: number): number {
  const rest = /^[;,)}\] \t]{0,8}(?:(?:\/\/|#)[^\n]{0,200})?\n/.exec(text.slice(offset, Math.min(limit, offset + 220)));
  return rest ? offset + rest[0].length : offset;
}
