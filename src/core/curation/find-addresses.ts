import type { Finding } from './finding.js';

const BYTE = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Four bytes with dots, also as the end of an IPv6 address that wraps them; networks (`/8`, `/16`, `/24`) and names of reverse lookup are none. */
const IPV4 = new RegExp(
  `(?<![A-Za-z0-9.^~-](?<!\\\\[nrt])|[A-Za-z0-9][_/])(?:::ffff:(?:0:)?)?(?:${BYTE}\\.){3}${BYTE}(?![A-Za-z0-9]|[_-][A-Za-z0-9]|\\.\\d|\\.in-addr|/(?:8|16|24)\\b)`,
  'gi',
);
/** What may be an IPv6 address: groups of hexadecimal digits and colons, alone or after a name and a colon (`addr:2a02::1`). */
const IPV6 =
  /(?:(?<![A-Za-z0-9:.](?<!\\[nrt]))|(?<=[G-Zg-z_][A-Za-z_]{0,12}:))(?:[0-9A-Fa-f]{1,4}:){2,7}(?:(?::[0-9A-Fa-f]{1,4}){1,6}|[0-9A-Fa-f]{1,4}|:)(?![A-Za-z0-9]|:[0-9A-Fa-f:])/g;

/** Public IPv4 and IPv6 addresses; loopback, private, link-local, documentation, multicast and well-known resolver ones name nobody. */
export function findAddresses(text: string): Finding[] {
  const found: Finding[] = [];
  for (const match of text.matchAll(IPV4)) {
    const start = match.index;
    const end = start + match[0].length;
    const address = match[0].slice(match[0].lastIndexOf(':') + 1);
    if (isPublicV4(address) && isMeant(text, { address, start, end })) {
      found.push({ kind: 'ip-address', rule: 'ipv4', start, end });
    }
  }
  if (!text.includes(':')) return found;
  for (const match of text.matchAll(IPV6)) {
    if (!isPublicV6(match[0])) continue;
    found.push({ kind: 'ip-address', rule: 'ipv6', start: match.index, end: match.index + match[0].length });
  }
  return found;
}

/** Whether four public bytes are an address rather than a version or a sample: small numbers need words that say so. */
function isMeant(text: string, about: { address: string; start: number; end: number }): boolean {
  const { address, start, end } = about;
  const before = text.slice(Math.max(0, start - 60), start);
  const isSomebodys = SOMEBODYS.test(before);
  if (isSampleV4(address)) return isSomebodys;
  if (VERSION.test(before.slice(-24))) return false;
  const isTold = isSomebodys || ADDRESS_WORD.test(before) || before.endsWith('://');
  return isTold || !isVersionLike(address) || /^ - \S{1,64} \[/.test(text.slice(end, end + 70));
}

/** Versions are made of small numbers, most of all the first. */
function isVersionLike(address: string): boolean {
  const parts = address.split('.').map(Number);
  if (parts.some((part) => part >= 100)) return false;
  return (parts[0] ?? 0) < 10 || parts.filter((part) => part >= 20).length < 2;
}

/** Words after which an address is somebody's. */
const SOMEBODYS =
  /\b(?:client|visitor|user|customer|caller|member|log(?:ged|in)|session|signed in|connected|seen|accessed|failed|his|her|their|my)\b[^\n]{0,30}$/i;
/** Words after which four small numbers are an address. */
const ADDRESS_WORD = /(?:\b|_)(?:ip|ips|ipv4|addr(?:ess)?|remote|peer|forwarded|rhost)(?:\b|_)[^\n]{0,16}$/i;
/** Words after which four numbers are a version or the number of a section. */
const VERSION = /(?:\bversions?|\brelease|\bchrome|\bbuild|\bv|\bsection|\bsince|\bupgraded? to)[\s:=/"'`(\\&]*$/i;

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
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number);
  if (SHARED_RESOLVERS.has(address)) return false;
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false;
  if ((a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254)) return false;
  if (a === 100 && b >= 64 && b < 128) return false;
  return !((a === 192 && b === 0 && (c === 0 || c === 2)) || (a === 198 && (b === 18 || b === 19)));
}

/** TEST-NET-2 and 3 (RFC 5737), meant for documents, but found in logs that somebody has half cleaned. */
function isSampleV4(address: string): boolean {
  return address.startsWith('198.51.100.') || address.startsWith('203.0.113.');
}

function isPublicV6(address: string): boolean {
  const [head = '', tail, ...more] = address.split('::');
  const count = (part: string): number => (part === '' ? 0 : part.split(':').length);
  const groups = count(head) + count(tail ?? '');
  if (more.length > 0 || (tail === undefined ? groups !== 8 : groups > 7)) return false;
  const [first = 0, second = 0] = head.split(':').map((group) => Number.parseInt(group, 16));
  // Global unicast is 2000::/3, but for the documentation prefixes 2001:db8::/32 (RFC 3849) and 3fff::/20 (RFC 9637).
  if (first < 0x2000 || first > 0x3fff) return false;
  return !(first === 0x2001 && second === 0xdb8) && !(first === 0x3fff && second < 0x1000);
}
