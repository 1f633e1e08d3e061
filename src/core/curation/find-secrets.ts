import { shannonEntropy } from './entropy.js';
import { findCommandPasswords } from './find-command-passwords.js';
import { findKubernetesSecrets } from './find-kubernetes-secrets.js';
import { findNamedSecrets } from './find-named-secrets.js';
import { findPrivateKeys } from './find-private-keys.js';
import type { Finding } from './finding.js';
import { SECRET_FORMS } from './secret-forms.js';
import {
  countCaseChanges,
  holdsUnspoken,
  isPassword,
  isPlaceholder,
  isRandomValue,
  wordShare,
  wordsIn,
} from './secret-values.js';

/** A credential by a form that its provider has published. */
function findForms(text: string): Finding[] {
  const found: Finding[] = [];
  for (const { rule, hint, pattern } of SECRET_FORMS) {
    if (!text.includes(hint)) continue;
    for (const match of text.matchAll(pattern)) {
      if (/^[A-Za-z0-9]+[_-](.)\1+$/.test(match[0]) || /EXAMPLE|XXXXXX|xxxxxx/.test(match[0])) continue;
      found.push({ kind: 'secret', rule, start: match.index, end: match.index + match[0].length });
    }
  }
  return found;
}

/** An Authorization header, a bearer token without one, or the `auth` of a registry in a file of Docker's. */
const AUTHORIZATION =
  /(?<![A-Za-z])(?:authorization\\{0,3}["'`]?[ \t]{0,3}[:=,][ \t]{0,3}\\{0,3}["'`]?(?:([a-z]{4,16})[ \t]+)?|(bearer)[ \t]+|("auth)"[ \t]?:[ \t]?")([A-Za-z0-9._~+/-]{16,2000}={0,2})/gi;

function findAuthorizations(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(AUTHORIZATION)) {
    const value = (match[4] ?? '').replace(/[.,]+$/, '');
    const isBasic = match[1]?.toLowerCase() === 'basic' || match[3] !== undefined;
    if (isBasic ? !holdsPassword(value) : !isRandomValue(value)) continue;
    const start = match.index + match[0].lastIndexOf(value);
    found.push({
      kind: 'secret',
      rule: isBasic ? 'basic-credentials' : 'bearer-token',
      start,
      end: start + value.length,
    });
  }
  return found;
}

/** Whether base64 holds `user:password` with a password worth keeping (RFC 7617); the RFC's own sample is not. */
function holdsPassword(base64: string): boolean {
  if (base64.length % 4 === 1 || /[._~-]/.test(base64)) return false;
  const decoded = atob(base64.replace(/=+$/, ''));
  const colon = decoded.indexOf(':');
  return colon >= 0 && /^[\x20-\x7e\u0080-\u00ff]+$/.test(decoded) && isUrlPassword(decoded.slice(colon + 1));
}

/** Password of a URL: `scheme://user:password@host`, or a token in place of both. */
const URL_PASSWORD =
  /(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s:/@"'<>]{0,64}:([^\s:/@"'<>]{3,200})|([A-Za-z0-9_-]{20,200}))@[A-Za-z0-9[]/gi;
/** Words that documents put in place of a password. */
const SAMPLE_PASSWORD =
  /^(?:(?:\w{1,12}[_-])?(?:pass(?:word|wd)?|pw|pwd|passwd|secret)|token|user(?:name)?|postgres|root|admin|guest|test|mysql|tiger|foo|bar|baz|xyz|abc|123|x+|open sesame)$/i;

function isUrlPassword(value: string): boolean {
  return value.length >= 3 && !isPlaceholder(value) && !SAMPLE_PASSWORD.test(value);
}

function findUrlPasswords(text: string): Finding[] {
  if (!text.includes('://')) return [];
  const found: Finding[] = [];
  for (const match of text.matchAll(URL_PASSWORD)) {
    const [whole, password, token] = match;
    const value = password ?? token ?? '';
    if (password === undefined ? !isRandomValue(value) : !isUrlPassword(value)) continue;
    const start = match.index + whole.lastIndexOf(`${value}@`);
    found.push({ kind: 'secret', rule: 'url-password', start, end: start + value.length });
  }
  return found;
}

const CANDIDATE =
  /(?<!\\|[A-Za-z0-9+/=_.%-](?<!\\[nrt])(?<!(?:^|[\s"'(,;])[A-Za-z]\w{0,20}=))(?!\/\/)[A-Za-z0-9+/_-]{32,128}(?:={1,2}(?![A-Za-z0-9+=])|(?![A-Za-z0-9+/=_-]))/g;

/** Random base64 of n characters comes within .95 bits of log2(n) up to 4.6; words joined by dashes do not. */
function isEvenlySpread(value: string): boolean {
  return shannonEntropy(value) >= Math.min(Math.log2(value.length) - 0.95, 4.6);
}

/** Long unbroken strings of high entropy with capitals, small letters and digits mixed throughout. */
function findRandomStrings(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const [value] = match;
    if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || value.startsWith('eyJ')) continue;
    // One string in a hundred has no digit by chance; then its letters must change between small and capital throughout.
    if (!/\d/.test(value) && countCaseChanges(value) * 3 < value.length) continue;
    if (
      isHashOrPath(value, text, match.index) ||
      isBlobLine(text, match.index, value.length) ||
      isPlaceholder(value) ||
      !isEvenlySpread(value)
    )
      continue;
    found.push({ kind: 'secret', rule: 'high-entropy', start: match.index, end: match.index + value.length });
  }
  return found;
}

/** Line breaks of either sort with the quotes, signs and indentation that may stand around them. */
const BREAK = String.raw`["'+,\s]{0,12}(?:\n|\\n)["'+,\s]{0,24}`;
const LINE_BEFORE = new RegExp(`(?:[A-Za-z0-9+/=]{48,}|-----)${BREAK}$`);
const LINE_AFTER = new RegExp(`^${BREAK}[A-Za-z0-9+/=]{4,}(?:["'+,\\s\\\\]|$)`);

/** Whether a string is a line among like ones: certificates, public keys, signatures and pictures in base64. */
function isBlobLine(text: string, start: number, length: number): boolean {
  if (LINE_BEFORE.test(text.slice(Math.max(0, start - 120), start))) return true;
  return length >= 48 && LINE_AFTER.test(text.slice(start + length, start + length + 200));
}

/** Share of the letters and digits that lie in parts of a compound name (`xmlSecTransformRsaSha256GetKlass`) of three letters or more. */
function humpShare(value: string): number {
  const humps = value.match(/[A-Z]?[a-z]{2,}|[A-Z]{3,}(?![a-z])/g) ?? [];
  const letters = humps.filter((hump) => hump.length >= 3 && !holdsUnspoken(hump)).join('').length;
  return letters / value.replace(/[^A-Za-z0-9]/g, '').length;
}

/** Whether a string is made of words, as names in code are: most of it, or three of them with hardly a number. */
function isIdentifier(value: string): boolean {
  if (wordShare(value) > 0.6 || humpShare(value) > 0.7) return true;
  if (/[+/]/.test(value) || (value.match(/\d+/g)?.length ?? 0) > 2) return false;
  return wordShare(value) > 0.4 && wordsIn(value).filter((word) => /[a-z]/.test(word)).length >= 3;
}

/** Checksums (`sha512-...`), paths and slugs are long and varied too. */
function isHashOrPath(value: string, text: string, start: number): boolean {
  if (
    /^(?:sha\d+-|[0-9a-f]+$|[0-9A-F]+$|_?_Z[A-Z]|AAAA[A-Z]3Nza|Qm[1-9A-HJ-NP-Za-km-z]{44}$)/.test(value) ||
    isIdentifier(value)
  )
    return true;
  const parts = value.split('/').filter((part) => part !== '');
  const words = parts.filter((part) => /^[A-Za-z]?[a-z]{2,}(?:[-_][A-Za-z]?[a-z]+)*\d{0,2}$/.test(part));
  if (parts.length >= 3 && words.length * 2 >= parts.length) return true;
  if (
    /(?:sha-?\d{3}|integrity|checksum|digest|hash|\bh1|data:[a-z]+\/[a-z+]+;base64,)["'\s:=-]*$/i.test(
      text.slice(Math.max(0, start - 40), start),
    )
  )
    return true;
  // Two words of six letters stand in less than one random string in a hundred.
  const long = wordsIn(value).filter((word) => /[a-z]{6,}/.test(word));
  return long.length >= 2 || long.some((word) => word.length >= 10);
}

/** Secrets in a text: keys and tokens by their providers' forms, private keys, passwords in URLs, values that a name announces, random strings. */
export function findSecrets(text: string): Finding[] {
  return [...findPlainSecrets(text), ...findKubernetesSecrets(text, isSecretText)];
}

/** Whether a text is a password, or holds a secret. */
function isSecretText(decoded: string): boolean {
  return isPassword(decoded, { isQuoted: true }) || findPlainSecrets(decoded).length > 0;
}

function findPlainSecrets(text: string): Finding[] {
  return [
    ...findForms(text),
    ...findPrivateKeys(text),
    ...findAuthorizations(text),
    ...findNamedSecrets(text),
    ...findCommandPasswords(text),
    ...findUrlPasswords(text),
    ...findRandomStrings(text),
  ];
}
