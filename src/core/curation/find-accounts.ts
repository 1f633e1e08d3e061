import type { Finding } from './finding.js';
import { ibanLength, isIban } from './iban.js';
import { hasLuhnDigit } from './luhn.js';

/** Digits without separators, or in groups as schemes print them: fours, 4-6-4, 4-6-5 or 6-13, with one separator throughout. */
const CARD =
  /(?<![A-Za-z0-9+.](?<!\\[nrt])(?<!(?:^|[^A-Za-z0-9])(?:visa|card|cc|pan|mastercard|amex))|\d[-/]|[/%])[2-68]\d{3}(?:\d{9,15}|([ \u00a0\u202f-])(?:\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}\1\d{5}|\d{6}\1\d{4,5})|\d{2}([ \u00a0\u202f-])\d{13})(?![A-Za-z0-9]|[.-][A-Za-z0-9])/gi;

/** Prefix and length of the card schemes (ISO/IEC 7812): Visa, Mastercard, American Express, Discover, JCB, Diners, Maestro, UnionPay, Mir, RuPay. */
const CARD_SCHEMES: readonly RegExp[] = [
  /^4\d{12}(?:\d{3}){0,2}$/,
  /^5[1-5]\d{14}$/,
  /^2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}$/,
  /^3[47]\d{13}$/,
  /^6(?:011|5\d\d|4[4-9]\d)\d{12}(?:\d{3})?$/,
  /^35(?:2[89]|[3-8]\d)\d{12}(?:\d{3})?$/,
  /^3(?:0[0-59]|[689]\d)\d{11}$/,
  /^(?:62\d{14,17}|81\d{14})$/,
  /^(?:50|5[6-9]|6[0-9])\d{11,17}$/,
  /^220[0-4]\d{12,15}$/,
  /^82\d{14}$/,
];

/** Card numbers: a scheme's prefix and length, and Luhn's check digit. */
export function findCards(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(CARD)) {
    const digits = match[0].replace(/\D/g, '');
    if (!CARD_SCHEMES.some((scheme) => scheme.test(digits)) || !hasLuhnDigit(digits)) continue;
    found.push({ kind: 'card-number', rule: 'luhn', start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** The country and check digits of an IBAN; the word itself may stand right before them. */
const IBAN = /(?:(?<![A-Za-z0-9](?<!\\[nrt]))|(?<=IBAN))(?:[A-Z]{2}|[a-z]{2})\d{2}(?=[ \u00a0\u202f-]?[A-Za-z0-9]{2})/g;

/** IBANs with or without spaces, in capitals or small letters, by length and checksum. */
export function findIbans(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(IBAN)) {
    const length = ibanLength(match[0].slice(0, 2).toUpperCase());
    const end = length === undefined ? undefined : readIban(text, match.index, length);
    if (end === undefined) continue;
    found.push({ kind: 'iban', rule: 'mod-97', start: match.index, end });
  }
  return found;
}

/** Where an IBAN of `length` letters and digits that begins at `start` ends; single separators between them are passed over. */
function readIban(text: string, start: number, length: number): number | undefined {
  let iban = '';
  let at = start;
  while (iban.length < length && at < text.length) {
    const character = text[at] ?? '';
    if (/[A-Za-z0-9]/.test(character)) iban += character;
    else if (!/[ \u00a0\u202f-]/.test(character) || !/[A-Za-z0-9]/.test(text[at + 1] ?? '')) return undefined;
    at++;
  }
  if (iban.length < length || /[A-Za-z0-9]/.test(text[at] ?? '')) return undefined;
  const written = text.slice(start, at);
  // Small letters with spaces are a sentence unless they stand in groups of four.
  if (/^[a-z]/.test(written) && !isSmallIban(written)) return undefined;
  return isIban(iban.toUpperCase()) ? at : undefined;
}

function isSmallIban(written: string): boolean {
  if (/[A-Z]/.test(written)) return false;
  return (
    /^[a-z0-9]+$/.test(written) ||
    /^[a-z0-9]{4}(?:[ \u00a0\u202f-][a-z0-9]{4})*(?:[ \u00a0\u202f-][a-z0-9]{1,3})?$/.test(written)
  );
}
