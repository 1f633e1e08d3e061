import { isIP } from 'node:net';
import { QuarryError } from '../../core/errors.js';
import { addressRefusal } from './address-guard.js';

/** What a URL may look like. */
export interface UrlRules {
  /** Whether loopback and private addresses may be named. Default false. */
  readonly allowPrivateNetwork?: boolean | undefined;
  /** Ports that may be asked; empty or absent means all. */
  readonly allowedPorts?: readonly number[] | undefined;
}

/** The URL without credentials and fragment, short enough for a message. */
export function showUrl(url: URL | string): string {
  const text = String(url);
  const bare = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1').replace(/#.*$/s, '');
  return bare.length > 300 ? `${bare.slice(0, 300)}...` : bare;
}

/** The error for an address that is not on the public internet. */
export function blockedAddress(host: string, address: string, reason: string): QuarryError {
  const place = host === address ? address : `${host} (${address})`;
  return new QuarryError('URL_BLOCKED', `${place} is not on the public internet: ${reason} address.`, {
    hint: 'Private and loopback addresses are refused by default. If you trust this host, allow the private network (QUARRY_ALLOW_PRIVATE_NETWORK=1).',
    details: { host, address, reason },
  });
}

/**
 * Parses a URL that may be fetched: http or https, no credentials, an allowed port, and, where the host is an
 * address in any notation (decimal, octal, hex, IPv6), a public one. Names are judged when they are resolved.
 * @throws QuarryError INPUT_INVALID when it is no URL, URL_BLOCKED when it may not be fetched
 */
export function parseFetchUrl(text: string | URL, rules: UrlRules = {}): URL {
  const url = parse(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new QuarryError('URL_BLOCKED', `Only http and https can be fetched, not ${url.protocol}//.`, {
      hint: 'Give an http:// or https:// address; for files on this machine give their path.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new QuarryError('URL_BLOCKED', `The URL of ${url.host} carries a user name or password.`, {
      hint: 'Remove the part before the @; credentials in URLs end up in logs and citations.',
    });
  }
  const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
  if (rules.allowedPorts !== undefined && rules.allowedPorts.length > 0 && !rules.allowedPorts.includes(port)) {
    throw new QuarryError('URL_BLOCKED', `Port ${port} of ${url.hostname} may not be asked.`, {
      hint: `Allowed ports: ${rules.allowedPorts.join(', ')}.`,
    });
  }
  if (rules.allowPrivateNetwork !== true) refuseLiteral(url);
  return url;
}

function parse(text: string | URL): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new QuarryError('INPUT_INVALID', `${JSON.stringify(showUrl(text))} is not a URL.`, {
      hint: 'Give a complete address such as https://example.com/docs.',
      cause,
    });
  }
}

function refuseLiteral(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (/(?:^|\.)localhost\.?$/i.test(host)) throw blockedAddress(host, host, 'loopback');
  if (isIP(host) === 0) return;
  const reason = addressRefusal(host);
  if (reason !== undefined) throw blockedAddress(host, host, reason);
}
