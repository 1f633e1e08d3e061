import { randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { processExists, processStart } from './process-identity.js';

/** What an open store says of its process. */
const MARK = z.object({ pid: z.number(), start: z.string(), namespace: z.string() });
const SUFFIX = '.open';
const BEAT_MS = 30_000;

/** A mark that was not renewed for so long counts as left behind, where its process cannot be asked. */
export const SILENT_MS = 600_000;

/**
 * Tells the users of a database folder of each other: every open store keeps a mark in the folder, renews it, and takes
 * it away when it closes. Who cannot write there has no mark.
 */
export class Presence {
  readonly #directory: string;
  readonly #path: string;
  #beat: NodeJS.Timeout | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#path = join(directory, `${randomUUID()}${SUFFIX}`);
  }

  /** Sets the mark. `onBeat` is called each time that it was renewed. */
  async enter(onBeat?: () => void): Promise<void> {
    const { pid } = process;
    const mark = JSON.stringify({ pid, start: processStart(pid), namespace: processNamespace() });
    try {
      await mkdir(this.#directory, { mode: 0o700 }).catch(() => undefined); // there already, or the file tells
      await writeFile(this.#path, mark, { mode: 0o600 });
    } catch {
      return; // a folder that cannot be written can still be searched
    }
    this.#beat = setInterval(() => {
      const now = new Date();
      // Somebody may have taken a paused process for gone.
      utimes(this.#path, now, now).catch(() => writeFile(this.#path, mark, { mode: 0o600 }).catch(() => undefined));
      onBeat?.();
    }, BEAT_MS);
    this.#beat.unref();
  }

  /** Whether no other store has the folder open; false also where that cannot be told. Clears away what the dead left. */
  async isAlone(): Promise<boolean> {
    if (this.#beat === undefined) return false;
    const names = await readdir(this.#directory).catch(() => undefined);
    if (names === undefined) return false;
    for (const name of names) {
      const path = join(this.#directory, name);
      if (!name.endsWith(SUFFIX) || path === this.#path) continue;
      if (await isLive(path)) return false;
      await rm(path, { force: true }).catch(() => undefined); // its owner's: somebody else may clear it away
    }
    return true;
  }

  async leave(): Promise<void> {
    clearInterval(this.#beat);
    this.#beat = undefined;
    await rm(this.#path, { force: true }).catch(() => undefined); // left behind, it counts for nothing soon
  }
}

async function isLive(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return false; // it closed meanwhile
  if (Date.now() - info.mtimeMs >= SILENT_MS) return false;
  const text = await readFile(path, 'utf8').catch(() => '');
  const { data: mark } = MARK.safeParse(parseJson(text));
  if (mark === undefined) return true; // being written, or torn: silence will tell
  if (mark.namespace !== processNamespace()) return true;
  return processExists(mark.pid) && mark.start === processStart(mark.pid);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Within one of these a process id means one process; containers have their own. */
function processNamespace(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return `${hostname()} ${process.platform}`;
  }
}
