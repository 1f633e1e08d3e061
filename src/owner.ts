import { randomBytes } from 'node:crypto';
import { type Fate, fateOf, ownIdentity } from './store/process-identity.js';

/**
 * Names this process, and this opening of a workspace in it, for job records: `host:pid:start:place:random`.
 * Start and place tell a process from others with its number, which in a container is always 1.
 */
export function createOwner(): string {
  const { host, pid, start, place } = ownIdentity();
  return [host, pid, start, place, randomBytes(4).toString('hex')].join(':');
}

/** What is known of the process behind an owner. Owners of earlier versions do not say their place. */
export function fateOfOwner(owner: string): Fate {
  const parts = owner.split(':');
  const [host = '', pid, start = '', place = ''] = parts;
  return parts.length === 5 ? fateOf({ host, pid: Number(pid), start, place }) : 'unknown';
}
