import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from '../core/errors.js';

/** Which process something belongs to, and where its number means anything. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Start of the process, unique among those of its place that had its number; empty where the system does not tell. */
  readonly start: string;
  /**
   * Boot and namespaces within which numbers and starts of processes can be compared: containers share neither, yet may
   * share a host name. Empty where the system does not tell.
   */
  readonly place: string;
}

/** What is known of a process: `unknown` where it cannot be asked for from here. */
export type Fate = 'alive' | 'dead' | 'unknown';

let own: ProcessIdentity | undefined;

/** This process; its threads and all copies of this module in it have the same identity. */
export function ownIdentity(): ProcessIdentity {
  own ??= { pid: process.pid, host: hostname(), start: lookAt(process.pid)?.start ?? '', place: readPlace() };
  return own;
}

/** Whether a process runs; certain answers only about processes of our own place. */
export function fateOf(other: ProcessIdentity, self: ProcessIdentity = ownIdentity()): Fate {
  if (other.place === '' || other.place !== self.place || other.start === '') return 'unknown';
  if (other.pid === self.pid) return other.start === self.start ? 'alive' : 'dead';
  if (!processExists(other.pid)) return 'dead';
  const found = lookAt(other.pid);
  if (found === undefined) return 'unknown';
  return found.start === other.start && found.isRunning ? 'alive' : 'dead';
}

/** A moment on a clock that nobody sets and all processes of this machine share until the next boot. */
export interface MachineMoment {
  /** Moments can be compared only where this is the same; empty where the system does not tell. */
  readonly machine: string;
  readonly ms: number;
}

/** Now, as a {@link MachineMoment}. */
export function machineMoment(): MachineMoment {
  let machine = '';
  try {
    machine = `${bootId()}/${namespace('time')}`;
  } catch {
    // Not Linux.
  }
  return { machine, ms: Number(process.hrtime.bigint() / 1_000_000n) };
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM'; // it lives, under another user
  }
}

/** Undefined where the system does not tell. */
function lookAt(pid: number): { readonly start: string; readonly isRunning: boolean } | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in brackets may hold spaces; the state follows it, and the start time is the 19th field after that.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { start: `${bootId()}/${fields[19] ?? ''}`, isRunning: !['Z', 'X'].includes(fields[0] ?? '') };
  } catch {
    return undefined; // not Linux, or hidden from us
  }
}

function readPlace(): string {
  try {
    // A /proc of another namespace counts processes differently: what it says of a number is of somebody else.
    if (readlinkSync('/proc/self') !== String(process.pid)) return '';
    return [bootId(), namespace('pid'), namespace('time')].join('/'); // start times are shown by the time namespace
  } catch {
    return ''; // not Linux
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Number of a namespace of this process; 0 where the kernel has none of that kind. */
function namespace(kind: 'pid' | 'time'): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`).replace(/\D/g, '');
  } catch (error) {
    if (kind === 'time' && systemCode(error) === 'ENOENT') return '0';
    throw error;
  }
}
