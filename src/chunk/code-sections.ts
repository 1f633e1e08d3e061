import type { Node, Tree } from '@vscode/tree-sitter-wasm';
import { dropParsers, type GrammarName, grammarFor, loadParser } from './grammars.js';
import { readByLayout } from './layout-sections.js';
import { linesBlock, type Section } from './section.js';
import { declarationOf, TRANSPARENT } from './symbols.js';

/** Sections of a program, and the syntax tree behind them, to be freed when they have been read. */
export interface CodeOutline {
  readonly sections: readonly Section[];
  free(): void;
}

/** Longest program that is parsed; a longer one is generated or data. */
const LONGEST_PARSED = 512 * 1024;

/**
 * Reads a program as sections, one for each declaration (with the comment, decorators and attributes right above it), whose
 * members are the declarations inside. A language without a grammar is read by its layout.
 */
export async function readCode(text: string, language: string): Promise<CodeOutline> {
  const grammar = text.length <= LONGEST_PARSED ? grammarFor(language) : undefined;
  const tree = grammar && (await parse(text, grammar));
  if (!tree) return { sections: readByLayout(text, language), free: () => undefined };
  const region: Region = { text, start: 0, end: text.length, path: [], depth: 0 };
  return { sections: sectionsOf(tree.rootNode, region), free: () => tree.delete() };
}

async function parse(text: string, grammar: GrammarName): Promise<Tree | undefined> {
  const tree = await parseWith(text, grammar);
  if (grammar !== 'typescript' || !tree?.rootNode.hasError) return tree;
  // A `.ts` name does not keep people from writing JSX.
  const other = await parseWith(text, 'tsx');
  if (!other || other.rootNode.hasError) {
    other?.delete();
    return tree;
  }
  tree.delete();
  return other;
}

/**
 * Work that the parser may do, in its own steps: real programs take up to .03 for each code unit, some hostile ones time and
 * memory beyond all bounds. Counted in steps, not in time, so that the outcome is the same on every machine.
 */
const STEPS = 500;
const STEPS_PER_CODE_UNIT = 0.06;

/** Undefined when the text takes the parser too much work. */
async function parseWith(text: string, grammar: GrammarName): Promise<Tree | undefined> {
  const parser = await loadParser(grammar);
  let steps = STEPS + text.length * STEPS_PER_CODE_UNIT;
  try {
    const tree = parser.parse(text, null, { progressCallback: () => --steps < 0 });
    if (!tree) parser.reset();
    return tree ?? undefined;
  } catch {
    // The parser ran out of its memory and is of no further use; the text is read by its layout instead.
    dropParsers();
    return undefined;
  }
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
    if (end > at)
      addGap(sections, { start: at, end, path, titled: false, blocks: [linesBlock({ start: at, end })] }, text);
    at = end;
  };
  const children = declarationCandidates(container);
  for (const [index, child] of children.entries()) {
    const declaration = declarationOf(child);
    if (!declaration || child.endIndex <= at) continue;
    close(Math.max(at, openingOf(children, index, text)));
    const own = {
      ...region,
      start: at,
      end: endOfLine(text, child.endIndex, region.end),
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

function declarationCandidates(container: Node): Node[] {
  return container.namedChildren.flatMap((child) => {
    if (!child) return [];
    return TRANSPARENT.has(child.type) ? declarationCandidates(child) : [child];
  });
}

const ATTACHED = /comment|decorator|attribute|annotation/;

/** Start of the line on which the declaration, with what is attached right above it, begins. */
function openingOf(nodes: readonly Node[], index: number, text: string): number {
  let start = nodes[index]?.startIndex ?? 0;
  for (let at = index - 1; at >= 0; at--) {
    const above = nodes[at];
    if (!above || !ATTACHED.test(above.type) || !isAtLineStart(text, above.startIndex)) break;
    if (/\n[ \t]*\n/.test(text.slice(above.endIndex - 1, start))) break;
    start = above.startIndex;
  }
  return lineStart(text, start);
}

function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at--;
  return at === 0 || text[at - 1] === '\n' ? at : offset;
}

function isAtLineStart(text: string, offset: number): boolean {
  const at = lineStart(text, offset);
  return at === 0 || text[at - 1] === '\n';
}

/** Behind what follows a declaration on its last line, if that is no more than a sign or a comment. */
function endOfLine(text: string, offset: number, limit: number): number {
  const rest = /^[;,)}\] \t]{0,8}(?:(?:\/\/|#)[^\n]{0,200})?\n/.exec(text.slice(offset, Math.min(limit, offset + 220)));
  return rest ? offset + rest[0].length : offset;
}
