import { specialCharacter } from './roff-characters.js';
import { evaluateCondition, evaluateNumber } from './roff-conditions.js';

/** A line after macros, conditions and comments: a request with its arguments, or text. */
export interface RoffLine {
  /** Name of the request or macro; empty for text. */
  readonly name: string;
  /** What stands behind the name, or the text. */
  readonly text: string;
}

interface Frame {
  readonly lines: readonly string[];
  at: number;
  readonly args: readonly string[];
}

const MAX_DEPTH = 20;
const MAX_ADDED_LINES = 50_000;
const MAX_ADDED_CHARACTERS = 2_000_000;
const MAX_NAMES = 5_000;
const STRINGS: readonly (readonly [string, string])[] = [
  ['lq', '\\(lq'],
  ['rq', '\\(rq'],
  ['R', '\\(rg'],
  ['Tm', '\\(tm'],
  ['S', ''],
  ['.T', 'utf8'],
  ['Am', '&'],
  ['Ba', '|'],
  ['Ne', '\\(!='],
  ['Ge', '\\(>='],
  ['Le', '\\(<='],
  ['Lt', '<'],
  ['Gt', '>'],
  ['Pm', '\\(+-'],
  ['If', '\\(if'],
  ['Pi', '\\(*p'],
  ['Na', 'NaN'],
  ['Lq', '\\(lq'],
  ['Rq', '\\(rq'],
  ['q', '"'],
];
const REGISTERS: readonly (readonly [string, number])[] = [
  ['.g', 1],
  ['.x', 1],
  ['.y', 22],
  ['.s', 10],
  ['.l', 1872],
  ['.v', 40],
  ['.f', 1],
  ['.H', 24],
  ['.V', 40],
];
const INTERPOLATION =
  /\\(?:\\|\*(?:\[([^\]\s]*)[^\]]*\]|\(([\s\S]{2})|([^[(]))|n[+-]?(?:\[([^\]]*)\]|\(([\s\S]{2})|([^[(])))/g;

/**
 * The lines of a roff document with macros called, strings and registers filled in and conditions decided as a terminal decides them.
 * Nothing is executed and no file is read; what macros add is bounded.
 */
export class RoffSource {
  /** Characters that `.tr` shows as others. */
  readonly translations = new Map<string, string>();
  private readonly frames: Frame[];
  private readonly macros = new Map<string, readonly string[]>();
  private readonly strings = new Map(STRINGS);
  private readonly registers = new Map(REGISTERS);
  private readonly otherwise: boolean[] = [];
  private addedLines = 0;
  private addedCharacters = 0;

  /** @param isKnown whether a macro is one that the page cannot define anew */
  constructor(
    source: string,
    private readonly isKnown: (name: string) => boolean,
  ) {
    this.frames = [{ lines: source.split('\n'), at: 0, args: [] }];
  }

  /** The next line, or undefined at the end. */
  next(): RoffLine | undefined {
    for (let raw = this.read(); raw !== undefined; raw = this.read()) {
      const line = this.step(raw);
      if (line !== undefined) return line;
    }
    return undefined;
  }

  /** Lines up to one that `isEnd` accepts, comments and macros untouched: the body of a table or a formula. */
  takeUntil(isEnd: (line: string) => boolean): string[] {
    const taken: string[] = [];
    for (let raw = this.readRaw(); raw !== undefined && !isEnd(raw); raw = this.readRaw()) taken.push(raw);
    return taken;
  }

  /** Text with its strings and registers filled in. */
  interpolate(text: string, depth = 0): string {
    if (!text.includes('\\')) return text;
    return text.replace(INTERPOLATION, (whole, ...found: (string | undefined)[]) => {
      const string = found[0] ?? found[1] ?? found[2];
      const register = found[3] ?? found[4] ?? found[5];
      if (register !== undefined) return String(this.numberOf(register));
      if (string === undefined) return whole;
      const value = this.strings.get(string) ?? '';
      this.addedCharacters += value.length + 1;
      if (depth >= MAX_DEPTH || this.addedCharacters > MAX_ADDED_CHARACTERS) return '';
      return this.interpolate(value, depth + 1);
    });
  }

  private readRaw(): string | undefined {
    for (let frame = this.frames.at(-1); frame !== undefined; frame = this.frames.at(-1)) {
      const line = frame.lines[frame.at++];
      if (line !== undefined) return frame.args.length === 0 ? line : fillArguments(line, frame.args);
      if (this.frames.length === 1) return undefined;
      this.frames.pop();
    }
    return undefined;
  }

  /** A line without its comment, joined with those that it goes on in. */
  private read(): string | undefined {
    let line = this.readRaw();
    if (line === undefined) return undefined;
    const parts: string[] = [];
    for (;;) {
      line = withoutComment(line);
      if (!/(?:^|[^\\])(?:\\\\)*\\$/.test(line)) break;
      parts.push(line.slice(0, -1));
      const next = this.readRaw();
      line = next ?? '';
      if (next === undefined) break;
    }
    return parts.join('') + line;
  }

  private step(raw: string): RoffLine | undefined {
    const line = raw.replace(/^\\[{}]/, '');
    if (!/^[.']/.test(line)) return { name: '', text: this.interpolate(withoutBraces(line)) };
    const match = /^[.'][ \t]*([^\s\\]*)[ \t]*(.*)$/s.exec(line);
    const name = match?.[1] ?? '';
    const rest = match?.[2] ?? '';
    if (this.define(name, rest) || this.decide(name, rest)) return undefined;
    const text = this.interpolate(withoutBraces(rest));
    const body = this.isKnown(name) ? undefined : this.macros.get(name);
    if (body === undefined) return name === '' ? undefined : { name, text };
    this.call(body, [name, ...splitArguments(text)]);
    return undefined;
  }

  private call(body: readonly string[], args: readonly string[]): void {
    this.addedLines += body.length + 1;
    if (this.frames.length > MAX_DEPTH || this.addedLines > MAX_ADDED_LINES) return;
    this.frames.push({ lines: body, at: 0, args });
  }

  private define(name: string, rest: string): boolean {
    switch (name) {
      case 'de':
      case 'de1':
      case 'am':
      case 'am1':
      case 'ig':
        this.defineMacro(name, rest);
        return true;
      case 'ds':
      case 'ds1':
      case 'as':
      case 'as1':
        this.defineString(name, rest);
        return true;
      case 'nr':
        this.defineRegister(rest);
        return true;
      case 'als':
      case 'rn':
        this.rename(name, rest);
        return true;
      case 'rm':
        for (const old of rest.split(/\s+/)) {
          this.strings.delete(old);
          this.macros.delete(old);
        }
        return true;
      case 'tr':
        this.translate(rest);
        return true;
      default:
        return false;
    }
  }

  private defineMacro(request: string, rest: string): void {
    const words = this.interpolate(rest).trim().split(/\s+/);
    const end = (request === 'ig' ? words[0] : words[1]) || '.';
    const body = this.takeUntil(
      (line) =>
        line.startsWith('.') &&
        line
          .slice(1)
          .trim()
          .split(/[\s\\]/, 1)[0] === end,
    );
    const name = words[0] ?? '';
    if (request === 'ig' || (this.macros.size >= MAX_NAMES && !this.macros.has(name))) return;
    const lines = body.map((line) => line.replaceAll('\\\\', '\\'));
    const before = request.startsWith('am') ? (this.macros.get(name) ?? []) : [];
    if (before.length + lines.length > MAX_ADDED_LINES) return;
    this.macros.set(name, [...before, ...lines]);
  }

  private defineString(request: string, rest: string): void {
    const match = /^(\S+)[ \t]*"?(.*)$/s.exec(rest);
    const name = match?.[1] ?? '';
    const value = this.interpolate(match?.[2] ?? '').replaceAll('\\\\', '\\');
    const before = request.startsWith('as') ? (this.strings.get(name) ?? '') : '';
    if (this.strings.size < MAX_NAMES && before.length + value.length < 10_000) this.strings.set(name, before + value);
  }

  private defineRegister(rest: string): void {
    const match = /^(\S+)[ \t]+([-+]?)(.*)$/s.exec(rest);
    if (match === null || this.registers.size >= MAX_NAMES) return;
    const name = this.interpolate(match[1] ?? '');
    const value = evaluateNumber(this.interpolate(match[3] ?? ''));
    const before = match[2] === '' ? 0 : (this.registers.get(name) ?? 0);
    this.registers.set(name, match[2] === '-' ? before - value : before + value);
  }

  /** Macros stay under their old name too: pages rename standard ones to wrap them. */
  private rename(request: string, rest: string): void {
    const [first = '', second = ''] = rest.trim().split(/\s+/);
    const [target, old] = request === 'als' ? [first, second] : [second, first];
    const macro = this.macros.get(old);
    const string = this.strings.get(old);
    if (macro !== undefined) this.macros.set(target, macro);
    if (string !== undefined) this.strings.set(target, string);
  }

  private translate(rest: string): void {
    const glyphs = (this.interpolate(rest).match(/\\\(..|\\\[[^\]]*\]|\\.|[^\\]/gs) ?? []).map(glyphText);
    for (let at = 0; at < glyphs.length && this.translations.size < MAX_NAMES; at += 2)
      this.translations.set(glyphs[at] ?? '', glyphs[at + 1] ?? ' ');
  }

  /** Conditions: what they allow is read next, what they forbid is passed over. */
  private decide(name: string, rest: string): boolean {
    if (name === 'el') {
      this.branch(this.otherwise.pop() ?? false, rest);
      return true;
    }
    if (name !== 'if' && name !== 'ie' && name !== 'while') return false;
    const { isTrue, text } = evaluateCondition(rest, {
      interpolate: (part) => this.interpolate(part),
      isDefined: (word) => this.strings.has(word) || this.macros.has(word) || this.isKnown(word),
      isRegister: (word) => this.registers.has(word),
    });
    if (name === 'ie') this.otherwise.push(!isTrue);
    this.branch(isTrue && name !== 'while', text);
    return true;
  }

  private branch(isTaken: boolean, rest: string): void {
    if (isTaken) {
      const line = rest.replace(/^\\\{[ \t]*/, '');
      this.addedLines += 1;
      if (line.trim() !== '' && this.frames.length < MAX_DEPTH * 2 && this.addedLines < MAX_ADDED_LINES * 4)
        this.frames.push({ lines: [line], at: 0, args: [] });
      return;
    }
    for (let open = braces(rest); open > 0; ) {
      const line = this.readRaw();
      if (line === undefined) return;
      open += braces(line);
    }
  }

  private numberOf(name: string): number {
    if (name === '.$')
      return Math.max(0, (this.frames.findLast((frame) => frame.args.length > 0)?.args.length ?? 1) - 1);
    return this.registers.get(name) ?? 0;
  }
}

/** Arguments of a macro: divided by blanks, quoted where they hold some. */
export function splitArguments(text: string): string[] {
  const args: string[] = [];
  const pattern = /[ \t]*(?:"((?:[^"]|"")*)(?:"|$)|((?:\\.|[^ \t\\])+|\\$))/gsy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    args.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (args.length >= 1000) break;
  }
  return args;
}

function fillArguments(line: string, args: readonly string[]): string {
  if (!line.includes('\\$')) return line;
  return line.replace(/\\\$(?:([0-9*@])|\((\d\d)|\[(\d+)\])/g, (_whole, one?: string, two?: string, more?: string) => {
    if (one === '*') return args.slice(1).join(' ');
    if (one === '@')
      return args
        .slice(1)
        .map((arg) => `"${arg}"`)
        .join(' ');
    return args[Number(one ?? two ?? more)] ?? '';
  });
}

function withoutComment(line: string): string {
  if (!line.includes('\\"') && !line.includes('\\#')) return line;
  return line.replace(/^((?:[^\\]|\\[^"#])*)\\["#].*$/s, '$1');
}

function withoutBraces(text: string): string {
  return text.includes('\\{') || text.includes('\\}') ? text.replace(/\\[{}]/g, '') : text;
}

function braces(text: string): number {
  return (text.match(/\\\{/g)?.length ?? 0) - (text.match(/\\\}/g)?.length ?? 0);
}

function glyphText(glyph: string): string {
  const name = /^\\(?:\((..)|\[([^\]]*)\])$/s.exec(glyph);
  if (name !== null) return specialCharacter(name[1] ?? name[2] ?? '') ?? '';
  return glyph === '\\ ' ? ' ' : glyph.replace(/^\\/, '');
}
