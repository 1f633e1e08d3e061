import { lookup as dnsLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { QuarryError } from '../../core/errors.js';
import { addressRefusal } from './address-guard.js';
import { toFetchError } from './fetch-error.js';
import { blockedAddress } from './url-guard.js';

/** One address of a host. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Turns a host name into its addresses, best first. Rejects when the name is unknown. */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** What the connector needs. */
export interface GuardOptions {
  readonly allowPrivateNetwork: boolean;
  readonly resolve: ResolveHost;
  readonly connectTimeoutMs: number;
}

/** The system's resolver, in the order it answers. */
export const resolveBySystem: ResolveHost = async (hostname) => {
  const found = await dnsLookup(hostname, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/**
 * The addresses of a host that may be connected to. Refused ones are dropped, so a name that answers with a public
 * and a private address can only lead to the public one.
 * @throws QuarryError URL_BLOCKED when none is left, FETCH_FAILED when there was none
 */
export async function resolveAllowed(hostname: string, options: GuardOptions): Promise<readonly ResolvedAddress[]> {
  const found = await options.resolve(hostname);
  const first = found[0];
  if (first === undefined) {
    throw new QuarryError('FETCH_FAILED', `${hostname} has no address.`, { hint: 'Check the spelling of the host.' });
  }
  if (options.allowPrivateNetwork) return found;
  const allowed = found.filter(({ address }) => addressRefusal(address) === undefined);
  if (allowed.length > 0) return allowed;
  throw blockedAddress(hostname, first.address, addressRefusal(first.address) ?? 'refused');
}

/**
 * Opens sockets only to allowed addresses. The name is resolved once, its addresses are judged, and those very
 * addresses are handed to the socket, so a name that changes its mind between check and use (DNS rebinding) gains
 * nothing. The address that was in fact reached is judged once more.
 */
export function createGuardedConnector(options: GuardOptions): buildConnector.connector {
  const connect = buildConnector({ timeout: options.connectTimeoutMs, lookup: guardedLookup(options) });
  return (target, callback) => {
    const refusal = isIP(target.hostname) === 0 ? undefined : refusalOf(target.hostname, options);
    if (refusal !== undefined) {
      callback(blockedAddress(target.hostname, target.hostname, refusal), null);
      return;
    }
    connect(target, (...outcome) => {
      const [error, socket] = outcome;
      if (error !== null) {
        callback(error, null);
        return;
      }
      const reached = socket.remoteAddress;
      const reason = reached === undefined ? undefined : refusalOf(reached, options);
      if (reached === undefined || reason === undefined) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(blockedAddress(target.hostname, reached, reason), null);
    });
  };
}

function refusalOf(address: string, options: GuardOptions): string | undefined {
  return options.allowPrivateNetwork ? undefined : addressRefusal(address);
}

/** Node calls it with `all` when it races address families, and without when it wants one address. */
function guardedLookup(options: GuardOptions): LookupFunction {
  return (hostname, wanted, callback) => {
    resolveAllowed(hostname, options).then(
      (addresses) => {
        const [first] = addresses;
        if (wanted.all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => callback(toFetchError(error, hostname), ''),
    );
  };
}
