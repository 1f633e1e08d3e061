import { randomInt, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { QuarryError, systemCode } from '../core/errors.js';
import type { Clock } from '../core/ports.js';
import { processExists, processStart } from './process-identity.js';

/** What a writer says of itself. */
const CLAIM = z.object({ token: z.string(), pid: z.number(), host: z.string(), start: z.string(), since: z.string() });

/** Who holds, or wants to hold, the right to write. */
export type Claim = z.infer<typeof CLAIM>;

/** The right to write, until released. */
export interface Lease {
  /** False once the claim has been removed by someone who took this process for dead. */
  isHeld(): boolean;
  release(): Promise<void>;
}

const POLL_MS = 40;
const HEARTBEAT_MS = 3000;
/** How long a claim must be seen without a heartbeat before a process that cannot be asked counts as dead. */
const SILENCE_MS = 12_000;

/** Claims of this process; a claim with our own pid that is not here was left by an earlier process with that pid. */
const ownTokens = new Set<string>();

/**
 * Lets one process at a time write to a database folder.
 *
 * Every writer puts a uniquely named claim into the folder and then looks around: it holds the lease only if no other
 * live claim is there, else it withdraws and tries again. Of two that claim at once at least one sees the other, so two
 * never hold it together; and because no two claims share a name, removing a dead process's claim can never hit a live one.
 * A claim is dead when its process is gone (same machine: process id and start time), or, where the process cannot be
 * asked, when no heartbeat was seen for {@link SILENCE_MS} of our own time (clocks are never compared).
 */
export class WriterLease {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #waitMs: number;

  constructor(options: { readonly directory: string; readonly clock: Clock; readonly waitMs: number }) {
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#waitMs = options.waitMs;
  }

  /** @throws QuarryError STORE_LOCKED naming the holder; PATH_UNREADABLE where the folder cannot be written */
  async acquire(): Promise<Lease> {
    const silence = new SilenceWatch(this.#clock);
    const started = this.#clock.elapsedMs();
    for (;;) {
      const holder = (await this.#others(silence, '')) ?? (await this.#tryClaim(silence));
      if ('release' in holder) return holder;
      if (this.#clock.elapsedMs() - started >= this.#waitMs) throw lockedBy(holder);
      await delay(POLL_MS + randomInt(POLL_MS));
    }
  }

  /** A live claim, or undefined. Takes nothing. */
  async holder(): Promise<Claim | undefined> {
    return this.#others(new SilenceWatch(this.#clock), '');
  }

  async #tryClaim(silence: SilenceWatch): Promise<Lease | Claim> {
    const claim: Claim = {
      token: randomUUID(),
      pid: process.pid,
      host: hostname(),
      start: processStart(process.pid),
      since: this.#clock.now(),
    };
    const path = join(this.#directory, `${claim.token}.claim`);
    ownTokens.add(claim.token);
    try {
      await this.#write(path, claim);
      const other = await this.#others(silence, claim.token);
      if (other === undefined) return this.#hold(path, claim);
      await rm(path, { force: true });
      ownTokens.delete(claim.token);
      return other;
    } catch (error) {
      ownTokens.delete(claim.token);
      throw error;
    }
  }

  async #write(path: string, claim: Claim): Promise<void> {
    try {
      await mkdir(this.#directory, { recursive: true });
      const draft = `${path}.new`;
      await writeFile(draft, JSON.stringify(claim), { flag: 'wx' });
      await rename(draft, path);
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) throw error;
      throw new QuarryError('PATH_UNREADABLE', `The database folder cannot be written: ${this.#directory}.`, {
        hint: 'Give this user the right to write there, or choose another folder. Searching needs no such right.',
        cause: error,
      });
    }
  }

  #hold(path: string, claim: Claim): Lease {
    let isHeld = true;
    const beat = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch((error: unknown) => {
        if (systemCode(error) === 'ENOENT') isHeld = false; // other errors pass; the next beat tries again
      });
    }, HEARTBEAT_MS);
    beat.unref();
    return {
      isHeld: () => isHeld,
      release: async () => {
        clearInterval(beat);
        isHeld = false;
        await rm(path, { force: true });
        ownTokens.delete(claim.token);
      },
    };
  }

  /** The first live claim of someone else, by name; dead ones are cleared away. */
  async #others(silence: SilenceWatch, own: string): Promise<Claim | undefined> {
    const names = await readdir(this.#directory).catch(() => []); // no folder: nobody has ever written
    for (const name of names.filter((name) => name.endsWith('.claim') && name !== `${own}.claim`).sort()) {
      const path = join(this.#directory, name);
      const claim = await readClaim(path);
      if (claim === undefined) continue;
      if (await isAlive(claim, path, silence)) return claim;
      await rm(path, { force: true }).catch(() => undefined); // a folder that cannot be written holds nobody up
    }
    return undefined;
  }
}

async function readClaim(path: string): Promise<Claim | undefined> {
  try {
    return CLAIM.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined; // released between listing and reading, or torn by a power cut: no live process wrote it
  }
}

async function isAlive(claim: Claim, path: string, silence: SilenceWatch): Promise<boolean> {
  if (claim.host === hostname()) {
    if (claim.pid === process.pid && claim.start === processStart(process.pid) && ownTokens.has(claim.token))
      return true;
    if (!processExists(claim.pid)) return false;
    const start = processStart(claim.pid);
    if (claim.start !== '' && start !== '') return claim.start === start && claim.pid !== process.pid;
  }
  return !(await silence.isSilent(path));
}

/** Watches whether claims still beat, by our own monotonic clock. */
class SilenceWatch {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { readonly mtimeMs: number; readonly atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async isSilent(path: string): Promise<boolean> {
    const mtimeMs = await stat(path).then(
      (info) => info.mtimeMs,
      () => undefined,
    );
    if (mtimeMs === undefined) return true;
    const now = this.#clock.elapsedMs();
    const seen = this.#seen.get(path);
    if (seen?.mtimeMs === mtimeMs) return now - seen.atMs >= SILENCE_MS;
    this.#seen.set(path, { mtimeMs, atMs: now });
    return false;
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
