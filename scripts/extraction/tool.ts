import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a program prints; undefined when it is not there or fails. */
export async function printed(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string | undefined> {
  try {
    const options = { maxBuffer: 1 << 28, timeout: 120_000, env: { ...process.env, ...env } };
    return (await run(program, [...args], options)).stdout;
  } catch {
    return undefined;
  }
}

/** The first of the programs that can be run with these arguments. */
export async function firstProgram(programs: readonly string[], args: readonly string[]): Promise<string | undefined> {
  for (const program of programs) if ((await printed(program, args)) !== undefined) return program;
  return undefined;
}
