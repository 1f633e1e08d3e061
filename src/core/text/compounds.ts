import { foldWord } from './fold-word.js';
import { rememberWords } from './remember-words.js';
import { shortTerm } from './words.js';

/** Signs that join words to one name: versions, dates, paths, addresses, option and package names, error codes. */
const JOINT = '._\\-/\\\\:@+#~%=?&';
/** The bound keeps an endless word from overflowing the stack of the regular expression. */
const RUN = new RegExp(`[\\p{L}\\p{M}\\p{N}${JOINT}]{1,65536}`, 'gu');
const OUTER_SIGNS = new RegExp(`^[\\p{M}${JOINT}]+|[${JOINT}]+$`, 'gu');
/** Most words have neither, and are told by a look. */
const MAY_BE_NAME = new RegExp(`[0-9${JOINT}]`);
const HAS_JOINT = new RegExp(`[${JOINT}]`);
const JOINTS = new RegExp(`[${JOINT}]+`);
/** Longer ones are data, not names. */
const LONGEST_COMPOUND = 400;
/** A hexadecimal name of so many digits is also known by so few of its first. */
const HEX_NAME = /^(?=.*\d)[0-9a-f]{7,}$/;
const HEX_PREFIXES = [7, 8, 10, 12];
/** What marks a compound that stands alone, so that `1.2.3` is told from a part of `1.2.3-rc1`. */
const WHOLE = '=';

/**
 * Names that a word tokenizer takes apart, each once more as one term, so that their parts and the order of their parts
 * both count: `1.2.10`, `2026-08-06`, `task_acks_late`, `src/core/errors.ts`, `--dry-run`. A name inside a name counts
 * too (`10.0.1.27` of `10.0.1.27:8080`, `errors.ts` and `errors` of the path). Long hexadecimal names, alone or within a name
 * (a commit in an address, a digest behind `sha256:`), are also known by their first digits. Each term once. The text must have passed `foldCharacters`.
 */
export function compoundTerms(text: string): string[] {
  const terms = new Set<string>();
  for (const run of text.match(RUN) ?? [])
    if (MAY_BE_NAME.test(run)) for (const term of termsOfRun(run)) terms.add(term);
  return [...terms];
}

const termsOfRun: (run: string) => readonly string[] = rememberWords((run) => {
  const terms = new Set<string>();
  if (run.length > LONGEST_COMPOUND) return [];
  const name = foldWord(run.replace(OUTER_SIGNS, ''));
  for (const part of name.split(JOINTS)) addPrefixes(part, terms);
  if (HAS_JOINT.test(name)) {
    terms.add(WHOLE + name.replace(/^v(?=\d)/, ''));
    addParts(name, terms);
  }
  return [...terms].map(shortTerm);
});

/** The name, the names between its larger joints, and versions, dotted names and file names without ending in those. */
function addParts(name: string, terms: Set<string>): void {
  const outer = name.split(/[:@#~%=?&]+/);
  const parts = outer.flatMap((part) => part.split(/[/\\]+/));
  for (const part of new Set([name, ...outer, ...parts])) {
    addName(part, terms);
    for (const [version] of part.matchAll(/\d+(?:\.\d+)+/g)) addName(version, terms);
    if (!/[/\\]/.test(part)) for (const inner of part.split(/[.+]+/)) addName(inner, terms);
    addName(part.replace(/\.[a-z][a-z0-9]{0,5}$/, ''), terms);
  }
}

function addPrefixes(name: string, terms: Set<string>): void {
  if (!HEX_NAME.test(name)) return;
  for (const length of HEX_PREFIXES) if (length <= name.length) terms.add(`${name.slice(0, length)}~`);
}

function addName(part: string, terms: Set<string>): void {
  const name = part.replace(OUTER_SIGNS, '');
  if (HAS_JOINT.test(name)) terms.add(name);
}
