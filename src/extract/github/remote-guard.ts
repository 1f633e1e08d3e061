import { isIP } from 'node:net';
import { QuarryError } from '../../core/errors.js';
import { resolveAllowed, resolveBySystem } from '../fetch/guarded-connector.js';
import type { GitSettings } from './run-git.js';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Refuses remotes on loopback, private and link-local addresses where the settings say so; the configured GitHub server
 * is always allowed. Gives settings for git that pin the name to the addresses judged and stop redirects elsewhere.
 * @throws QuarryError URL_BLOCKED, GIT_FAILED when the name is unknown
 */
export async function guardRemote(
  remote: string,
  settings: GitSettings,
): Promise<readonly (readonly [string, string])[]> {
  const url = new URL(remote);
  if (settings.allowPrivateNetwork || url.protocol === 'file:' || url.origin === new URL(settings.tokenHost).origin)
    return [];
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const allowed = await addressesOf(host);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return [];
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const pins = allowed.map((address) => (address.includes(':') ? `[${address}]` : address)).join(',');
  const pinned: [string, string][] = isIP(host) === 0 ? [['http.curloptResolve', `${host}:${port}:${pins}`]] : [];
  return [['http.followRedirects', 'false'], ...pinned];
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    const found = await resolveAllowed(host, {
      allowPrivateNetwork: false,
      resolve: resolveBySystem,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
    });
    return found.map(({ address }) => address);
  } catch (error) {
    if (error instanceof QuarryError) throw error;
    throw new QuarryError('GIT_FAILED', `The host ${host} is not known.`, {
      hint: 'Check the address and the network, then sync again. Nothing was removed from the index.',
      cause: error,
    });
  }
}
