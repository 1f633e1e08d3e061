import { createRandom, type Random } from '../../../src/core/training/random.js';

/** Letters, digits and marks that generated values are drawn from. */
const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';
const DIGITS = '0123456789';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function drawText(random: Random, alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[random.below(alphabet.length)]).join('');
}

function number(random: Random, low: number, high: number): number {
  return low + random.below(high - low + 1);
}

/** Values are made at run time, so that no scanner of this repository takes them for real ones. */
const SECRET_FORMS: readonly ((random: Random) => string)[] = [
  (r) => `AKIA${drawText(r, BASE32, 16)}`,
  (r) => `ghp_${drawText(r, BASE62, 36)}`,
  (r) => `github_pat_${drawText(r, BASE62, 22)}_${drawText(r, BASE62, 59)}`,
  (r) => `glpat-${drawText(r, BASE62, 20)}`,
  (r) => `xoxb-${drawText(r, DIGITS, 11)}-${drawText(r, DIGITS, 12)}-${drawText(r, BASE62, 24)}`,
  (r) => `sk_live_${drawText(r, BASE62, 24)}`,
  (r) => `sk-proj-${drawText(r, BASE62, 48)}`,
  (r) => `sk-ant-api03-${drawText(r, BASE62, 80)}`,
  (r) => `AIza${drawText(r, BASE62, 35)}`,
  (r) => `hf_${drawText(r, BASE62.slice(0, 52), 34)}`,
  (r) => `npm_${drawText(r, BASE62, 36)}`,
  (r) => `SG.${drawText(r, BASE62, 22)}.${drawText(r, BASE62, 43)}`,
  (r) => `eyJ${drawText(r, BASE62, 20)}.eyJ${drawText(r, BASE62, 30)}.${drawText(r, BASE62, 43)}`,
  (r) =>
    `-----BEGIN RSA PRIVATE KEY-----\n${drawText(r, BASE62, 64)}\n${drawText(r, BASE62, 64)}\n-----END RSA PRIVATE KEY-----`,
  (r) => `API_KEY=${drawText(r, HEX, 40)}`,
  (r) => `"client_secret": "${drawText(r, BASE62, 32)}"`,
  (r) => `password: "${drawText(r, BASE62, 6)}!${drawText(r, DIGITS, 3)}${drawText(r, BASE62, 4)}"`,
  (r) => `Authorization: Bearer ${drawText(r, HEX, 40)}`,
  (r) => `postgres://app:${drawText(r, BASE62, 14)}@db.internal:5432/main`,
  (r) => `the value was ${drawText(r, BASE62, 44)} at that time`,
];

function luhnCard(random: Random): string {
  const body = `${['4', '51', '37', '6011'][random.below(4)]}`;
  const length = body === '37' ? 15 : 16;
  const digits = body + drawText(random, DIGITS, length - 1 - body.length);
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]) * (at % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  const card = digits + String((10 - (sum % 10)) % 10);
  if (length === 15 || random.below(3) === 0) return card;
  return card.replace(/(\d{4})(?=\d)/g, random.below(2) === 0 ? '$1 ' : '$1-');
}

function germanIban(random: Random): string {
  const account = drawText(random, DIGITS, 18);
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  const iban = `DE${String(check).padStart(2, '0')}${account}`;
  return random.below(2) === 0 ? iban : iban.replace(/(.{4})(?=.)/g, '$1 ');
}

const NAMES = ['maria', 'jonas', 'li', 'fatima', 'pavel', 'ingrid', 'tomas', 'aisha'];
const HOSTS = ['bluewater-labs.io', 'nordhafen.de', 'quince.co.uk', 'mailbox.org', 'uni-kiel.de'];

/** Generators of personal data, by the kind that must be found. */
export const PERSONAL_FORMS = {
  email: (r: Random): string =>
    `${NAMES[r.below(NAMES.length)]}.${drawText(r, 'bcdfghklmnprst', 5)}${r.below(100)}@${HOSTS[r.below(HOSTS.length)]}`,
  phone: (r: Random): string =>
    [
      `+49 ${number(r, 151, 179)} ${number(r, 1_000_000, 99_999_999)}`,
      `+1-${number(r, 201, 989)}-${number(r, 201, 989)}-${number(r, 1000, 9999)}`,
      `(${number(r, 201, 989)}) ${number(r, 201, 989)}-${number(r, 1000, 9999)}`,
      `+44${number(r, 1_000_000_000, 9_899_999_999)}`,
      `tel. 0${number(r, 20, 99)} ${number(r, 100_000, 999_999)}`,
    ][r.below(5)] ?? '',
  'ip-address': (r: Random): string =>
    r.below(4) === 0
      ? `2a02:${drawText(r, '123456789abcdef', 4)}:${drawText(r, '123456789abcdef', 3)}::${drawText(r, '123456789abcdef', 4)}`
      : `${number(r, 23, 99)}.${r.below(256)}.${r.below(256)}.${number(r, 1, 254)}`,
  'card-number': luhnCard,
  iban: germanIban,
} as const;

/** `count` secrets of all forms in turn. */
export function plantSecrets(count: number, seed: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at) => SECRET_FORMS[at % SECRET_FORMS.length]?.(random) ?? '');
}

/** `count` values of one kind of personal data. */
export function plantPersonal(kind: keyof typeof PERSONAL_FORMS, count: number, seed: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => PERSONAL_FORMS[kind](random));
}
