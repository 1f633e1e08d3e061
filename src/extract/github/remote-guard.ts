import { isIP } from 'node:net';
import { QuarryError } from '../../core/errors.js';
import { addressRefusal } from '../fetch/address-guard.js';
import { resolveAllowed, resolveBySystem } from '../fetch/guarded-connector.js';
import { blockedAddress } from '../fetch/url-guard.js';
import { exactRemote } from './local-repository.js';
import type { GitSettings } from './run-git.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** A remote as git may be told of it. */
export interface GuardedRemote {
  readonly url: string;
  /** With what keeps git to the addresses that were judged. */
  readonly settings: GitSettings;
}

/**
 * Refuses remotes on loopback, private and link-local addresses where the settings say so; the configured GitHub server
 * is always allowed. Whatever the protocol, git then connects to an address that was judged, and follows no redirect.
 * A repository on this disk is opened at its exact place.
 * @throws QuarryError URL_BLOCKED, GIT_FAILED when the name is unknown, INPUT_INVALID, PATH_NOT_FOUND
 */
export async function guardRemote(remote: string, settings: GitSettings): Promise<GuardedRemote> {
  const url = new URL(remote);
  if (url.protocol === 'file:') return { url: await exactRemote(remote), settings };
  if (settings.allowPrivateNetwork || isOwnServer(url, settings.tokenHost)) return { url: remote, settings };
  const host = hostOf(url);
  const addresses = await addressesOf(host);
  if (url.protocol === 'ssh:') return { url: remote, settings: withSsh(settings, host, addresses[0] ?? '') };
  if (url.protocol === 'git:') return { url: atAddress(url, addresses[0] ?? ''), settings };
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const pins: [string, string][] =
    isIP(host) === 0 ? [['http.curloptResolve', `${host}:${port}:${addresses.map(bracketed).join(',')}`]] : [];
  const config = [...(settings.config ?? []), ['http.followRedirects', 'false'] as const, ...pins];
  return { url: remote, settings: { ...settings, config } };
}

/**
 * Refuses an address that says itself that it is not on the public internet; names are judged when git is to connect.
 * @throws QuarryError URL_BLOCKED
 */
export function refusePrivateRemote(remote: string, ownServer: string): void {
  const url = new URL(remote);
  if (url.protocol === 'file:' || isOwnServer(url, ownServer)) return;
  const host = hostOf(url);
  const isLoopbackName = /(?:^|\.)localhost\.?$/i.test(host);
  const reason = isLoopbackName ? 'loopback' : isIP(host) === 0 ? undefined : addressRefusal(host);
  if (reason !== undefined) throw blockedAddress(host, host, reason);
}

function isOwnServer(url: URL, ownServer: string): boolean {
  return /^https?:$/.test(url.protocol) && url.origin === new URL(ownServer).origin;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** The same address with the host's number in the place of its name. */
function atAddress(url: URL, address: string): string {
  const port = url.port === '' ? '' : `:${url.port}`;
  return `${url.protocol}//${bracketed(address)}${port}${url.pathname}`;
}

/** ssh that asks the judged address and no other, with the key of the host that was named. */
function withSsh(settings: GitSettings, host: string, address: string): GitSettings {
  if (!/^[A-Za-z0-9.:-]+$/.test(host)) {
    throw new QuarryError('INPUT_INVALID', 'The address names no usable host.', { hint: 'Check its spelling.' });
  }
  const { GIT_SSH_COMMAND: command, GIT_SSH: program } = settings.environment;
  const ssh = command ?? (program === undefined ? 'ssh' : `'${program.replaceAll("'", "'\\''")}'`);
  const pins = [`HostName=${address}`, `HostKeyAlias=${host}`, 'ProxyCommand=none', 'ProxyJump=none'];
  const pinned = [ssh, ...pins.map((pin) => `-o ${pin}`)].join(' ');
  return { ...settings, environment: { ...settings.environment, GIT_SSH_COMMAND: pinned } };
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
