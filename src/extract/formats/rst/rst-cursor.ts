import { indentOf } from '../light-markup.js';
import type { LossCounter } from '../loss-counter.js';
import type { RstInline } from './rst-inline.js';

/** A directive's body: its lines are moved left by `shift`, and it ends at a line that starts at `indent` or before. */
export interface Scope {
  readonly indent: number;
  readonly shift: number;
}

/** Where a construct stands in the source, and in what is written. */
export interface Place {
  readonly indent: number;
  readonly column: number;
}

/** A directive with the options below its line. */
export interface Directive {
  /** In lower case. */
  readonly name: string;
  readonly argument: string;
  readonly options: ReadonlyMap<string, string>;
  /** Lines that the options take, and an argument that goes on. */
  readonly skipped: number;
  readonly place: Place;
}

/** What a part of a document shares with the whole. */
export interface RstContext {
  readonly inline: RstInline;
  /** Counts what the text lacks. */
  readonly losses: LossCounter;
  /** Documents around this one: a table's cell is one of its own. */
  readonly depth: number;
  /** Markdown of lines inside this document that stand for themselves. */
  convert(lines: readonly string[]): string;
}

/** Reads lines in order and writes as many, so that those behind keep their numbers. */
export class RstCursor {
  readonly out: string[] = [];
  readonly scopes: Scope[] = [];
  /** Level of the section being read. */
  level = 0;
  isInList = false;
  at = 0;

  constructor(
    readonly lines: readonly string[],
    readonly context: RstContext,
  ) {}

  get inline(): RstInline {
    return this.context.inline;
  }

  get losses(): LossCounter {
    return this.context.losses;
  }

  /** Writes lines in place of as many of the source. */
  emit(...lines: string[]): void {
    this.emitAll(lines);
  }

  emitAll(lines: readonly string[]): void {
    for (const line of lines) this.out.push(line);
    this.at += lines.length;
  }

  /** Writes lines in place of `height` lines of the source, filled up with empty ones; longer ones move what is behind. */
  replace(lines: readonly string[], height: number): void {
    for (const line of lines) this.out.push(line);
    for (let count = lines.length; count < height; count++) this.out.push('');
    this.at += height;
  }

  peek(distance: number): string {
    return this.lines[this.at + distance] ?? '';
  }

  get shift(): number {
    return this.scopes.at(-1)?.shift ?? 0;
  }

  /** Closes the bodies that end before a line at this indentation. */
  leaveScopes(indent: number): void {
    while (this.scopes.length > 0 && indent <= (this.scopes.at(-1)?.indent ?? -1)) this.scopes.pop();
  }

  openScope({ indent, column }: Place): void {
    const body = this.bodyIndent(indent);
    if (body !== undefined) this.scopes.push({ indent, shift: body - column });
  }

  /** Passes over the line and the body below it. */
  drop(indent: number): void {
    this.emit('');
    while (this.at < this.lines.length) {
      const line = this.peek(0);
      if (line.trim() !== '' && indentOf(line) <= indent) return;
      this.emit('');
    }
  }

  /** Lines `[first, end)` of the body from `start` on, and the smallest indentation among them. */
  body(start: number, indent: number): { first: number; end: number; body: number } {
    let first = start;
    let end = start;
    let body = Number.POSITIVE_INFINITY;
    for (let at = start; at < this.lines.length; at++) {
      const line = this.lines[at] ?? '';
      if (line.trim() === '') continue;
      if (indentOf(line) <= indent) break;
      if (end === start) first = at;
      body = Math.min(body, indentOf(line));
      end = at + 1;
    }
    return { first, end, body };
  }

  /** Indentation of the lines that belong to the line before, or undefined when none do. */
  private bodyIndent(indent: number): number | undefined {
    for (let ahead = this.at; ahead < this.lines.length; ahead++) {
      const line = this.lines[ahead] ?? '';
      if (line.trim() !== '') return indentOf(line) > indent ? indentOf(line) : undefined;
    }
    return undefined;
  }
}
