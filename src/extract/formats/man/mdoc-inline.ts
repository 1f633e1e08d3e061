import type { ManualReader } from './manual-reader.js';
import type { Font, Run } from './styled-text.js';

/** What mdoc keeps from line to line. */
export interface MdocState {
  /** Name that `.Nm` stands for. */
  name: string;
  /** Whether `.Sm off` has switched off the spaces between words. */
  isTight: boolean;
  /** Whether the next word follows without a space. */
  isGlued: boolean;
  isSynopsis: boolean;
  /** Arguments written of the function that `.Fo` begins; -1 outside of one. */
  functionArguments: number;
}

const CLOSING = new Set(['.', ',', ':', ';', ')', ']', '?', '!']);
const OPENING = new Set(['(', '[']);

const FONTS: Readonly<Record<string, Font>> = {
  Cm: 'B',
  Ic: 'B',
  Cd: 'B',
  Sy: 'B',
  Fd: 'B',
  Li: 'C',
  Ar: 'I',
  Pa: 'I',
  Em: 'I',
  Va: 'I',
  Vt: 'I',
  Fa: 'I',
  Ft: 'I',
  Ad: 'I',
  An: 'R',
  Ev: 'R',
  Er: 'R',
  Dv: 'R',
  Tn: 'R',
  Ms: 'R',
  No: 'R',
  Sx: 'R',
  Ot: 'R',
  Nd: 'R',
  Hf: 'R',
};
const PAIRS: Readonly<Record<string, readonly [string, string]>> = {
  Op: ['[', ']'],
  Dq: ['“', '”'],
  Sq: ['‘', '’'],
  Qq: ['"', '"'],
  Pq: ['(', ')'],
  Bq: ['[', ']'],
  Brq: ['{', '}'],
  Aq: ['⟨', '⟩'],
  Ql: ['‘', '’'],
};
const OPENERS: Readonly<Record<string, string>> = {
  Oo: '[',
  Do: '“',
  So: '‘',
  Qo: '"',
  Po: '(',
  Bo: '[',
  Bro: '{',
  Ao: '⟨',
};
const CLOSERS: Readonly<Record<string, string>> = {
  Oc: ']',
  Dc: '”',
  Sc: '’',
  Qc: '"',
  Pc: ')',
  Bc: ']',
  Brc: '}',
  Ac: '⟩',
};
const SYSTEMS: Readonly<Record<string, string>> = {
  Bx: 'BSD',
  Bsx: 'BSD/OS',
  Nx: 'NetBSD',
  Fx: 'FreeBSD',
  Ox: 'OpenBSD',
  Dx: 'DragonFly',
  Ux: 'UNIX',
};
const SILENT = new Set(['Xo', 'Xc', 'Bk', 'Ek', 'Bf', 'Ef', 'Es', 'En', 'Tg', 'Fc']);
const SPECIAL = new Set([
  'Fl',
  'Nm',
  'Xr',
  'Ns',
  'Pf',
  'Ap',
  'Sm',
  'Fn',
  'Fo',
  'In',
  'Lk',
  'Mt',
  'At',
  'St',
  'Lb',
  'Ex',
  'Rv',
  'Eo',
  'Ec',
  'Ud',
  'Bt',
  'Ta',
]);

/** Whether a word on a macro's line calls a macro of its own. */
export function isInlineMacro(name: string): boolean {
  return (
    Object.hasOwn(FONTS, name) ||
    Object.hasOwn(PAIRS, name) ||
    Object.hasOwn(OPENERS, name) ||
    Object.hasOwn(CLOSERS, name) ||
    Object.hasOwn(SYSTEMS, name) ||
    SILENT.has(name) ||
    SPECIAL.has(name)
  );
}

/** Writes one line of mdoc's inline macros as runs. */
export class MdocLine {
  readonly runs: Run[] = [];
  private at = 0;

  constructor(
    private readonly words: readonly string[],
    private readonly state: MdocState,
    private readonly reader: ManualReader,
  ) {}

  /** Runs of the whole line, as if it were text up to the first macro in it. */
  write(end = this.words.length): Run[] {
    this.until(end, 'R');
    return this.runs;
  }

  private until(end: number, font: Font): void {
    while (this.at < end) {
      const word = this.words[this.at] ?? '';
      if (isInlineMacro(word)) {
        this.at++;
        this.call(word, end);
      } else {
        this.at++;
        this.word(word, font);
      }
    }
  }

  private word(word: string, font: Font): void {
    if (CLOSING.has(word)) this.emit(word, 'R', true);
    else if (OPENING.has(word)) {
      this.emit(word, 'R');
      this.state.isGlued = true;
    } else this.emit(word, word === '|' ? 'R' : font);
  }

  private emit(text: string, font: Font, isGlued = false): void {
    const { state } = this;
    if (!state.isGlued && !isGlued) this.runs.push({ text: ' ', font: this.runs.at(-1)?.font === font ? font : 'R' });
    for (const run of this.reader.runsOf(text, font)) this.runs.push(run);
    state.isGlued = state.isTight;
  }

  private call(name: string, end: number): void {
    const pair = PAIRS[name];
    const system = SYSTEMS[name];
    if (pair !== undefined) this.enclose(pair, end);
    else if (OPENERS[name] !== undefined) this.open(OPENERS[name] ?? '');
    else if (CLOSERS[name] !== undefined) this.emit(CLOSERS[name] ?? '', 'R', true);
    else if (system !== undefined) this.system(name, system, end);
    else if (SPECIAL.has(name)) this.special(name, end);
    else if (!SILENT.has(name)) this.font(name, FONTS[name] ?? 'R', end);
  }

  private open(mark: string): void {
    this.emit(mark, 'R');
    this.state.isGlued = true;
  }

  /** Words up to the next macro in one font. */
  private font(name: string, font: Font, end: number): void {
    if (name === 'Nd') this.emit('–', 'R');
    if (name === 'Ar' && (this.at >= end || this.isCall())) this.emit('file ...', 'I');
    for (; this.at < end && !this.isCall(); this.at++) {
      if (name === 'Fa' && this.state.functionArguments >= 0 && this.state.functionArguments++ > 0)
        this.emit(',', 'R', true);
      this.word(this.words[this.at] ?? '', name === 'Fa' && this.state.functionArguments >= 0 ? 'B' : font);
    }
  }

  private isCall(): boolean {
    return isInlineMacro(this.words[this.at] ?? '');
  }

  /** Marks around the rest of the line, punctuation at its end outside. */
  private enclose([left, right]: readonly [string, string], end: number): void {
    let inner = end;
    while (inner > this.at && CLOSING.has(this.words[inner - 1] ?? '')) inner--;
    this.open(left);
    this.until(inner, 'R');
    this.emit(right, 'R', true);
    this.until(end, 'R');
  }

  private system(name: string, word: string, end: number): void {
    const next = this.words[this.at] ?? '';
    const hasVersion = this.at < end && /^\d/.test(next);
    if (hasVersion) this.at++;
    if (name === 'Bx') this.emit(hasVersion ? `${next}${word}` : word, 'R');
    else this.emit(hasVersion ? `${word} ${next}` : word, 'R');
  }

  private take(end: number): string | undefined {
    const word = this.words[this.at];
    if (word === undefined || this.at >= end || CLOSING.has(word) || isInlineMacro(word)) return undefined;
    this.at++;
    return word;
  }

  private special(name: string, end: number): void {
    switch (name) {
      case 'Fl':
        this.flags(end);
        return;
      case 'Nm':
        this.name(end);
        return;
      case 'Ns':
        this.state.isGlued = true;
        return;
      case 'Ap':
        this.emit("'", 'R', true);
        this.state.isGlued = true;
        return;
      case 'Pf':
        this.emit(this.words[this.at++] ?? '', 'R');
        this.state.isGlued = true;
        return;
      case 'Sm':
        this.state.isTight = this.take(end) === 'off';
        this.state.isGlued = false;
        return;
      case 'Ec':
        this.emit(this.take(end) ?? '', 'R', true);
        return;
      case 'Eo':
        this.open(this.take(end) ?? '');
        return;
      default:
        this.reference(name, end);
        return;
    }
  }

  private reference(name: string, end: number): void {
    const first = this.take(end);
    switch (name) {
      case 'Xr': {
        const section = this.take(end);
        this.emit(section === undefined ? (first ?? '') : `${first}(${section})`, 'R');
        return;
      }
      case 'In':
        this.emit(this.state.isSynopsis ? `#include <${first}>` : `<${first}>`, this.state.isSynopsis ? 'B' : 'R');
        return;
      case 'Fn':
        this.functionCall(first ?? '', end);
        return;
      case 'Fo':
        this.state.functionArguments = 0;
        this.emit(`${first}(`, 'B');
        this.state.isGlued = true;
        return;
      case 'Lk': {
        const words: string[] = [];
        for (let word = this.take(end); word !== undefined; word = this.take(end)) words.push(word);
        this.emit(words.length === 0 ? `<${first}>` : `${words.join(' ')}: <${first}>`, 'R');
        return;
      }
      case 'Ex':
        this.take(end);
        this.emit(`The ${this.state.name} utility exits 0 on success, and >0 if an error occurs.`, 'R');
        return;
      case 'Rv':
        this.emit(returnValue(this.take(end) ?? this.state.name), 'R');
        return;
      case 'At':
        this.emit(first === undefined ? 'AT&T UNIX' : `AT&T UNIX ${first.replace(/^v/, 'Version ')}`, 'R');
        return;
      case 'St':
        this.emit(standard(first ?? ''), 'R');
        return;
      case 'Lb':
        this.emit(library(first ?? ''), 'R');
        return;
      case 'Ud':
        this.emit('currently under development', 'R');
        return;
      case 'Bt':
        this.emit('is currently in beta test.', 'R');
        return;
      default:
        if (first !== undefined) this.emit(first, 'R');
    }
  }

  private flags(end: number): void {
    let count = 0;
    for (; this.at < end && !this.isCall(); this.at++) {
      const word = this.words[this.at] ?? '';
      if (CLOSING.has(word) || OPENING.has(word) || word === '|') {
        if (count === 0 && word === '|') this.emit('\\-', 'B');
        this.word(word, 'R');
      } else this.emit(`\\-${word}`, 'B');
      count++;
    }
    if (count > 0) return;
    this.emit('\\-', 'B');
    // A dash alone belongs to the macro behind it, as in `.Fl Ar name`.
    if (this.at < end) this.state.isGlued = true;
  }

  private name(end: number): void {
    const given = this.take(end);
    if (given !== undefined && this.state.name === '') this.state.name = given;
    if (given !== undefined || this.state.name !== '') this.emit(given ?? this.state.name, 'B');
    while (this.at < end && !this.isCall()) this.word(this.words[this.at++] ?? '', 'B');
  }

  /** `.Fn name "type argument" ...` */
  private functionCall(name: string, end: number): void {
    const args: string[] = [];
    for (let word = this.take(end); word !== undefined; word = this.take(end)) args.push(word);
    this.emit(`${name}(${args.join(', ')})${this.state.isSynopsis ? ';' : ''}`, 'B');
  }
}

function returnValue(name: string): string {
  return `The ${name}() function returns the value 0 if successful; otherwise the value -1 is returned and the global variable errno is set to indicate the error.`;
}

const LIBRARIES: Readonly<Record<string, string>> = {
  libc: 'Standard C Library',
  libm: 'Math Library',
  libpthread: 'POSIX Threads Library',
  libutil: 'System Utilities Library',
  libbsd: 'Utility functions from BSD systems',
  libcrypt: 'Crypt Library',
  libedit: 'Command Line Editor Library',
  libz: 'Compression Library',
};

function library(name: string): string {
  return `${LIBRARIES[name] ?? 'Library'} (${name}, -l${name.replace(/^lib/, '')})`;
}

/** `-p1003.1-2008` as words. */
function standard(name: string): string {
  const posix = /^-p?(1003[\w.-]*)$/.exec(name)?.[1];
  if (posix !== undefined) return `IEEE Std ${posix} (“POSIX${posix.slice(4).replace(/-(?:19|20)?\d\d$/, '')}”)`;
  const c = /^-(isoC|ansiC)(?:-(\d+))?$/.exec(name);
  if (c !== null)
    return c[1] === 'ansiC'
      ? 'ANSI X3.159-1989 (“ANSI C89”)'
      : `ISO/IEC 9899${c[2] === undefined ? '' : `:${c[2].length === 2 ? `19${c[2]}` : c[2]}`} (“ISO C”)`;
  const unix = /^-(?:susv|xpg|xsh|xns|xcurses|svid)(\d?)/.exec(name);
  return unix === null
    ? name.replace(/^-/, '')
    : name.replace(/^-susv(\d)$/, 'Version $1 of the Single UNIX Specification').replace(/^-/, '');
}
