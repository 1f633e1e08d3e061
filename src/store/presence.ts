import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../files/make-folder.js';
import { fateOf, ownIdentity } from './process-identity.js';

/** What an open store says of its process. */
const MARK = z.object({ pid: z.number(), host: z.string(), start: z.string(), place: z.string() });
/** Folder, inside the database, of the marks of who has it open. */
export const PRESENCE_FOLDER = 'users';
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
    const mark = JSON.stringify(ownIdentity());
    try {
      await makeFolder(this.#directory, { mode: 0o700 });
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
  // Being written, torn, or of a process that cannot be asked for from here: silence will tell.
  return mark === undefined || fateOf(mark) !== 'dead';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
