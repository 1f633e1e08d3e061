/** What is set above the line and is no exponent. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ['tm', '\u2122'],
  ['sm', '\u2120'],
  ['r', '\u00ae'],
  ['(r)', '\u00ae'],
  ['c', '\u00a9'],
  ['(tm)', '\u2122'],
]);
const ORDINAL = /^(?:st|nd|rd|th|e|er|re|\u00e8re|\u00e8me|eme|me|mes|lle|r|gr|o|a|os|as|\u00ba|\u00aa|de|te)\.?$/i;
/** Names of functions and units that carry exponents although they are words. */
const BASES =
  /(?:^|[^\p{L}])(?:sinh|cosh|tanh|coth|arcsin|arccos|arctan|metres?|meters?|inch(?:es)?|feet|foot|yards?|miles?|acres?|hours?|seconds?|minutes?|grad|curl|diag|rank|proj|trace|prob)$/iu;
const NUMBERED = /^\[?\d{1,3}\]?(?:\s*[,\u2013-]\s*\[?\d{1,3}\]?)*$/;
const ELEMENTS = new Set(
  (
    'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd ' +
    'Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th ' +
    'Pa U Np Pu Am'
  ).split(' '),
);
/** Longer texts are small print, not part of a formula. */
const MAX_SCRIPT = 60;

/**
 * Text that was set above the line, as it reads behind `before`: `10` and `-6` give `^-6`, `2` and `n/2` give
 * `^(n/2)`. Ordinals and trade marks are joined, numbers behind words are marks of notes and stand in brackets.
 */
export function superscript(before: string, content: string): string {
  const text = content.trim();
  const base = before.replace(/[*_~`]+$/, '');
  if (text === '' || text.length > MAX_SCRIPT || text.includes('\n')) return content;
  const sign = /\p{L}$/u.test(base) && /\p{L}{2}$/u.test(base) ? SIGNS.get(text.toLowerCase()) : undefined;
  if (sign !== undefined) return sign;
  if (ORDINAL.test(text) && /(?:\d|[IVXLCM]|\b[nNM])$/.test(base) && !isVariable(base, text)) return text;
  if (/^[^\p{L}\p{N}+\-\u2212\u00b1]+$/u.test(text)) return text;
  if (NUMBERED.test(text) && isWord(base)) return noteMark(text);
  if (/\p{L}{4}/u.test(text) && /\p{L}{4}$/u.test(base)) return ` ${text}`;
  return isSimple(text) ? `^${text}` : `^(${bare(text)})`;
}

/** Text that was set below the line: `x` and `i` give `_i`, `x` and `n+1` `_(n+1)`; `H2O` stays `H2O`. */
export function subscript(before: string, content: string): string {
  const text = content.trim();
  const base = before.replace(/[*_~`]+$/, '');
  if (text === '' || text.length > MAX_SCRIPT || text.includes('\n') || /(?:^|\s)$/.test(base)) return content;
  if (/^\d{1,3}$/.test(text) && isChemical(base)) return text;
  return isSimple(text) ? `_${text}` : `_(${bare(text)})`;
}

/** Text with a raised or lowered part behind it: see {@link superscript} and {@link subscript}. */
export function withRaised(text: string, part: string, rise: 'up' | 'down'): string {
  return text + (rise === 'up' ? superscript(text, part) : subscript(text, part));
}

/** The mark of a note: `[3]`. */
export function noteMark(content: string): string {
  const text = content.trim();
  return text === '' || /^[[({]|^[^\p{L}\p{N}]+$/u.test(text) ? text : `[${text}]`;
}

/** A number over another one, as it reads behind `before`: `1 1/2`. */
export function fraction(before: string, over: string, under: string): string {
  const side = (text: string): string => (isSimple(text.trim()) ? text.trim() : `(${text.trim()})`);
  return `${/\d$/.test(before) ? ' ' : ''}${side(over)}/${side(under)}`;
}

/** One signed number or name, or the charge of an ion. */
function isSimple(text: string): boolean {
  return /^(?:[+\-\u2212\u00b1]?[\p{L}\p{M}\p{N}.,'\u2032*\u2217\u221e]+|\d*[+\-\u2212\u00b1])$/u.test(text);
}

function bare(text: string): string {
  return /^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text;
}

/** In `a^r` or `x^a` the letter is an exponent, in `1er` and `No` it is not. */
function isVariable(base: string, text: string): boolean {
  return text.length === 1 && !/[nN]$/.test(base) && !/^[oae\u00ba\u00aa]$/.test(text);
}

/** Whether what stands before a raised number is prose, which has no exponents. */
function isWord(base: string): boolean {
  if (/[.,;:!?\u201d\u2019"]$/.test(base)) return /\p{L}["\u201d\u2019]?[.,;:!?\u201d\u2019"]+$/u.test(base);
  return /\p{L}{4}$/u.test(base) && !BASES.test(base);
}

function isChemical(base: string): boolean {
  if (/[A-Z\d][a-z\d]*[)\]]$/.test(base)) return true;
  const symbol = /(?:^|[^a-z])([A-Z][a-z]?)$/.exec(base)?.[1];
  return symbol !== undefined && ELEMENTS.has(symbol);
}
