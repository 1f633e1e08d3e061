import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files of the project below a folder, as git sees them (tracked, or new and not ignored), sorted. */
export async function projectFiles(folder: string, ending: string): Promise<string[]> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', folder], {
    maxBuffer: 1 << 26,
  });
  const files = stdout.split('\0').filter((file) => file.endsWith(ending) && existsSync(file));
  return [...new Set(files)].sort();
}
