import { randomInt, randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { QuarryError, systemCode, toQuarryError } from '../core/errors.js';
import type { Clock } from '../core/ports.js';
import { makeFolder } from '../files/make-folder.js';
import { fateOf, ownIdentity } from './process-identity.js';

/** Folder, inside the database, of the claims of writers. */
export const LEASE_FOLDER = 'writers';

/** What a writer says of itself; earlier versions did not say their place. */
const CLAIM = z.object({
  token: z.string(),
  pid: z.number(),
  host: z.string(),
  start: z.string(),
  place: z.string().default(''),
  since: z.string(),
});

/** Who holds, or wants to hold, the right to write. */
export type Claim = z.infer<typeof CLAIM>;

/** The right to write, until released. */
export interface Lease {
  /** False once the claim has been removed by someone who took this process for dead. */
  isHeld(): boolean;
  /** Shows a sign of life; resolves to {@link isHeld}, as it is now. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

const POLL_MS = 40;
const HEARTBEAT_MS = 3000;
/** How long a claim must be seen without a heartbeat before a process that cannot be asked counts as dead. */
const SILENCE_MS = 12_000;
/** The same where the process runs: it may be stopped, or the claim that of a thread of it that was ended. */
const SILENCE_OF_LIVING_MS = 60_000;

/** Claims of this copy of the module in this thread. */
const ownTokens = new Set<string>();

/** Stands for a claim that may not be read. */
const HIDDEN: Claim = { token: '', pid: 0, host: 'an unknown machine', start: '', place: '', since: 'an unknown time' };

/**
 * Lets one writer at a time into a database folder: one of all processes, threads and copies of this module.
 *
 * Every writer puts a uniquely named claim into the folder and then looks around: it holds the lease only if no other
 * live claim is there, else it withdraws and tries again. Of two that claim at once at least one sees the other, so two
 * never hold it together; and because no two claims share a name, removing a dead process's claim can never hit a live one.
 * A claim lives as long as its heartbeat is seen, by our own clock (clocks are never compared). It is dead at once only
 * where that is certain: the process is of our own boot and namespaces, and gone.
 */
export class WriterLease {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #silence: SilenceWatch;

  constructor(options: { readonly directory: string; readonly clock: Clock; readonly waitMs: number }) {
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#waitMs = options.waitMs;
    this.#silence = new SilenceWatch(options.clock);
  }

  /** @throws QuarryError STORE_LOCKED naming the holder; PATH_UNREADABLE where the folder cannot be written */
  async acquire(): Promise<Lease> {
    const started = this.#clock.elapsedMs();
    for (;;) {
      const holder = (await this.#others('')) ?? (await this.#tryClaim());
      if ('release' in holder) return holder;
      if (this.#clock.elapsedMs() - started >= this.#waitMs) throw lockedBy(holder);
      await delay(POLL_MS + randomInt(POLL_MS));
    }
  }

  /** A live claim, or undefined. Takes nothing. */
  async holder(): Promise<Claim | undefined> {
    return this.#others('').catch(() => undefined); // doctor says what cannot be read
  }

  async #tryClaim(): Promise<Lease | Claim> {
    const claim: Claim = { ...ownIdentity(), token: randomUUID(), since: this.#clock.now() };
    const path = join(this.#directory, `${claim.token}.claim`);
    ownTokens.add(claim.token);
    try {
      await this.#write(path, claim);
      const other = await this.#others(claim.token);
      if (other === undefined) return this.#hold(path, claim);
      await this.#withdraw(path, claim);
      return other;
    } catch (error) {
      await this.#withdraw(path, claim);
      throw error;
    }
  }

  async #withdraw(path: string, claim: Claim): Promise<void> {
    await rm(path, { force: true });
    ownTokens.delete(claim.token);
  }

  async #write(path: string, claim: Claim): Promise<void> {
    const draft = `${path}.new`;
    try {
      await makeFolder(this.#directory);
      await writeFile(draft, JSON.stringify(claim), { flag: 'wx' });
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined); // where nothing may be removed nothing was made
      throw this.#folderError(error);
    }
  }

  #folderError(error: unknown): QuarryError {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) return toQuarryError(error);
    return new QuarryError('PATH_UNREADABLE', `The database folder cannot be written: ${this.#directory}.`, {
      hint: 'Give this user the right to write there, or choose another folder. Searching needs no such right.',
      cause: error,
    });
  }

  #hold(path: string, claim: Claim): Lease {
    let isHeld = true;
    const renew = async (): Promise<boolean> => {
      const now = new Date();
      await utimes(path, now, now).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') isHeld = false; // other errors pass; the next beat tries again
      });
      return isHeld;
    };
    const beat = setInterval(() => void renew(), HEARTBEAT_MS);
    beat.unref();
    return {
      isHeld: () => isHeld,
      renew,
      release: async () => {
        clearInterval(beat);
        isHeld = false;
        await this.#withdraw(path, claim);
      },
    };
  }

  /** The first live claim of someone else, by name; dead ones are cleared away. */
  async #others(own: string): Promise<Claim | undefined> {
    const names = (await this.#names()).filter((name) => name !== `${own}.claim`);
    this.#silence.keepOnly(names);
    for (const name of names) {
      const path = join(this.#directory, name);
      const claim = await readClaim(path);
      if (claim === undefined) continue;
      if (ownTokens.has(claim.token) || (await this.#isAlive(claim, name))) return claim;
      await rm(path, { force: true }).catch(() => undefined); // a folder that cannot be written holds nobody up
    }
    return undefined;
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.#directory)).filter((name) => name.endsWith('.claim')).sort();
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return []; // nobody has ever written
      // Not to see the others is not to be alone.
      throw new QuarryError('PATH_UNREADABLE', `The folder of writers' claims cannot be read: ${this.#directory}.`, {
        hint: 'Give this user the right to read and write there; searching needs no such right.',
        cause: error,
      });
    }
  }

  async #isAlive(claim: Claim, name: string): Promise<boolean> {
    const fate = fateOf(claim);
    if (fate === 'dead') return false;
    const patienceMs = fate === 'alive' ? SILENCE_OF_LIVING_MS : SILENCE_MS;
    return (await this.#silence.silentMs(join(this.#directory, name))) < patienceMs;
  }
}

async function readClaim(path: string): Promise<Claim | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? undefined : HIDDEN; // released between listing and reading
  }
  try {
    return CLAIM.parse(JSON.parse(text));
  } catch {
    return undefined; // torn by a power cut: no live process wrote it
  }
}

/** Watches whether claims still beat, by our own monotonic clock. */
class SilenceWatch {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { readonly mtimeMs: number; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Time since the claim was first seen with its present heartbeat; without end when it is gone. */
  async silentMs(path: string): Promise<number> {
    const mtimeMs = await stat(path).then(
      (info) => info.mtimeMs,
      () => undefined,
    );
    if (mtimeMs === undefined) return Number.POSITIVE_INFINITY;
    const now = this.#clock.elapsedMs();
    const seen = this.#seen.get(path);
    if (seen?.mtimeMs === mtimeMs) return now - seen.atMs;
    this.#seen.set(path, { mtimeMs, atMs: now });
    return 0;
  }

  /** Forgets the claims that are gone. */
  keepOnly(names: readonly string[]): void {
    for (const path of this.#seen.keys()) if (!names.includes(basename(path))) this.#seen.delete(path);
  }
}

function lockedBy(claim: Claim): QuarryError {
  return new QuarryError(
    'STORE_LOCKED',
    `Another process is writing to this database: process ${claim.pid} on ${claim.host}, since ${claim.since}.`,
    {
      hint: 'Wait until it has finished, or stop it; searching works meanwhile.',
      details: { pid: claim.pid, host: claim.host, since: claim.since },
    },
  );
}
