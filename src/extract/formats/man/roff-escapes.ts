import { specialCharacter } from './roff-characters.js';
import type { Font, Run } from './styled-text.js';

/** What escapes change for the text behind them. */
export interface TextState {
  font: Font;
  previousFont: Font;
  /** 1 within a superscript, -1 within a subscript. */
  raised: number;
  /** Characters that `.tr` shows as others. */
  readonly translations: ReadonlyMap<string, string>;
}

/** A line's text in runs of one font. */
export interface EscapedText {
  readonly runs: readonly Run[];
  /** Whether the next line goes on without a space (`\c`). */
  readonly isJoined: boolean;
}

const SPACES = new Set([' ', '~', '0']);
const NOTHING = new Set(['|', '^', '&', ')', '/', ',', '%', ':', '{', '}', '!', '?', 'p', 'r', '\n', '']);
const LITERAL: Readonly<Record<string, string>> = {
  e: '\\',
  E: '\\',
  '\\': '\\',
  '-': '-',
  "'": '´',
  '`': '`',
  '.': '.',
  t: '\t',
  a: '\t',
  _: '_',
};
/** Escapes with an argument in quotes that shows nothing. */
const SILENT_QUOTED = new Set(['l', 'L', 'D', 'X', 'H', 'S', 'x', 'R', 'A', 'B', 'b', 'w']);
/** Escapes with a name that shows nothing. */
const SILENT_NAMED = new Set(['F', 'm', 'M', 'k', 'g', 'V', 'Y', 'O', '$']);
const FONTS: Readonly<Record<string, Font>> = {
  R: 'R',
  '1': 'R',
  '0': 'R',
  TR: 'R',
  HR: 'R',
  I: 'I',
  '2': 'I',
  TI: 'I',
  HI: 'I',
  B: 'B',
  '3': 'B',
  BI: 'B',
  '4': 'B',
  TB: 'B',
  HB: 'B',
  CW: 'C',
  C: 'C',
  CR: 'C',
  CB: 'C',
  CI: 'C',
  CBI: 'C',
  CO: 'C',
  V: 'C',
  VB: 'C',
  VI: 'C',
  L: 'C',
  tty: 'C',
};

/** Changes the font as `.ft` and `\f` do; `P` and nothing go back to the one before. */
export function changeFont(state: TextState, name: string): void {
  const font = name === '' || name === 'P' ? state.previousFont : FONTS[name];
  if (font === undefined) return;
  state.previousFont = state.font;
  state.font = font;
}

/** Reads a line's escapes: characters, fonts, motions. Strings and registers are filled in already. */
export function readEscapes(text: string, state: TextState): EscapedText {
  const reader = new EscapeReader(text, state);
  reader.read();
  return { runs: reader.runs, isJoined: reader.isJoined };
}

class EscapeReader {
  readonly runs: Run[] = [];
  isJoined = false;
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly state: TextState,
  ) {}

  read(): void {
    while (this.at < this.text.length) {
      const slash = this.text.indexOf('\\', this.at);
      const end = slash === -1 ? this.text.length : slash;
      this.emit(this.text.slice(this.at, end));
      if (slash === -1) return;
      this.at = slash + 2;
      this.readEscape(this.text.charAt(slash + 1));
    }
  }

  private emit(text: string): void {
    if (text === '') return;
    const { translations, font } = this.state;
    const shown = translations.size === 0 ? text : [...text].map((char) => translations.get(char) ?? char).join('');
    this.runs.push({ text: shown, font });
  }

  private readEscape(char: string): void {
    const literal = LITERAL[char];
    if (literal !== undefined) this.emit(literal);
    else if (SPACES.has(char)) this.emit(' ');
    else if (NOTHING.has(char)) return;
    else if (SILENT_QUOTED.has(char)) this.readQuoted();
    else if (SILENT_NAMED.has(char)) this.readName();
    else this.readOther(char);
  }

  private readOther(char: string): void {
    switch (char) {
      case 'f':
        changeFont(this.state, this.readName());
        return;
      case 's':
        this.skipSize();
        return;
      case 'c':
        this.isJoined = true;
        return;
      case '(':
        this.at -= 1;
        this.emitSpecial(this.readName());
        return;
      case '[':
        this.at -= 1;
        this.emitSpecial(this.readName());
        return;
      case 'C':
        this.emitSpecial(this.readQuoted());
        return;
      case 'N':
        this.emitSpecial(`char${this.readQuoted()}`);
        return;
      case 'u':
        this.move(1);
        return;
      case 'd':
        this.move(-1);
        return;
      case 'v':
        this.moveBy(this.readQuoted());
        return;
      case 'h':
        this.emit(/^\+?(?:0*[1-9]|\d*\.)/.test(this.readQuoted()) ? ' ' : '');
        return;
      case 'o':
        this.emit(this.readQuoted().charAt(0));
        return;
      case 'Z':
        this.emit(this.readQuoted());
        return;
      case 'z':
        return;
      default:
        this.emit(char);
    }
  }

  private emitSpecial(name: string): void {
    this.emit(specialCharacter(name) ?? '');
  }

  /** `x`, `(xx` or `[name]` behind an escape's letter. */
  private readName(): string {
    const open = this.text.charAt(this.at);
    if (open === '[') {
      const end = this.text.indexOf(']', this.at);
      const name = this.text.slice(this.at + 1, end === -1 ? this.text.length : end);
      this.at = end === -1 ? this.text.length : end + 1;
      return name.replace(/ +/g, '_');
    }
    const length = open === '(' ? 2 : 1;
    const start = this.at + (open === '(' ? 1 : 0);
    this.at = start + length;
    return this.text.slice(start, this.at);
  }

  /** An argument between two of the same character. */
  private readQuoted(): string {
    const mark = this.text.charAt(this.at);
    const end = mark === '' ? -1 : this.text.indexOf(mark, this.at + 1);
    const value = this.text.slice(this.at + 1, end === -1 ? this.text.length : end);
    this.at = end === -1 ? this.text.length : end + 1;
    return value;
  }

  private skipSize(): void {
    const size = /[-+]?(?:\[[^\]]*\]|\(..|'[^']*'|[1-3]\d|\d)/y;
    size.lastIndex = this.at;
    this.at += size.exec(this.text)?.[0].length ?? 0;
  }

  /** Half a line up begins a superscript or ends a subscript. */
  private move(direction: number): void {
    if (this.state.raised === 0) this.emit(direction > 0 ? '^' : '_');
    this.state.raised = Math.max(-1, Math.min(1, this.state.raised + direction));
  }

  private moveBy(distance: string): void {
    if (/[1-9]/.test(distance)) this.move(distance.startsWith('-') ? 1 : -1);
  }
}
