import { shannonEntropy } from './entropy.js';

/** Words that stand where a secret would stand in a document that explains how to set one. */
const PLACEHOLDER =
  /^(?:\[[^\]]*\]|[x*.#_-]+|\$\{?[A-Za-z_][\w.:]*\}?|\$\(.*|%\w+%|%\w+\(.*|%[sdv({].*|\{\{.*|<.*|(?:0x)?abcdef.*|[a-z]{0,8}[_-]?123456?7?8?9?0?[a-z]{0,3}|0123456789.*|1234567890.*|(?:secret|test|pass(?:word|wd)?|admin|user|demo|guest|root|hello|foo|bar)\d{0,4}!?|(.)\1+)$/i;
/** What such words hold wherever it stands in them. */
const PLACEHOLDER_PART =
  /your|example|sample|placeholder|change[_-]?(?:me|it)|insert|replace|redacted|dummy|fake|todo|(?:secret|key|token|password)[_-]?here|goes[_-]?here|xxxx|(?<![A-Za-z0-9])xxx|\.\.\.|process\.env|os\.environ|getenv/i;
/** Ordinary values of options that happen to be called token, key or password: words, paths, identifiers, types, numbers, calls, references to vaults, rules of validation, users of a domain. */
const ORDINARY =
  /^(?:[a-z]+(?:[_.-][A-Za-z]+)*|[A-Za-z]+(?:[_.-][A-Za-z]+)+|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|0x[0-9a-f]{1,16}|u?int\d{1,2}\w*|[A-Z][a-z]+\d{1,3}[A-Z][a-z]+|base\d\d|[A-Z]{2,}[A-Z_]*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[\d.,:_-]+|(?:\.{1,2}\/|~\/).*|\/(?:[a-z][\w.-]*\/)+.*|\/[a-z]+[\w.-]*|\w{1,12}:\/\/.*|[\w.-]+@[\w-]+\.[\w.-]+|sha(?:1|256|384|512)[:-].*|(?:vault|arn|ssm|bcrypt|argon2\w*):.*|[a-z_]+(?::[\w,]+)?(?:\|[a-z_]+(?::[\w,]+)?)+|[a-z_]+:\d{1,2}|\^.*\$|ENC\(.*\)|[A-Za-z][\w-]*\\{1,2}[A-Za-z][\w.-]*)$/;
/** Expressions of a programming language: calls, members, operators, types. */
const CODE =
  /^[!&@*_$]?[A-Za-z_][\w$]*(?:\(|\[|::|->|\?\.|\?\?|&&|\|\|)|[)\]}]\.|\[["']|^[!&@*]?[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+[([+?]?|\\[-_]|^-?\d+[a-z]{1,2}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Pairs of letters that fewer than one in two thousand words of technical text hold (35,000 words of documentation counted). */
const UNSPOKEN =
  /(?=b[hkqvwxz]|c[jqwxz]|d[qz]|f[ghjkqvwxz]|g[bjkqvwxz]|h[fghjkqvwxz]|i[hwy]|j[^aeiou]|k[cjkmqvxz]|l[jqwxz]|m[hjqwxz]|oq|p[jqvwxz]|q[^u]|r[jqx]|s[jxz]|t[jq]|u[hjquwy]|v[bdfghjknpqvwxyz]|w[bgjkmquvwxyz]|x[bgjknqrvwz]|y[hjkqvxyz]|z[^aeiouyz])/gi;

/** Whether letters hold a pair that hardly any word does. */
export function holdsUnspoken(letters: string): boolean {
  return letters.search(UNSPOKEN) >= 0;
}

/** Runs of four and more letters that can be spoken, as words and their abbreviations in names are. */
export function wordsIn(value: string): string[] {
  const runs: string[] = value.match(/[A-Z][a-z]{3,}|[a-z]{4,}|[A-Z]{4,}(?![a-z])/g) ?? [];
  return runs.filter((run) => {
    const vowels = run.replace(/[^aeiouy]/gi, '').length;
    if (vowels * 5 < run.length || vowels * 4 > run.length * 3 || /[^aeiouy]{5}/i.test(run)) return false;
    return (run.match(UNSPOKEN)?.length ?? 0) * 6 < run.length;
  });
}

/** Share of a text's characters that lie in words. */
export function wordShare(value: string): number {
  return wordsIn(value).reduce((sum, run) => sum + run.length, 0) / value.length;
}

function kindsIn(value: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
}

/** How a value is written. */
export interface SecretContext {
  /** Whether it stands in quotes, where code is none. */
  readonly isQuoted: boolean;
}
const BARE: SecretContext = { isQuoted: false };

function isNoValue(value: string, { isQuoted }: SecretContext): boolean {
  if (isPlaceholder(value) || ORDINARY.test(value)) return true;
  if (!CODE.test(value)) return false;
  if (isQuoted) return wordShare(value) >= 0.3 && !isChosenChain(value);
  // A token with dots (three parts of a JWT, two of a session) is no chain of members: those are made of words.
  return /[([\\]|::|->|\?|&&|\|\|/.test(value) || wordShare(value) >= 0.4 || value.length < 20;
}

/** Two words with a point between them and a number behind (`Copper.Harbor32`); types and keys of messages are about what they name. */
function isChosenChain(value: string): boolean {
  return (
    /^[A-Z][a-z]{2,}\.[A-Z][a-z]{2,}\d{1,4}$/.test(value) &&
    !/Pass|Pwd|Secret|Token|Key|Auth|User|Config|Type/.test(value)
  );
}

/** Whether a value looks drawn at random, as keys and tokens are. */
export function isRandomValue(value: string, context = BARE): boolean {
  if (value.length < 8 || isNoValue(value, context)) return false;
  if (UUID.test(value)) return /[1-9a-f]/i.test(value.replaceAll('0', ''));
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 16 && /\d/.test(value) && /[a-f]/i.test(value);
  if (kindsIn(value) < 2 || wordShare(value) > 0.55) return false;
  if (!/\d/.test(value) && (value.length < 16 || countCaseChanges(value) < 5)) return false;
  // Entropy per character grows with length; 8 different characters give 3 bits, 20 random base64 ones about 4.
  return shannonEntropy(value) >= (value.length < 16 ? 2.5 : 3);
}

/** How often small letters and capitals follow each other. */
export function countCaseChanges(letters: string): number {
  return letters.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
}

/** Four words and more, joined by one sign throughout (`correct-horse-battery-staple`), none of which tells what the value is for. */
export function isPassphrase(value: string): boolean {
  return (
    /^[a-z]{3,12}([-_.])[a-z]{3,12}(?:\1[a-z]{3,12}){2,6}$/.test(value) &&
    !isPlaceholder(value) &&
    !/pass|pwd|secret|token|(?<![a-z])key|auth|user|name|value|file|path|reset|login|sign/.test(value)
  );
}

/** Whether a value may be a password that a person chose: letters with digits or marks, but no name, path or piece of code. */
export function isPassword(value: string, context = BARE): boolean {
  if (isChosenChain(value) || isPassphrase(value)) return true;
  if (value.length < 6 || value.length > 128 || isNoValue(value, context)) return false;
  if (isRandomValue(value, context)) return true;
  if (!/[A-Za-z]/.test(value) || kindsIn(value) < 2) return false;
  // Letters alone: names have longer parts than two letters between their capitals.
  if (/^[A-Za-z_.-]{10,}$/.test(value)) return wordShare(value) < 0.3 && countCaseChanges(value) * 5 > value.length * 2;
  return /\d/.test(value) || (kindsIn(value) >= 3 && /[^A-Za-z0-9_.:/\\-]/.test(value));
}

/** Whether a value that is only mentioned in a sentence is a secret beyond doubt: mixed letters and digits that spell nothing. */
export function isUnspeakable(value: string, context = BARE): boolean {
  if (!/[A-Za-z]/.test(value) || /^[\w.-]+=[^=]/.test(value) || !isRandomValue(value, context)) return false;
  if (/^[0-9a-f-]+$/i.test(value)) return value.length >= 32;
  return /\d/.test(value) ? value.length >= 16 && kindsIn(value) >= 3 : value.length >= 20;
}

/** The same of a password, which is shorter: three kinds of characters, digits among them. */
export function isUnspeakablePassword(value: string, context = BARE): boolean {
  if (isUnspeakable(value, context)) return true;
  return (
    value.length >= 8 &&
    value.length <= 24 &&
    /\d/.test(value) &&
    kindsIn(value) >= 3 &&
    wordShare(value) < 0.8 &&
    isPassword(value, context) &&
    !/[/\\()|]|^[\w.-]+=/.test(value)
  );
}

/** Whether a value that a sentence says to be the password, or that it quotes, is one: letters with digits, but no name of a method (`SHA-256`, `Base64-encoded`). */
export function isToldPassword(value: string, context = BARE): boolean {
  if (
    value.length < 7 ||
    !/[a-z]{3}/i.test(value) ||
    !/\d/.test(value) ||
    /^[A-Z]{2}|\d-[a-z]|^[\w.-]+=|[/\\()|]/.test(value)
  )
    return false;
  return isPassword(value, context);
}

/** Whether a word stands for a secret in an example rather than being one. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || PLACEHOLDER_PART.test(value);
}
