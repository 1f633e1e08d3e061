import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./training-run.child.js', import.meta.url));

/** Which run a process works on, and how long. */
export interface KilledTraining {
  readonly home: string;
  /** Input of `train_start`, but for its seed. */
  readonly input: object;
  /** The run to go on with; empty for a new one. */
  readonly run: string;
  /** Milliseconds until the process is killed, from when it has accepted the run. */
  readonly delayMs: number;
}

/** Works on a training run in a process of its own that is killed after a while; gives the id of the run. */
export async function trainAndKill({ home, input, run, delayMs }: KilledTraining): Promise<string> {
  const child = fork(CHILD, [home, JSON.stringify(input), run], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const told = new Promise<string>((resolve) => {
    child.on('message', (message) => resolve(String(message)));
  });
  const id = await Promise.race([told, ended.then(() => run)]);
  await pause(delayMs);
  child.kill('SIGKILL');
  await ended;
  return id;
}
