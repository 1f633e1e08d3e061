import type { Finding } from './finding.js';

const BEGIN = /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
/** A whole line of a key, whether its breaks are real or written as `\n`. */
const KEY_LINE = /[A-Za-z0-9+/]{24}/;
/** What a key without an end is made of: base64, headers, line breaks of either sort, and the quotes of joined strings. */
const UNENDED =
  /(?:(?:Proc-Type|DEK-Info|Version|Comment|Hash): ?[^\n\\]{1,100}|[A-Za-z0-9+/=]{16,}|[ \t\r\n]|\\[nrt]|["'+,]){1,4000}/y;
/** Longest key looked at, in characters; the largest in use, RSA of 16,384 bits, has some 13,000. */
const MAX_KEY = 20_000;

/** Private keys in armour (PEM, OpenSSH, PGP), in one line or many, also cut off before their end. */
export function findPrivateKeys(text: string): Finding[] {
  if (!text.includes('PRIVATE KEY')) return [];
  const found: Finding[] = [];
  for (const match of text.matchAll(BEGIN)) {
    const end = keyEnd(text, match.index + match[0].length);
    if (end !== undefined) found.push({ kind: 'secret', rule: 'private-key', start: match.index, end });
  }
  return found;
}

/** Where the key whose body starts at `from` ends; undefined where no key follows, as in a text that tells of the form. */
function keyEnd(text: string, from: number): number | undefined {
  const dashes = text.indexOf('-----', from);
  if (dashes >= 0 && dashes - from <= MAX_KEY && KEY_LINE.test(text.slice(from, dashes))) {
    END.lastIndex = dashes;
    if (END.test(text)) return END.lastIndex;
  }
  UNENDED.lastIndex = from;
  const [body = ''] = UNENDED.exec(text) ?? [];
  const kept = body.replace(/(?:\s|\\[nrt]|["',])+$/, '');
  return KEY_LINE.test(kept) ? from + kept.length : undefined;
}
