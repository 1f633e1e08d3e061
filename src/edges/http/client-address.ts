import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { QuarryError } from '../../core/errors.js';

/** Entries of `X-Forwarded-For` that are looked at, from the right; no real chain of proxies is longer. */
const MAX_HOPS = 32;
/** Groups of an IPv6 address that name a network; hosts choose the rest, so limits count networks. */
const NETWORK_GROUPS = 4;

/** Proxies whose word counts. */
export interface TrustedProxies {
  has(address: string): boolean;
}

/**
 * @param entries addresses and networks (`10.0.0.0/8`, `fd00::/8`)
 * @throws QuarryError CONFIG_INVALID for what is no address
 */
export function createTrustedProxies(entries: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const entry of entries) addNetwork(list, entry);
  return {
    has(address) {
      const family = isIP(address);
      return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/**
 * The address that a request counts for: the socket's, unless that belongs to a trusted proxy. Then `X-Forwarded-For` is
 * read from the right, as far as trusted proxies wrote it, and the first address that is none of theirs counts.
 */
export function clientAddress(request: IncomingMessage, proxies: TrustedProxies): string {
  let address = plainAddress(request.socket.remoteAddress ?? '') ?? '';
  if (!proxies.has(address)) return address;
  // Node joins repeated headers of this name with commas.
  const header = request.headers['x-forwarded-for'];
  const hops = (typeof header === 'string' ? header : '').split(',').slice(-MAX_HOPS).reverse();
  for (const hop of hops) {
    const next = plainAddress(hop.trim());
    if (next === undefined) return address;
    address = next;
    if (!proxies.has(address)) return address;
  }
  return address;
}

function addNetwork(list: BlockList, entry: string): void {
  const [text = '', bits, ...more] = entry.split('/');
  const address = plainAddress(text);
  const most = address === undefined ? 0 : isIP(address) === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (address === undefined || more.length > 0 || !(prefix >= 0 && prefix <= most)) {
    throw new QuarryError(
      'CONFIG_INVALID',
      `QUARRY_TRUSTED_PROXIES: ${JSON.stringify(entry.slice(0, 80))} is no address.`,
      { hint: 'Give addresses or networks, comma separated, for instance 127.0.0.1,10.0.0.0/8,fd00::/8.' },
    );
  }
  list.addSubnet(address, prefix, most === 128 ? 'ipv6' : 'ipv4');
}

/** One spelling for each address: no brackets, port or zone, lower case, IPv4 within IPv6 as IPv4; undefined for anything else. */
export function plainAddress(text: string): string | undefined {
  const bare = /^\[([^\]]{1,60})\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]{7,15}):\d{1,5}$/.exec(text)?.[1] ?? text;
  const address = bare.split('%')[0] ?? '';
  if (isIP(address) === 4) return address;
  if (isIP(address) !== 6) return undefined;
  const groups = expand(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const [high = 0, low = 0] = groups.slice(6);
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** What limits count by: an IPv4 address, or the network of an IPv6 address. */
export function limitKeyOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const network = expand(address).slice(0, NETWORK_GROUPS);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

/** The eight groups of an IPv6 address. */
function expand(address: string): number[] {
  // URL writes IPv4 tails as groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = read(head);
  const right = tail === undefined ? [] : read(tail);
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}
