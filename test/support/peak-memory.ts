import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The peak resident memory of a program, in bytes, which it prints as its last act. A process of its own: a test worker
 * still holds what earlier test files left behind.
 */
export async function peakMemoryOf(program: URL, ...args: string[]): Promise<number> {
  const { stdout } = await run(process.execPath, [fileURLToPath(program), ...args]);
  return Number(stdout);
}
