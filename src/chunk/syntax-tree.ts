import type { Tree } from '@vscode/tree-sitter-wasm';
import { dropParsers, type GrammarName, grammarFor, loadParser } from './grammars.js';

/** Longest program that is parsed; a longer one is generated or data. */
const LONGEST_PARSED = 512 * 1024;

/**
 * The syntax tree of a program, which the caller must `delete()`: it lives in memory that is never collected. Undefined
 * for a language without a grammar and for a text that takes the parser too much work.
 */
export async function parseProgram(text: string, language: string): Promise<Tree | undefined> {
  const grammar = text.length <= LONGEST_PARSED ? grammarFor(language) : undefined;
  if (grammar === undefined) return undefined;
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
