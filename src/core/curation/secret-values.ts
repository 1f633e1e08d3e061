import { shannonEntropy } from './entropy.js';

/** Words that stand where a secret would stand in a document that explains how to set one. */
const PLACEHOLDER =
  /^(?:\[[A-Z_]+\]|[x*.#_-]+|\$\{?[A-Za-z_][\w.:]*\}?|\$\(.*|%\w+%|%[sdv({].*|\{\{.*|<.*|(?:0x)?abcdef.*|[a-z]{0,8}[_-]?123456?7?8?9?0?[a-z]{0,3}|0123456789.*|1234567890.*|(?:secret|test|pass(?:word|wd)?|admin|user|demo|guest|root|hello|foo|bar)\d{0,4}!?|(.)\1+)$/i;
/** What such words hold wherever it stands in them. */
const PLACEHOLDER_PART =
  /your|example|sample|placeholder|change[_-]?(?:me|it)|insert|replace|redacted|dummy|fake|todo|(?:secret|key|token|password)[_-]?here|goes[_-]?here|xxxx|(?<![A-Za-z0-9])xxx|\.\.\.|process\.env|os\.environ|getenv/i;
/** Ordinary values of options that happen to be called token, key or password: words, paths, identifiers, types, numbers, calls. */
const ORDINARY =
  /^(?:[a-z]+(?:[_.-][A-Za-z]+)*|[A-Za-z]+(?:[_.-][A-Za-z]+)+|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|0x[0-9a-f]{1,16}|u?int\d{1,2}\w*|[A-Z][a-z]+\d{1,3}[A-Z][a-z]+|base\d\d|[A-Z]{2,}[A-Z_]*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[\d.,:_-]+|(?:\.{1,2}\/|~\/).*|\/(?:[a-z][\w.-]*\/)+.*|\/[a-z]+[\w.-]*|\w{1,12}:\/\/.*|[\w.-]+@[\w-]+\.[\w.-]+|sha(?:1|256|384|512)[:-].*)$/;
/** Expressions of a programming language: calls, members, operators, types. */
const CODE =
  /^[!&@*_$]?[A-Za-z_][\w$]*(?:\(|\[|::|->|\?\.|\?\?|&&|\|\|)|[)\]}]\.|\[["']|^[!&@*]?[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+[([+?]?|\\[-_]|^-?\d+[a-z]{1,2}$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Runs of four and more letters that can be spoken, as words and their abbreviations in names are. */
export function wordsIn(value: string): string[] {
  const runs: string[] = value.match(/[A-Z][a-z]{3,}|[a-z]{4,}|[A-Z]{4,}(?![a-z])/g) ?? [];
  return runs.filter((run) => {
    const vowels = run.replace(/[^aeiouy]/gi, '').length;
    return vowels * 5 >= run.length && vowels * 4 <= run.length * 3 && !/[^aeiouy]{5}/i.test(run);
  });
}

/** Share of a text's characters that lie in words. */
export function wordShare(value: string): number {
  return wordsIn(value).reduce((sum, run) => sum + run.length, 0) / value.length;
}

function kindsIn(value: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
}

function isNoValue(value: string): boolean {
  if (isPlaceholder(value) || ORDINARY.test(value)) return true;
  // A token with dots (three parts of a JWT, two of a session) is no chain of members: those are made of words.
  return CODE.test(value) && (/[([\\]|::|->|\?|&&|\|\|/.test(value) || wordShare(value) >= 0.4 || value.length < 20);
}

/** Whether a value looks drawn at random, as keys and tokens are. */
export function isRandomValue(value: string): boolean {
  if (value.length < 8 || isNoValue(value)) return false;
  if (UUID.test(value)) return /[1-9a-f]/i.test(value.replaceAll('0', ''));
  if (/^[0-9a-f]+$/i.test(value)) return value.length >= 16 && /\d/.test(value) && /[a-f]/i.test(value);
  if (kindsIn(value) < 2 || wordShare(value) > 0.55) return false;
  if (!/\d/.test(value) && (value.length < 16 || countCaseChanges(value) < 5)) return false;
  // Entropy per character grows with length; 8 different characters give 3 bits, 20 random base64 ones about 4.
  return shannonEntropy(value) >= (value.length < 16 ? 2.5 : 3);
}

function countCaseChanges(letters: string): number {
  return letters.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
}

/** Whether a value may be a password that a person chose: letters with digits or marks, but no name, path or piece of code. */
export function isPassword(value: string): boolean {
  if (value.length < 6 || value.length > 128 || isNoValue(value)) return false;
  if (isRandomValue(value)) return true;
  if (!/[A-Za-z]/.test(value) || kindsIn(value) < 2) return false;
  // Letters alone: names have longer parts than two letters between their capitals.
  if (/^[A-Za-z_.-]{10,}$/.test(value)) return wordShare(value) < 0.3 && countCaseChanges(value) * 5 > value.length * 2;
  return /\d/.test(value) || (kindsIn(value) >= 3 && /[^A-Za-z0-9_.:/\\-]/.test(value));
}

/** Whether a value that is only mentioned in a sentence is a secret beyond doubt: mixed letters and digits that spell nothing. */
export function isUnspeakable(value: string): boolean {
  if (!/[A-Za-z]/.test(value) || /^[\w.-]+=[^=]/.test(value) || !isRandomValue(value)) return false;
  if (/^[0-9a-f-]+$/i.test(value)) return value.length >= 32;
  return /\d/.test(value) ? value.length >= 16 && kindsIn(value) >= 3 : value.length >= 20;
}

/** The same of a password, which is shorter: three kinds of characters, digits among them. */
export function isUnspeakablePassword(value: string): boolean {
  if (isUnspeakable(value)) return true;
  return (
    value.length >= 8 &&
    value.length <= 24 &&
    /\d/.test(value) &&
    kindsIn(value) >= 3 &&
    wordShare(value) < 0.8 &&
    isPassword(value) &&
    !/[/\\()]|^[\w.-]+=/.test(value)
  );
}

/** Whether a word stands for a secret in an example rather than being one. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || PLACEHOLDER_PART.test(value);
}
