import type { Finding } from './finding.js';
import { ibanLength, isIban } from './iban.js';
import { hasLuhnDigit } from './luhn.js';

/** Host names that can hold no mailbox (RFC 2606, RFC 6761). */
const SAMPLE_DOMAIN = /(?:^|\.)(?:invalid|localhost|local)$/i;
/** Domains set aside for documents (RFC 2606) and those that authors make up. */
const MADE_UP_DOMAIN =
  /(?:^|\.)(?:example(?:\.\w+)?|test|(?:your|my)?-?(?:domain|company|host|server|email|mail|org|site|app)\.\w+|acme\.\w+|foo\.\w+|bar\.\w+|\w\.\w+|github\.com|gitlab\.com|bitbucket\.org)$/i;
/** A single word, as in `ada@example.com` or `user+tag@example.com`: at a made-up domain it is no person's address. */
const SAMPLE_NAME =
  /^(?:no-reply|(?:your|my|some)[-_.]?\w*|(?:john|jane|first)[._](?:doe|last)|(?:user|test|name|foo|bar)\d?|[a-z]+)(?:\+[\w.-]*)?$/i;
const EMAIL =
  /(?<![\p{L}\p{N}._%+/@-])[A-Za-z0-9](?:[A-Za-z0-9._%+-]{0,62}[A-Za-z0-9_+-])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\p{L}\p{N}@]|[.-][\p{L}\p{N}]|:[\w~/])/gu;
/** File endings that follow an `@` in image names and package paths, where a top-level domain would stand. */
const FILE_ENDING =
  /\.(?:png|jpe?g|gif|svg|webp|css|js|mjs|cjs|ts|tsx|jsx|json|md|html?|py|rs|go|rb|java|sh|ya?ml|toml|lock|txt|so|dll|exe)$/i;

/** E-mail addresses, but for `user@example.com` and its like and for `git@host` remotes. */
function findEmails(text: string): Finding[] {
  if (!text.includes('@')) return [];
  const found: Finding[] = [];
  for (const match of text.matchAll(EMAIL)) {
    const [address] = match;
    const domain = address.slice(address.lastIndexOf('@') + 1);
    if (SAMPLE_DOMAIN.test(domain) || FILE_ENDING.test(domain)) continue;
    if (MADE_UP_DOMAIN.test(domain) && SAMPLE_NAME.test(address.slice(0, address.lastIndexOf('@')))) continue;
    found.push({ kind: 'email', rule: 'email', start: match.index, end: match.index + address.length });
  }
  return found;
}

/** International numbers (+ and 8 to 15 digits), North American ones with separators, and national ones after a word that says so. */
const PHONES: readonly { readonly rule: string; readonly pattern: RegExp; readonly group: number }[] = [
  {
    rule: 'international',
    pattern:
      /(?<![\p{L}\p{N}.+_/=-]|\d )(?:\+|00(?=[1-9]\d{0,2}[ .-]))[1-9]\d{0,2}(?:[ .\u00a0-]?\(?\d{1,4}\)?){2,6}(?![\p{L}\p{N}]|[.:/]\d)/gu,
    group: 0,
  },
  {
    rule: 'north-american',
    pattern:
      /(?<![\p{L}\p{N}.+_/=$-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([-. ]))[2-9]\d{2}[-. ]\d{4}(?![\p{L}\p{N}]|[-.:/]\d)/gu,
    group: 0,
  },
  {
    rule: 'national',
    pattern:
      /(?<![\p{L}\p{N}.+_/=$:,-]|\d )0[1-9](?:(?:([ .])\d{2}(?:\1\d{2}){3})|\d{1,3}[ /-]\d{3,4}[ -]\d{3,4}|\d{1,3}[ /]\d{6,8}|\d{1,2}\) ?\d{3,4} \d{3,4})(?![\p{L}\p{N}]|[ .,:/-]\d)/gu,
    group: 0,
  },
  {
    rule: 'labelled',
    pattern:
      /\b(?:tel(?:ephone)?|phone|mobile|cell|fax|call(?: me| us)?(?: at| on)?|whatsapp|t\u00e9l|tel\u00e9fono|telefon|handy)\b\.?(?: ?(?:number|no\.?|nr\.?))?[:\s]{0,3}(\(?\d{2,5}\)?(?:[ ./-]?\d{2,5}){1,5})(?![\p{L}\p{N}])/giu,
    group: 1,
  },
];

function findPhones(text: string): Finding[] {
  const found: Finding[] = [];
  for (const { rule, pattern, group } of PHONES) {
    for (const match of text.matchAll(pattern)) {
      const number = match[group] ?? '';
      const digits = number.replace(/\D/g, '').replace(/^00/, '');
      if (!isPhone(rule, number, digits)) continue;
      const start = match.index + match[0].indexOf(number);
      found.push({ kind: 'phone', rule, start, end: start + number.length });
    }
  }
  return found;
}

function isPhone(rule: string, number: string, digits: string): boolean {
  if (digits.length < (rule === 'labelled' ? 7 : 8) || digits.length > 15) return false;
  if (/^(\d)\1+$/.test(digits) || /^\d{4}-\d{2}-\d{2}/.test(number) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(number))
    return false;
  return !/^(?:0?123456789\d*|(\d{2,3})\1{2,})$/.test(digits);
}

const IPV4 =
  /(?<![\p{L}\p{N}._/^~<>=-])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![\p{L}\p{N}_-]|\.\d|\.in-addr|\/(?:8|16|24)\b)/gu;
const IPV6 = /(?<![\p{L}\p{N}:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,6}(?![\p{L}\p{N}:])/gu;

/** Public IPv4 and IPv6 addresses; loopback, private, link-local, documentation, multicast and well-known resolver ones name nobody. */
function findAddresses(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(IPV4)) {
    const isSample = isSampleV4(match[0]) && !isOfPerson(text, match.index);
    if (!isPublicV4(match[0]) || isSample || isVersion(text, match.index)) continue;
    found.push({ kind: 'ip-address', rule: 'ipv4', start: match.index, end: match.index + match[0].length });
  }
  if (!text.includes(':')) return found;
  for (const match of text.matchAll(IPV6)) {
    if (!isPublicV6(match[0])) continue;
    found.push({ kind: 'ip-address', rule: 'ipv6', start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** Four numbers after a word like "version" are no address. */
function isVersion(text: string, start: number): boolean {
  return /(?:\bversions?|\brelease|\bchrome|\bbuild|\bv|\bsection|@|\bsince|\bupgraded? to)[\s:=/"'`(]*$/i.test(
    text.slice(Math.max(0, start - 20), start),
  );
}

const SHARED_RESOLVERS = new Set([
  '8.8.8.8',
  '8.8.4.4',
  '1.1.1.1',
  '1.0.0.1',
  '9.9.9.9',
  '1.2.3.4',
  '4.4.4.4',
  '208.67.222.222',
  '208.67.220.220',
]);

function isPublicV4(address: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  if (SHARED_RESOLVERS.has(address)) return false;
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if ((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  if (a === 100 && b >= 64 && b < 128) return false;
  if ((a === 192 && b === 0) || (a === 198 && (b === 18 || b === 19))) return false;
  // Numbers as small as 1.2.0.4 are versions far more often than addresses.
  return !(a < 20 && b < 20 && c < 20 && d < 20);
}

/** TEST-NET-2 and 3 (RFC 5737), meant for documents, but found in logs that somebody has half cleaned. */
function isSampleV4(address: string): boolean {
  return address.startsWith('198.51.100.') || address.startsWith('203.0.113.');
}

/** Whether the words before say that the address is somebody's. */
function isOfPerson(text: string, start: number): boolean {
  return /\b(?:client|visitor|user|customer|caller|member|log(?:ged|in)|session|signed in|connected|seen|accessed|his|her|their|my)\b[^\n]{0,30}$/i.test(
    text.slice(Math.max(0, start - 60), start),
  );
}

function isPublicV6(address: string): boolean {
  const groups = address.split(':');
  const isWhole = groups.length === 8 || (address.includes('::') && groups.length <= 8);
  if (!isWhole || address.indexOf('::') !== address.lastIndexOf('::')) return false;
  const first = Number.parseInt(groups[0] ?? '', 16);
  if (Number.isNaN(first) || first < 0x2000 || first > 0x3fff) return false;
  // Documentation prefix 2001:db8::/32 (RFC 3849).
  return !(first === 0x2001 && Number.parseInt(groups[1] ?? '', 16) === 0xdb8);
}

const CARD =
  /(?<![\p{L}\p{N}._+/=-])[2-6]\d{3}(?:([ -]?)\d{4}\1\d{4}\1\d{1,7}|([ -]?)\d{6}\2\d{5})(?![\p{L}\p{N}_]|[.-]\d)/gu;

/** Prefix and length of the card schemes (ISO/IEC 7812): Visa, Mastercard, American Express, Discover, JCB, Diners, Maestro, UnionPay. */
const CARD_SCHEMES: readonly RegExp[] = [
  /^4\d{12}(?:\d{3}){0,2}$/,
  /^5[1-5]\d{14}$/,
  /^2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}$/,
  /^3[47]\d{13}$/,
  /^6(?:011|5\d\d|4[4-9]\d)\d{12}$/,
  /^35(?:2[89]|[3-8]\d)\d{12}$/,
  /^3(?:0[0-5]|[68]\d)\d{11}$/,
  /^62\d{14,17}$/,
  /^(?:50|5[6-9]|6[0-9])\d{11,17}$/,
];

/** Card numbers: a scheme's prefix and length, and Luhn's check digit. */
function findCards(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(CARD)) {
    const digits = match[0].replace(/\D/g, '');
    if (!CARD_SCHEMES.some((scheme) => scheme.test(digits)) || !hasLuhnDigit(digits)) continue;
    found.push({ kind: 'card-number', rule: 'luhn', start: match.index, end: match.index + match[0].length });
  }
  return found;
}

const IBAN = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?=[ \u00a0-]?[A-Z0-9]{2})/gu;

/** IBANs with or without spaces, by length and checksum. */
function findIbans(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(IBAN)) {
    const length = ibanLength(match[0].slice(0, 2));
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
    else if (!/[ \u00a0-]/.test(character) || !/[A-Za-z0-9]/.test(text[at + 1] ?? '')) return undefined;
    at++;
  }
  if (iban.length < length || /[\p{L}\p{N}]/u.test(text[at] ?? '')) return undefined;
  return isIban(iban.toUpperCase()) ? at : undefined;
}

/** Personal data in a text: e-mail addresses, telephone numbers, public IP addresses, card numbers and IBANs. */
export function findPersonal(text: string): Finding[] {
  const found = findEmails(text);
  if (!/\d{2}|::/.test(text)) return found;
  return [...found, ...findIbans(text), ...findCards(text), ...findAddresses(text), ...findPhones(text)];
}
