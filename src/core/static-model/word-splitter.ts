import { buildNormalizer, type Compound, WORD_PATTERN } from './tokenizer-format.js';

/** Cuts text into words as the tokenizer's normaliser and pre-tokenizer do together. */
export interface WordSplitter {
  /** Words of a run without ASCII white space or controls, in lower case. */
  splitRun(run: string, isAscii: boolean): string[];
}

const SPACE = 0x20;
const DELETE = 0x7f;

/** Calls `visit` for each run between ASCII white space or controls, and says whether it is all ASCII. */
export function visitRuns(text: string, visit: (run: string, isAscii: boolean) => void): void {
  let start = 0;
  let isAscii = true;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : SPACE;
    if (code > SPACE && code !== DELETE) {
      if (code > DELETE) isAscii = false;
      continue;
    }
    if (at > start) visit(text.slice(start, at), isAscii);
    start = at + 1;
    isAscii = true;
  }
}

/** A splitter that leaves the given compounds whole: regular expressions for any script, a plain loop for ASCII. */
export function createWordSplitter(compounds: readonly Compound[]): WordSplitter {
  const normalize = createNormalize(compounds);
  const words = new RegExp(WORD_PATTERN.replaceAll('\\s', '\\p{White_Space}'), 'gu');
  const byJoint = new Map<string, Compound[]>();
  for (const compound of compounds) {
    const joint = (compound[0].at(-1) ?? '') + (compound[1][0] ?? '');
    byJoint.set(joint, [...(byJoint.get(joint) ?? []), compound]);
  }
  const isInCompound = (run: string, at: number): boolean =>
    byJoint
      .get(run.slice(at - 1, at + 1))
      ?.some(([left, right]) => run.endsWith(left, at) && run.startsWith(right, at)) ?? false;
  return {
    splitRun: (run, isAscii) => (isAscii ? splitAsciiRun(run, isInCompound) : (normalize(run).match(words) ?? [])),
  };
}

/** The normaliser's steps, run as it lists them. */
function createNormalize(compounds: readonly Compound[]): (text: string) => string {
  const steps = buildNormalizer(compounds).normalizers.flatMap((step) =>
    'pattern' in step ? [{ regex: new RegExp(step.pattern.Regex, 'gu'), content: step.content }] : [],
  );
  return (text) =>
    steps.reduce((done, { regex, content }) => done.replace(regex, content), text.normalize('NFKD')).toLowerCase();
}

enum Kind {
  Lower,
  Upper,
  Digit,
  Symbol,
}

function kindAt(run: string, at: number): Kind {
  const code = run.charCodeAt(at);
  if (code >= 0x61 && code <= 0x7a) return Kind.Lower;
  if (code >= 0x41 && code <= 0x5a) return Kind.Upper;
  if (code >= 0x30 && code <= 0x39) return Kind.Digit;
  // Beyond the end the code is NaN, and no letter follows.
  return Kind.Symbol;
}

function splitAsciiRun(run: string, isInCompound: (run: string, at: number) => boolean): string[] {
  const words: string[] = [];
  let start = 0;
  for (let at = 1; at <= run.length; at++) {
    const isEnd = at === run.length || isBorder(run, at) || (isHump(run, at) && !isInCompound(run, at));
    if (!isEnd) continue;
    words.push(run.slice(start, at).toLowerCase());
    start = at;
  }
  return words;
}

function isBorder(run: string, at: number): boolean {
  const left = kindAt(run, at - 1);
  const right = kindAt(run, at);
  if (left === Kind.Symbol || right === Kind.Symbol) return true;
  return (left === Kind.Digit) !== (right === Kind.Digit);
}

/** Whether a camelCase hump begins here: a small letter before a capital, or the last capital of a row before a word. */
export function isHump(run: string, at: number): boolean {
  if (kindAt(run, at) !== Kind.Upper) return false;
  const left = kindAt(run, at - 1);
  if (left === Kind.Lower) return true;
  return left === Kind.Upper && kindAt(run, at + 1) === Kind.Lower && kindAt(run, at + 2) === Kind.Lower;
}
