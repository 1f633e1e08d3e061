import { isIP } from 'node:net';

/** Whether a host name or address (without port, IPv6 with or without brackets) means this machine itself. */
export function isLoopbackHost(host: string): boolean {
  const name = bareHost(host);
  if (name === 'localhost' || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

/** Whether a server listening here is reachable under any of the machine's addresses. */
export function isWildcardHost(host: string): boolean {
  return ['', '0.0.0.0', '::'].includes(bareHost(host));
}

/** A host in lower case, without brackets and trailing dot. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
