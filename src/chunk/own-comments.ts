import type { Node } from '@vscode/tree-sitter-wasm';

const ATTACHED = /comment|decorator|attribute|annotation/;

/** Comments that speak of the file: licences, descriptions of the file, the first line of a script, directives of tools. */
const OF_FILE =
  /^#!|copyright|\blicen[cs]ed?\b|SPDX-|@(?:file|fileoverview|module|packageDocumentation|preserve)\b|-\*-.*-\*-|^\S{0,3}\s*(?:eslint-|@ts-|prettier-|pylint:|flake8:|noqa|vim:|go:build|\+build|frozen_string_literal)/i;

/** A comment that documents what follows, in the languages that mark such comments. */
const DOCUMENTS = /^(?:\/\*\*(?!\/)|\/\/\/(?!\/)|--\s*\|)/;

/**
 * What is attached right above a node among its siblings: comments, decorators and attributes, nearest last. A comment on the
 * line of other code, one behind a blank line (unless it is marked as documentation), and one that speaks of the
 * file are not a declaration's own.
 */
export function attachedAbove(nodes: readonly Node[], index: number, text: string): Node[] {
  const attached: Node[] = [];
  let below = nodes[index];
  for (let at = index - 1; below && at >= 0; at--) {
    const above = nodes[at];
    if (!above || !ATTACHED.test(above.type) || !isAtLineStart(text, above.startIndex)) break;
    const isComment = /comment/.test(above.type);
    if (isComment && OF_FILE.test(above.text.slice(0, OPENING_LENGTH)) && isAmongFirst(nodes, at)) break;
    if (isParted(above, below, text) && !(isComment && isOwnDespiteBlank(above, attached, nodes[at - 1]))) break;
    attached.unshift(above);
    below = above;
  }
  return attached;
}

const OPENING_LENGTH = 2_000;

/** Whether a blank line stands between; a grammar may count a comment's line end to the comment. */
function isParted(above: Node, below: Node, text: string): boolean {
  return /\n[ \t\r]*\n/.test(text.slice(above.endIndex - 1, below.startIndex));
}

/** `/** ... *\/`, a blank line, and what it documents; the first comment of a file speaks of the file. */
function isOwnDespiteBlank(comment: Node, attached: readonly Node[], before: Node | undefined): boolean {
  return before !== undefined && attached.length === 0 && DOCUMENTS.test(comment.text.slice(0, 4));
}

function isAmongFirst(nodes: readonly Node[], at: number): boolean {
  return nodes.slice(0, at).every((node) => /comment|php_tag|text|directive/.test(node.type));
}

/**
 * Where a declaration ends together with the comments right below it that end in a blank line, or with all that holds it: they
 * speak of it, not of what comes next.
 */
export function endWithTrailing(nodes: readonly Node[], index: number, text: string): number {
  const own = nodes[index];
  let last = own;
  for (let at = index + 1; last && at < nodes.length; at++) {
    const next = nodes[at];
    if (!next || isParted(last, next, text)) break;
    if (!/comment/.test(next.type)) return own?.endIndex ?? 0;
    last = next;
  }
  return last?.endIndex ?? 0;
}

/** Whether comments at the start of a program speak of the file. */
export function opensWithFileComment(nodes: readonly Node[], text: string, end: number): boolean {
  const [first] = nodes;
  if (!first || !/comment/.test(first.type) || first.startIndex >= end) return false;
  const second = nodes[1];
  return OF_FILE.test(first.text.slice(0, OPENING_LENGTH)) || (second !== undefined && isParted(first, second, text));
}

/** The offset itself, or that of its line where only white space stands before it. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at--;
  return at === 0 || text[at - 1] === '\n' ? at : offset;
}

function isAtLineStart(text: string, offset: number): boolean {
  const at = lineStart(text, offset);
  return at === 0 || text[at - 1] === '\n';
}
