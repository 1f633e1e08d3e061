import { enclosingSymbol } from '../../core/code/enclosing-symbol.js';
import { fitName, type NameFit } from '../../core/code/symbol-name.js';
import type { CodeSymbol, LocatedName, Mention, SymbolReader } from '../../core/code/symbol-reader.js';
import { createLineIndex, type LineIndex } from '../../core/text/lines.js';
import type { Document } from '../../core/types.js';
import { linesOf } from './structures.js';

/** Where a name is defined. */
export interface Definition extends Pick<CodeSymbol, 'kind' | 'path' | 'signature' | 'summary' | 'isMinor'> {
  readonly document: Omit<Document, 'text'>;
  readonly fit: NameFit;
  /** The line of its name. */
  readonly line: number;
  /** The whole with its own comment. */
  readonly startLine: number;
  readonly endLine: number;
}

/** Where a name is used. */
export interface Reference {
  readonly document: Omit<Document, 'text'>;
  readonly line: number;
  /** The line's text, at most 160 code units around the name. */
  readonly lineText: string;
  /** The name as it is written there. */
  readonly text: string;
  /** Names of the declaration around it; empty outside of any. */
  readonly within: readonly string[];
  /** Whether the qualifier that was asked for stands before it. */
  readonly isQualified: boolean;
  /** False where the language has no grammar, so that a comment or a string may pass for a use. */
  readonly isCertain: boolean;
}

/** What one program knows of a name. */
export interface Uses {
  readonly definitions: readonly Definition[];
  /** At most one for each line. */
  readonly references: readonly Reference[];
  readonly comments: number;
  readonly strings: number;
}

/** Reads a program for a name, given by its parts (`['Store', 'get']`). */
export async function readUses(reader: SymbolReader, document: Document, parts: readonly string[]): Promise<Uses> {
  const located = await reader.locate(document, parts.at(-1) ?? '');
  const { text, ...about } = document;
  const lines = createLineIndex(text);
  const count = (kind: Mention['kind']): number => located.mentions.filter((mention) => mention.kind === kind).length;
  return {
    definitions: definitionsIn(located, { about, lines }, parts),
    references: referencesIn(located, { about, lines, text }, parts.at(-2)),
    comments: count('comment'),
    strings: count('string'),
  };
}

interface Place {
  readonly about: Omit<Document, 'text'>;
  readonly lines: LineIndex;
}

function definitionsIn({ symbols }: LocatedName, { about, lines }: Place, parts: readonly string[]): Definition[] {
  return symbols.flatMap((symbol) => {
    const fit = fitName(parts, symbol.path);
    if (fit === undefined) return [];
    const { kind, path, signature, summary, isMinor, nameAt } = symbol;
    const line = lines.lineAt(nameAt);
    return [{ document: about, fit, kind, path, signature, summary, isMinor, line, ...linesOf(symbol, lines) }];
  });
}

function referencesIn(
  { mentions, symbols, basis }: LocatedName,
  { about, lines, text }: Place & { readonly text: string },
  qualifier: string | undefined,
): Reference[] {
  const byLine = new Map<number, Reference>();
  for (const mention of mentions) {
    if (mention.kind !== 'reference' && mention.kind !== 'word') continue;
    const line = lines.lineAt(mention.start);
    if (byLine.has(line)) continue;
    byLine.set(line, {
      document: about,
      line,
      lineText: lineAround(text, mention, lines),
      text: mention.text,
      within: enclosingSymbol(symbols, mention.start)?.path ?? [],
      isQualified: qualifier !== undefined && endsWith(text.slice(0, mention.start), qualifier),
      isCertain: basis === 'syntax',
    });
  }
  return [...byLine.values()];
}

/** Whether the text ends with the qualifier and a sign that joins names. */
function endsWith(text: string, qualifier: string): boolean {
  const before = text.slice(-qualifier.length - 12).replace(/\s*(?:\?\.|\.|::|#|->|\\)\s*$/, '');
  return (
    before.length < Math.min(text.length, qualifier.length + 12) &&
    before.toLowerCase().endsWith(qualifier.toLowerCase())
  );
}

const LONGEST_LINE = 160;
const SHOWN_BEFORE = 60;

function lineAround(text: string, mention: Mention, lines: LineIndex): string {
  const line = lines.lineAt(mention.start);
  const [start, end] = [lines.startOf(line), lines.endOf(line)];
  if (end - start <= LONGEST_LINE) return text.slice(start, end).trim();
  const from = Math.max(start, mention.start - SHOWN_BEFORE);
  return text.slice(from, Math.min(end, from + LONGEST_LINE)).trim();
}
