import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { join } from 'node:path';

/** A running server of one checkout. */
export interface LoadServer {
  readonly url: string;
  /** Memory that the process holds, in MiB. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** How a request is sent. */
export interface Sending {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of this machine that the request comes from; each is a client of its own. */
  readonly from?: string;
}

/** Keeps connections open, as clients do, so that a burst measures answers and not handshakes. */
const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

/**
 * Sends a request and gives its status when the answer has been read. A connection that is cut off gives 0; one that was
 * kept open and closed just when it was used again is no answer, so another one is taken.
 */
export function send(url: string, sending: Sending, isAgain = false): Promise<number> {
  const { method = 'POST', body, headers = {}, from } = sending;
  return new Promise((resolve) => {
    const given = { 'content-type': 'application/json', ...headers };
    const request = httpRequest(url, {
      method,
      headers: given,
      agent,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    request.on('error', () => resolve(request.reusedSocket && !isAgain ? send(url, sending, true) : 0));
    request.on('response', (response) => {
      response.resume();
      response.on('close', () => resolve(response.statusCode ?? 0));
    });
    request.end(body);
  });
}

const mainOf = (checkout: string): string => join(checkout, 'dist', 'src', 'main.js');

function run(checkout: string, home: string, words: readonly string[]): ChildProcess {
  const env = { ...process.env, QUARRY_HOME: home, QUARRY_LOG_LEVEL: 'silent' };
  return spawn(process.execPath, [mainOf(checkout), ...words], { env, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Takes a folder into a new home, through the command line of the checkout. */
export async function ingest(checkout: string, home: string, folder: string): Promise<void> {
  const child = run(checkout, home, ['ingest', folder]);
  child.stderr?.resume();
  const [code] = (await once(child, 'close')) as [number]; // As the event is declared.
  if (code !== 0) throw new RangeError(`The ingest of ${checkout} ended with ${code}.`);
}

/** Starts the server of a built checkout on a free port. */
export async function serve(checkout: string, home: string): Promise<LoadServer> {
  const child = run(checkout, home, ['serve', '--port', '0', '--toolsets', 'all']);
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (part: Buffer) => {
      said += part.toString();
      const found = /http:\/\/[\d.]+:\d+/.exec(said)?.[0];
      if (found !== undefined) resolve(found);
    });
    child.once('close', () => reject(new RangeError(`The server of ${checkout} did not start: ${said}`)));
  });
  return {
    url,
    async memory() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
    },
    async stop() {
      child.removeAllListeners('close');
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
