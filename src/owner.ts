import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { processExists, processStart } from './store/process-identity.js';

/** Owners made by this process; it may hold several workspaces. */
const own = new Set<string>();

/**
 * Names this process among others, for job records: `host:pid:start:random`.
 * The start time tells a process from a later one with its number, which in a container is always 1.
 */
export function createOwner(): string {
  const owner = [hostname(), process.pid, processStart(process.pid), randomBytes(4).toString('hex')].join(':');
  own.add(owner);
  return owner;
}

/** Whether the process behind an owner still runs; undefined when it is of another machine. */
export function isOwnerAlive(owner: string): boolean | undefined {
  if (own.has(owner)) return true;
  const [host, pid, start = ''] = owner.split(':');
  if (host !== hostname()) return undefined;
  const number = Number(pid);
  if (number === process.pid || !processExists(number)) return false;
  const startNow = processStart(number);
  return start === '' || startNow === '' || start === startNow;
}
