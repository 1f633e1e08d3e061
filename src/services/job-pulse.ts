import { z } from 'zod';
import type { Job } from '../core/types.js';
import type { ServiceContext } from './context.js';

/** An open job whose process cannot be asked for is taken for dead when its record has not changed for this long. */
const SILENCE_MS = 60_000;
/** The same where the process runs: it may be stopped, or the job that of a thread of it that was ended. */
const SILENCE_OF_LIVING_MS = 600_000;
const RECORD = 'job-pulse';

const REMEMBERED = z.object({ machine: z.string(), mark: z.string(), ms: z.number() });

/** A sign of life and when it was first seen. */
interface Sign {
  readonly mark: string;
  readonly ms: number;
}

/**
 * Tells dead jobs from living ones. Processes renew the records of their jobs; what a record holds is compared with
 * what it held before, never its time with our time, since other machines and containers have clocks of their own.
 * What a short-lived process saw first is remembered in the store for the next one on this machine.
 */
export class JobPulse {
  readonly #context: ServiceContext;
  readonly #seen = new Map<string, Sign>();

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Whether nobody works on an open job any more. */
  async isDead(job: Job): Promise<boolean> {
    if (job.owner === this.#context.owner) return false; // Live, or just finished: nobody else may end our own jobs.
    const fate = this.#context.fateOf(job.owner);
    if (fate === 'dead') return true;
    if (fate === 'alive') return this.#silentMs(job, this.#seen.get(job.id)) >= SILENCE_OF_LIVING_MS;
    const isFirst = !this.#seen.has(job.id);
    const silentMs = this.#silentMs(job, this.#seen.get(job.id) ?? (await this.#remembered(job.id)));
    if (isFirst && silentMs === 0) await this.#remember(job);
    return silentMs >= SILENCE_MS;
  }

  /** Forgets what was remembered of jobs that are no longer open. */
  async forgetAllBut(open: readonly Job[]): Promise<void> {
    const ids = new Set(open.map(({ id }) => id));
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id);
    for (const { key } of await this.#context.store.listRecords(RECORD)) {
      if (!ids.has(key)) await this.#context.store.deleteRecord(RECORD, key);
    }
  }

  #silentMs(job: Job, seen: Sign | undefined): number {
    const { ms } = this.#context.moment();
    const isSame = seen !== undefined && seen.mark === markOf(job) && seen.ms <= ms;
    const sign = isSame ? seen : { mark: markOf(job), ms };
    this.#seen.set(job.id, sign);
    return ms - sign.ms;
  }

  async #remembered(id: string): Promise<Sign | undefined> {
    const { machine } = this.#context.moment();
    const parsed = REMEMBERED.safeParse(await this.#context.store.getRecord(RECORD, id));
    return parsed.success && machine !== '' && parsed.data.machine === machine ? parsed.data : undefined;
  }

  async #remember(job: Job): Promise<void> {
    const moment = this.#context.moment();
    if (moment.machine === '') return;
    await this.#context.store
      .putRecord(RECORD, job.id, { ...moment, mark: markOf(job) })
      .catch((error: unknown) => this.#context.log('debug', 'A sign of life could not be kept.', { error })); // This process watches all the same.
  }
}

function markOf(job: Job): string {
  return `${job.state} ${job.updatedAt}`;
}
