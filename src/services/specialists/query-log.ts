import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { messageOf } from '../../core/errors.js';
import { FEEDBACK, type Feedback, LOGGED_SEARCH, type LoggedSearch } from '../../core/specialists/feedback.js';
import type { JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';

const SEARCH_RECORD = 'query-log';
const FEEDBACK_RECORD = 'feedback';
const KINDS = [SEARCH_RECORD, FEEDBACK_RECORD] as const;
/** When it was last made smaller. */
const PRUNED_RECORD = 'query-log-pruned';
/** What is kept of each kind, newest first. */
export const MOST_LOG_BYTES = 8 * 1024 * 1024;
/** Searches that wait while others are written; more are not remembered. */
const MOST_WAITING = 1_000;
/** It is made smaller after so much was written by this process, or after so long. */
const PRUNE_BYTES = MOST_LOG_BYTES / 8;
const PRUNE_MS = 3_600_000;
const DAY_MS = 86_400_000;

const BATCH = z.object({ searches: z.array(LOGGED_SEARCH) });

/**
 * Keeps searches and feedback of a workspace: for so many days as the settings say, and no more than
 * {@link MOST_LOG_BYTES} of each; the oldest go first.
 */
export class QueryLog {
  readonly #context: ServiceContext;
  #waiting: LoggedSearch[] = [];
  #writing: Promise<void> | undefined;
  #written = Number.POSITIVE_INFINITY;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Remembers a search. Nobody waits for that; what fails is logged. Those that come meanwhile are written together. */
  note(search: LoggedSearch): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(search);
    this.#writing ??= this.#writeWaiting();
  }

  /** Resolves when all that was noted is written. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  /** All searches that are young enough, oldest first, those of this process among them. */
  async searches(): Promise<LoggedSearch[]> {
    await this.#writing;
    const records = await this.#context.store.listRecords(SEARCH_RECORD);
    const oldest = this.#oldest();
    return records.flatMap(({ value }) => BATCH.safeParse(value).data?.searches ?? []).filter(({ at }) => at >= oldest);
  }

  /** Remembers feedback. @throws QuarryError STORE_LOCKED */
  add(feedback: Feedback): Promise<void> {
    return this.#put(FEEDBACK_RECORD, feedback.at, feedback);
  }

  /** All feedback that is young enough, oldest first. */
  async feedback(): Promise<Feedback[]> {
    const records = await this.#context.store.listRecords(FEEDBACK_RECORD);
    const oldest = this.#oldest();
    return records.flatMap(({ value }) => FEEDBACK.safeParse(value).data ?? []).filter(({ at }) => at >= oldest);
  }

  /** Forgets everything; resolves to how many searches and times feedback there were. */
  async clear(): Promise<number> {
    const { store } = this.#context;
    await this.#writing;
    let gone = 0;
    for (const kind of KINDS)
      for (const { key, value } of await store.listRecords(kind))
        if (await store.deleteRecord(kind, key)) gone += BATCH.safeParse(value).data?.searches.length ?? 1;
    return gone;
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const searches = this.#waiting;
      this.#waiting = [];
      try {
        await this.#put(SEARCH_RECORD, searches.at(-1)?.at ?? '', { searches });
      } catch (error) {
        this.#context.log('warn', 'Searches could not be remembered.', { error: messageOf(error) });
      }
    }
    // At once, or what comes now would wait for nobody.
    this.#writing = undefined;
  }

  /** Under a key that sorts by time, and that no other process can choose too. */
  async #put(kind: (typeof KINDS)[number], at: string, value: object): Promise<void> {
    const text = JSON.stringify(value);
    const json: JsonValue = JSON.parse(text);
    await this.#context.store.putRecord(kind, `${at} ${randomUUID()}`, json);
    this.#written += text.length;
    if (await this.#isDue()) await this.#prune();
  }

  async #isDue(): Promise<boolean> {
    if (Number.isFinite(this.#written)) return this.#written >= PRUNE_BYTES;
    // A process that has just begun asks when others did it last.
    const last = await this.#context.store.getRecord(PRUNED_RECORD, PRUNED_RECORD);
    this.#written = 0;
    return typeof last !== 'string' || this.#now() - Date.parse(last) >= PRUNE_MS;
  }

  async #prune(): Promise<void> {
    const { store, clock } = this.#context;
    this.#written = 0;
    const oldest = this.#oldest();
    for (const kind of KINDS) {
      let bytes = 0;
      for (const { key, value } of (await store.listRecords(kind)).reverse()) {
        bytes += Buffer.byteLength(JSON.stringify(value));
        if (bytes > MOST_LOG_BYTES || key < oldest) await store.deleteRecord(kind, key);
      }
    }
    await store.putRecord(PRUNED_RECORD, PRUNED_RECORD, clock.now());
  }

  #now(): number {
    return Date.parse(this.#context.clock.now());
  }

  #oldest(): string {
    return new Date(this.#now() - this.#context.config.queryLogDays * DAY_MS).toISOString();
  }
}
