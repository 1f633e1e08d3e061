import { type Mine, type MinedPair, type MiningBounds, trimSpan } from './mined-pair.js';

const SIGNATURE = /^(?:new )?[\w.$#]+\s?\([^)]*\)\s*(?:(?:->|=>|:)\s*[\w.[\], |<>]*)?$/;

/** The first sentence or paragraph of a doc comment, without its marks and tags. */
function firstSentence(comment: string): string {
  const lines = comment.split('\n').map((line) =>
    line
      .replace(/^\s*(?:\/\*\*?|\*\/|\*(?!\*)|\/\/[/!]?|#)\s?/, '')
      .replace(/\*\/\s*$/, '')
      .trimEnd(),
  );
  const paragraph: string[] = [];
  for (const line of lines) {
    const text = line.trim();
    if (text === '' && paragraph.length > 0) break;
    if (
      /^(?:[@\\]\w+|:param|:return|Args:|Arguments:|Parameters:|Returns:|Raises:|Example|Examples:|>>>|```|---)/.test(
        text,
      )
    )
      break;
    // Many docstrings repeat the call before they say what it does.
    if (text !== '' && !(paragraph.length === 0 && SIGNATURE.test(text))) paragraph.push(text);
  }
  const joined = paragraph
    .join(' ')
    .replace(/\{@link\w*\s+([^}|]+)(?:\|[^}]*)?\}/g, '$1')
    .replace(/\[([^\][]*)\]\([^)]*\)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  const sentence = /^.{15,}?[.!?](?=\s+\p{Lu}|$)/u.exec(joined)?.[0];
  return sentence ?? joined;
}

/** Comments that document nothing in particular. */
const EMPTY_COMMENT =
  /^(?:todo|fixme|xxx|eslint|prettier|biome|istanbul|@|copyright|license|spdx|generated|auto-?generated|#region|no-?op|inherit)/i;

/** Doc comment -> the code it documents: Python docstrings, and comments before declarations in C-like languages, Go, Rust, Ruby. */
export const mineDocstrings: Mine = (document, bounds) => {
  if (document.format !== 'code') return [];
  if (document.language === 'python') return minePython(document.text, bounds);
  return mineComments(document.text, bounds, document.language);
};

/** Bodies that do nothing. */
const EMPTY_CODE =
  /^(?:(?:pass|\.\.\.|return(?: \w+)?|raise NotImplementedError\b.*|throw new (?:Error|NotImplementedException)\([^()]*\);?)\s*)$|\{\s*\}$/;

/** As `trimSpan`; a cut leaves out the comment in whose middle, or before whose code, it falls. */
function trimCode(
  text: string,
  span: { readonly start: number; readonly end: number },
  maxCharacters: number,
): { readonly start: number; readonly end: number } {
  const trimmed = trimSpan(text, span, maxCharacters);
  if (trimmed.end === trimSpan(text, span, Number.POSITIVE_INFINITY).end) return trimmed;
  let { end } = trimmed;
  for (;;) {
    const lineStart = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(lineStart, end).trim();
    const isComment = line === '' || /^(?:\/\*|\*|\/\/|#|@\w)/.test(line);
    if (!isComment || lineStart <= trimmed.start) return trimSpan(text, { start: trimmed.start, end }, maxCharacters);
    end = lineStart - 1;
  }
}

function pairOf(
  text: string,
  found: { readonly comment: string; readonly start: number; readonly end: number },
  bounds: MiningBounds,
): MinedPair[] {
  const anchor = firstSentence(found.comment);
  if (anchor.length < 15 || anchor.length > 400 || !anchor.includes(' ') || EMPTY_COMMENT.test(anchor)) return [];
  const trimmed = trimCode(text, found, bounds.maxCharacters);
  const positive = text.slice(trimmed.start, trimmed.end);
  // Code says more in fewer characters than prose.
  if (positive.length < bounds.minCharacters / 2 || EMPTY_CODE.test(positive)) return [];
  return [{ anchor, positive, ...trimmed }];
}

const PYTHON_HEADER = /^(?<indent>[ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+\w+/;

/** The code is the header and the body behind the docstring; one span cannot leave the docstring out, so it is the body alone when that is long enough. */
function minePython(text: string, bounds: MiningBounds): MinedPair[] {
  const pairs: MinedPair[] = [];
  const lines = linesOf(text);
  for (const [at, line] of lines.entries()) {
    const indent = PYTHON_HEADER.exec(line.text)?.groups?.['indent'];
    if (indent === undefined) continue;
    const bodyAt = endOfPythonHeader(lines, at) + 1;
    const body = lines[bodyAt];
    const quote = body === undefined ? undefined : /^\s*[rRuU]?("""|''')/.exec(body.text)?.[1];
    if (body === undefined || quote === undefined) continue;
    const open = text.indexOf(quote, body.start) + 3;
    const close = text.indexOf(quote, open);
    if (close < 0) continue;
    const end = endOfIndented(lines, bodyAt, indent.length);
    pairs.push(...pairOf(text, { comment: text.slice(open, close), start: lineAfter(text, close + 3), end }, bounds));
  }
  return pairs;
}

function lineAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

interface CodeLine {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function linesOf(text: string): CodeLine[] {
  const lines: CodeLine[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    lines.push({ start, end: start + line.length, text: line });
    start += line.length + 1;
  }
  return lines;
}

/** A header ends with the first line that ends in a colon; at most 40 lines of parameters. */
function endOfPythonHeader(lines: readonly CodeLine[], from: number): number {
  for (let at = from; at < Math.min(lines.length, from + 40); at++) {
    if (/:\s*(?:#.*)?$/.test(lines[at]?.text ?? '')) return at;
  }
  return from;
}

function endOfIndented(lines: readonly CodeLine[], from: number, indent: number): number {
  let end = lines[from]?.end ?? 0;
  for (let at = from; at < lines.length; at++) {
    const line = lines[at];
    if (line === undefined || line.text.trim() === '') continue;
    if ((/^[ \t]*/.exec(line.text)?.[0].length ?? 0) <= indent) break;
    end = line.end;
  }
  return end;
}

const BLOCK_COMMENT = /^[ \t]*\/\*\*(?!\*)[\s\S]*?\*\//gm;
const LINE_COMMENTS: Readonly<Record<string, RegExp>> = {
  rust: /(?:^[ \t]*\/\/\/.*\n)+/gm,
  go: /(?:^[ \t]*\/\/(?!go:).*\n)+/gm,
  csharp: /(?:^[ \t]*\/\/\/.*\n)+/gm,
  c: /(?:^[ \t]*\/\/[/!](?!\/).*\n)+/gm,
  cpp: /(?:^[ \t]*\/\/[/!](?!\/).*\n)+/gm,
  dart: /(?:^[ \t]*\/\/\/.*\n)+/gm,
  ruby: /(?:^[ \t]*#(?!!).*\n)+/gm,
  swift: /(?:^[ \t]*\/\/\/.*\n)+/gm,
};
/** The beginning of a declaration with a body, or of a constant. */
const DECLARATION =
  /^[ \t]*(?:@[\w.]+(?:\([^)\n]*\))?\s+)*(?:#\[[^\]\n]*\]\s*)*(?:(?:export|default|public|private|protected|internal|static|abstract|final|async|override|readonly|declare|pub(?:\([a-z]+\))?|unsafe|extern|virtual|inline|const|sealed|partial|open)\s+)*(?:function\*?|class|interface|enum|struct|trait|impl|fn|func|def|type|module|namespace|const|let|var|get|set|[\w<>[\],.?*&]+\s+[\w$]+\s*\(|[\w$]+\s*\([^)\n]*\)[^;\n]*\{)/;

function mineComments(text: string, bounds: MiningBounds, language: string): MinedPair[] {
  const pairs: MinedPair[] = [];
  const patterns = [BLOCK_COMMENT, LINE_COMMENTS[language]].filter((pattern) => pattern !== undefined);
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern)) {
      let start = match.index + match[0].length;
      if (text[start] === '\n') start++;
      if (text[start] === '\n' || !DECLARATION.test(text.slice(start, start + 400))) continue;
      const comment = match[0].replace(/<\/?summary>/g, '');
      pairs.push(...pairOf(text, { comment, start, end: endOfDeclaration(text, start, language) }, bounds));
    }
  }
  return pairs;
}

const MAX_BODY = 20_000;

/**
 * Where a declaration ends: behind the brace that closes its first one, at a semicolon or blank line before any brace,
 * or (Ruby) at the `end` of the same indentation. Strings and comments are passed over roughly, which is enough to find a passage.
 */
function endOfDeclaration(text: string, start: number, language: string): number {
  if (language === 'ruby') {
    const indent = /^[ \t]*/.exec(text.slice(start, start + 200))?.[0] ?? '';
    const close = text.slice(start, start + MAX_BODY).search(new RegExp(`^${indent}end\\b`, 'm'));
    return close < 0 ? lineAfter(text, start) : start + close + indent.length + 3;
  }
  let depth = 0;
  const limit = Math.min(text.length, start + MAX_BODY);
  for (let at = start; at < limit; at++) {
    const character = text[at];
    if (character === '"' || character === "'" || character === '`') {
      at = endOfString(text, at, limit);
    } else if (character === '/' && text[at + 1] === '/') {
      at = Math.min(limit, lineAfter(text, at)) - 1;
    } else if (character === '{' || character === '(' || character === '[') {
      depth++;
    } else if (character === '}' || character === ')' || character === ']') {
      depth--;
      if (depth <= 0 && character === '}') return at + 1;
      if (depth < 0) return at;
    } else if (depth === 0 && (character === ';' || (character === '\n' && text[at + 1] === '\n'))) {
      return at + 1;
    }
  }
  return limit;
}

/** The closing quote of a string; quotes that do not close on their line (an apostrophe, a Rust lifetime) are passed over alone. */
function endOfString(text: string, open: number, limit: number): number {
  const quote = text[open];
  for (let at = open + 1; at < limit; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at;
    else if (text[at] === '\n' && quote !== '`') return open;
  }
  return open;
}
