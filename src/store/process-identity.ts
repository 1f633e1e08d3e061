import { readFileSync } from 'node:fs';
import { systemCode } from '../core/errors.js';

/** Whether a process of this machine runs now, under whatever user. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM'; // it lives, under another user
  }
}

/** Start of a process, unique on its machine until the next boot; empty where the system does not tell. */
export function processStart(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command in brackets may hold spaces; the start time is the 20th field after it.
    return `${boot}/${line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return ''; // not Linux
  }
}
