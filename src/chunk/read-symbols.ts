import type { Node } from '@vscode/tree-sitter-wasm';
import type { CodeSymbol, SymbolKind } from '../core/code/symbol-reader.js';
import type { Declaration } from './declaration.js';
import { firstSentence } from './doc-sentence.js';
import { minorDeclarationsOf } from './minor-symbols.js';
import { attachedAbove, lineStart } from './own-comments.js';
import { HOLDS_METHODS } from './symbol-kinds.js';
import { declarationOf, membersOf } from './symbols.js';

/** Deepest nesting of declarations that is followed. */
const DEEPEST = 12;
/** Most symbols of one program; more are data. */
const MOST_SYMBOLS = 20_000;
const LONGEST_SIGNATURE = 200;

interface Scope {
  readonly text: string;
  readonly path: readonly string[];
  readonly depth: number;
  /** What holds the declarations; undefined for the program itself. */
  readonly kind: SymbolKind | undefined;
}

/** All declarations of a program in their order, each before what it holds; variables inside functions are left out. */
export function readSymbols(root: Node, text: string): CodeSymbol[] {
  const symbols: CodeSymbol[] = [];
  collect(root, { text, path: [], depth: 0, kind: undefined }, symbols);
  return symbols;
}

function collect(container: Node, scope: Scope, symbols: CodeSymbol[]): void {
  const children = membersOf(container);
  for (const [index, child] of children.entries()) {
    if (/comment/.test(child.type)) continue;
    const major = declarationOf(child);
    const isLocal = scope.kind === 'function' || scope.kind === 'method' || scope.kind === 'test';
    const minor = isLocal ? [] : minorDeclarationsOf(child).filter(({ name }) => name.id !== major?.name.id);
    for (const declaration of major ? [major, ...minor] : minor) {
      if (symbols.length >= MOST_SYMBOLS) return;
      const above = attachedAbove(children, index, scope.text);
      const outer = minor.length > 1 && declaration !== major ? (declaration.name.parent ?? child) : child;
      const symbol = toSymbol(
        { declaration, outer, above: outer === child ? above : [], isMinor: declaration !== major },
        scope,
      );
      symbols.push(symbol);
      if (declaration.body === undefined || scope.depth >= DEEPEST) continue;
      collect(declaration.body, { ...scope, path: symbol.path, depth: scope.depth + 1, kind: symbol.kind }, symbols);
    }
  }
}

interface Found {
  readonly declaration: Declaration;
  /** The declaration with what is written around it: `export`, `template <...>`. */
  readonly outer: Node;
  /** What is attached above it. */
  readonly above: readonly Node[];
  readonly isMinor: boolean;
}

function toSymbol({ declaration, outer, above, isMinor }: Found, scope: Scope): CodeSymbol {
  const { names, kind, name, body } = declaration;
  const isMethod = kind === 'function' && scope.kind !== undefined && HOLDS_METHODS.has(scope.kind);
  const ownKind = isMethod ? 'method' : kind;
  const own = names.at(-1) ?? '';
  return {
    kind: ownKind,
    path: [...scope.path, ...names],
    depth: scope.depth,
    start: lineStart(scope.text, (above[0] ?? outer).startIndex),
    end: outer.endIndex - (scope.text[outer.endIndex - 1] === '\n' ? 1 : 0),
    nameAt: name.startIndex + Math.max(0, name.text.lastIndexOf(own)),
    signature: signatureOf(outer, body, scope.text),
    summary: summaryOf(above, body),
    // A function without a body is a signature that counts; so does what stands at the top of its program.
    isMinor: isMinor && !SHAPES.has(ownKind),
  };
}

/** Kinds that belong to the shape of a program even where they are small. */
const SHAPES: ReadonlySet<SymbolKind> = new Set(['function', 'method', 'type', 'macro']);

function signatureOf(outer: Node, body: Node | undefined, text: string): string {
  const first = outer.children.find((child) => child && !/decorator|attribute|annotation|comment/.test(child.type));
  const opening = body?.children.find((child) => child?.type === '{') ?? body;
  const start = first?.startIndex ?? outer.startIndex;
  const end = opening && opening.startIndex > start ? opening.startIndex : outer.endIndex;
  const line = text
    .slice(start, Math.min(end, start + LONGEST_SIGNATURE * 4))
    .replace(/^(?:@(?!interface\b)[\w.]+(?:\([^()]*\))?\s+)+/, '')
    .replace(/\n[ \t]*(?:#|\/\/)[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\s*(?:=>|[={:;,])+$/, '');
  return line.length <= LONGEST_SIGNATURE ? line : `${line.slice(0, LONGEST_SIGNATURE - 1)}…`;
}

/** The first sentence of the comment above, or of the documentation string that a Python body opens with. */
function summaryOf(above: readonly Node[], body: Node | undefined): string {
  const comments = above.filter((node) => /comment/.test(node.type)).map((node) => node.text.replace(/\n$/, ''));
  const [documented] = lastBlock(comments);
  if (documented !== undefined) {
    const sentence = firstSentence(documented);
    if (sentence !== '') return sentence;
  }
  const opening = body?.type === 'block' ? body.namedChildren[0] : undefined;
  const literal = opening?.type === 'expression_statement' ? opening.namedChildren[0] : undefined;
  return literal?.type === 'string' ? firstSentence(literal.text) : '';
}

/** Line comments in a row are one; of block comments the nearest counts. */
function lastBlock(comments: readonly string[]): string[] {
  const last = comments.at(-1);
  if (last === undefined) return [];
  if (/^\/\*/.test(last)) return [last];
  const from = comments.findLastIndex((comment) => /^\/\*/.test(comment)) + 1;
  return [comments.slice(from).join('\n')];
}
