import { isIP } from 'node:net';

/** Networks that no document may come from, with the word used in messages. RFC 6890 and the registries it names. */
const REFUSED_V4: readonly (readonly [string, number, string])[] = [
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'carrier-grade NAT'],
  ['127.0.0.0', 8, 'loopback'],
  // A public address by its number, but it answers only inside one cloud, with machine credentials.
  ['168.63.129.16', 32, 'cloud metadata'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

/** Refused parts of 2000::/3, the only global unicast space. Teredo and 6to4 hide an IPv4 address and are retired. */
const REFUSED_GLOBAL_V6: readonly (readonly [string, number, string])[] = [
  ['2001::', 23, 'reserved'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4'],
  ['3fff::', 20, 'documentation'],
];

/** Named for the message only; every other address outside 2000::/3 is `reserved`. */
const NAMED_V6: readonly (readonly [string, number, string])[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'],
  ['fc00::', 7, 'private'],
  ['ff00::', 8, 'multicast'],
];

/** Prefixes (96 bits) whose last 32 bits are an IPv4 address that the packet really goes to: mapped, NAT64. */
const EMBEDDING_V6 = ['::ffff:0:0', '64:ff9b::'];

/**
 * Says why an IP address is not on the public internet (`loopback`, `private`, `link-local`, ...), or undefined when it is.
 * IPv4 inside IPv6 (mapped, NAT64) is judged by the inner address. Anything that is no IP address is `invalid`.
 */
export function addressRefusal(address: string): string | undefined {
  const bytes = parseAddress(address);
  if (bytes === undefined) return 'invalid';
  return bytes.length === 4 ? findNetwork(bytes, REFUSED_V4) : refusalV6(bytes);
}

function refusalV6(bytes: Uint8Array): string | undefined {
  if (EMBEDDING_V6.some((prefix) => isInside(bytes, prefix, 96))) return findNetwork(bytes.subarray(12), REFUSED_V4);
  if (!isInside(bytes, '2000::', 3)) return findNetwork(bytes, NAMED_V6) ?? 'reserved';
  return findNetwork(bytes, REFUSED_GLOBAL_V6);
}

function findNetwork(bytes: Uint8Array, table: readonly (readonly [string, number, string])[]): string | undefined {
  return table.find(([network, bits]) => isInside(bytes, network, bits))?.[2];
}

function isInside(bytes: Uint8Array, network: string, bits: number): boolean {
  const prefix = parseAddress(network);
  if (prefix === undefined || prefix.length !== bytes.length) return false;
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    const index = bit >> 3;
    if (((bytes[index] ?? 0) & mask) !== ((prefix[index] ?? 0) & mask)) return false;
  }
  return true;
}

/** 4 or 16 bytes in network order; undefined when the text is no IP address. */
function parseAddress(address: string): Uint8Array | undefined {
  const bare = address.split('%')[0] ?? '';
  const version = isIP(bare);
  if (version === 4) return Uint8Array.from(bare.split('.'), Number);
  if (version === 6) return parseV6(bare);
  return undefined;
}

function parseV6(address: string): Uint8Array {
  const hex = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (...parts) => {
    const [a, b, c, d] = parts.slice(1, 5).map(Number);
    const group = (high = 0, low = 0): string => ((high << 8) | low).toString(16);
    return `${group(a, b)}:${group(c, d)}`;
  });
  const [head = '', tail] = hex.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
