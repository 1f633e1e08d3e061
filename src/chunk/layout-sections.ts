import { linesBlock, type Section } from './section.js';
import { leastIndentedLines, paragraphCuts } from './text-cuts.js';

/**
 * Reads a program without a grammar by its layout: an unindented line behind a blank one begins the next section, which is named by
 * the declaration it opens with, if that is of a common form. Members are found the same way, one indentation deeper.
 */
export function readByLayout(text: string, language: string): Section[] {
  const cuts = paragraphCuts(text, 0, text.length).filter((cut) => /[^\s})\]]/.test(text.charAt(cut)));
  const isNamed = !WITHOUT_DECLARATIONS.has(language.toLowerCase());
  return sectionsBetween({ text, start: 0, end: text.length, path: [], isNamed }, cuts);
}

/** Data, markup and prose, in which `type x` or `function of` declare nothing. */
const WITHOUT_DECLARATIONS: ReadonlySet<string> = new Set(
  'csv tsv json jsonl yaml toml ini xml html latex template diff css scss sass less dockerfile gomod wat'.split(' '),
);

/** Deepest nesting of declarations that is followed. */
const DEEPEST = 4;

interface Region {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly path: readonly string[];
  readonly isNamed: boolean;
}

function sectionsBetween(region: Region, cuts: readonly number[]): Section[] {
  return [region.start, ...cuts].map((start, at) => {
    const end = cuts[at] ?? region.end;
    const opening = region.text.slice(start, Math.min(end, start + OPENING_LENGTH));
    const found = region.isNamed ? declarationIn(opening) : undefined;
    // The head of a section that has been cut opens with the section's own declaration.
    const isHead = at === 0 && found?.name === region.path.at(-1);
    const path = found && !isHead ? [...region.path, found.name] : region.path;
    const own = { ...region, start, end, path };
    const members =
      found && !isHead && path.length <= DEEPEST
        ? // What stands above the declaration is comment; the lines below it are measured against its own.
          () => sectionsBetween(own, memberCuts(region.text, start + found.at, end))
        : undefined;
    return { start, end, path, titled: found !== undefined, blocks: [linesBlock(own)], members };
  });
}

/** Before each block behind a blank line and each declaration, with the comments and annotations right above it. */
function memberCuts(text: string, start: number, end: number): number[] {
  const cuts: number[] = [];
  let above: number | undefined;
  for (const { at, isAfterBlank } of leastIndentedLines(text, start, end)) {
    const line = text.slice(at, Math.min(end, at + 300));
    if (isAfterBlank) cuts.push(at);
    else if (declarationIn(line)?.at === 0) cuts.push(above ?? at);
    const isAbove = /^[ \t]*(?:\/\/|\/?\*|#|--|@|;)/.test(line);
    above = isAbove ? ((isAfterBlank ? undefined : above) ?? at) : undefined;
  }
  return [...new Set(cuts)];
}

/** How far into a section its declaration is looked for. */
const OPENING_LENGTH = 1500;

/** Keywords that may stand before the one that declares. */
const MODIFIERS =
  'export|public|private|protected|internal|static|abstract|final|sealed|open|override|async|inline|virtual|pub(?:\\([\\w ]+\\))?|local|default|data|case|suspend|partial|unsafe|extern|declare|fileprivate|mutating|implicit|@\\w+';

const KEYWORDS =
  'function|func|fun|fn|defp?|defmodule|defmacro|class|interface|struct|enum|trait|protocol|extension|module|object|namespace|type|union|record|sub|proc|procedure|subroutine|macro|contract|actor|mixin|create\\s+(?:or\\s+replace\\s+)?(?:(?:temp|temporary|unlogged|unique|materialized|external|global)\\s+)*(?:table|view|function|procedure|index|trigger|type|sequence)(?:\\s+concurrently)?(?:\\s+if\\s+not\\s+exists)?';

const DECLARATION = new RegExp(
  `^[ \\t]*(?:(?:${MODIFIERS})[ \\t]+)*(?:${KEYWORDS})[ \\t]+["\\x60]?([\\p{L}_$][\\p{L}\\p{N}_$.:!?-]*)`,
  'imu',
);

function declarationIn(opening: string): { readonly name: string; readonly at: number } | undefined {
  const match = DECLARATION.exec(opening);
  const name = match?.[1]?.replace(/[.:!?-]+$/, '') ?? '';
  return match && name !== '' ? { name, at: match.index } : undefined;
}
