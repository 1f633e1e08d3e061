import { randomBytes } from 'node:crypto';
import type { AuditEvent } from '../../core/access/audit-line.js';
import type { Origin } from '../../core/access/identity.js';
import type { AuditLog } from '../../core/access/ports.js';
import type { Clock } from '../../core/ports.js';
import type { JsonObject, JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';

/** What somebody does or was kept from doing. */
export interface Deed {
  readonly origin: Origin;
  /** Through which door. */
  readonly door: string;
  readonly operation: string;
  /** Ids, names and places; no secret and no text of a document. */
  readonly target: JsonObject;
}

/** In which workspace a deed is done. */
export interface DeedPlace {
  readonly name: string;
  /** Empty where it has none. */
  id(): Promise<string>;
}

/** Denials of one kind that get a line of their own in each window; the others are counted in one. */
const SINGLE_DENIALS = 20;
const WINDOW_MS = 60_000;
/** Kinds of denials that are told apart; beyond, all of one code are one kind. */
const MAX_KINDS = 1_000;

interface Window {
  readonly since: number;
  written: number;
  left: number;
  last: AuditEvent;
}

/** Writes what callers do into the audit log. */
export class AuditTrail {
  readonly #log: AuditLog;
  readonly #clock: Clock;
  readonly #warn: ServiceContext['log'];
  readonly #denials = new Map<string, Window>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: { readonly audit: AuditLog; readonly clock: Clock; readonly log: ServiceContext['log'] }) {
    this.#log = parts.audit;
    this.#clock = parts.clock;
    this.#warn = parts.log;
  }

  /**
   * Does a write between two lines: one that it was tried, without which it is not tried, and one of what it came to, which
   * is on disk before anybody hears that it succeeded.
   * @throws QuarryError AUDIT_UNAVAILABLE, STORE_FULL, and what the work throws
   */
  async write<T>(
    deed: Deed,
    place: DeedPlace,
    { work, targetOf, codeOf }: { work(): Promise<T>; targetOf(result: T): JsonObject; codeOf(error: unknown): string },
  ): Promise<T> {
    const event = { ...(await this.#eventOf(deed, place)), call: randomBytes(8).toString('hex') };
    await this.#log.append({ ...event, phase: 'begin', outcome: '' });
    const end = (outcome: string, target: JsonObject): Promise<void> =>
      this.#log.append({ ...event, at: this.#clock.now(), phase: 'end', outcome, target }, { durable: true });
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await end(codeOf(error), deed.target);
      throw error;
    }
    await end('ok', joinTargets(deed.target, targetOf(result)));
    return result;
  }

  /** One line, on disk before the answer is given. @throws QuarryError AUDIT_UNAVAILABLE, STORE_FULL */
  async done(deed: Deed, place: DeedPlace, outcome: string): Promise<void> {
    await this.#log.append({ ...(await this.#eventOf(deed, place)), outcome }, { durable: true });
  }

  /**
   * Tells of a denial. Who asks again and again for the same gets a line for each at first, then one with their number each
   * minute: nobody can fill the disk by being refused. A log that cannot be written lets nobody in.
   */
  async denied(deed: Deed, place: DeedPlace, code: string): Promise<void> {
    const event = { ...(await this.#eventOf(deed, place)), outcome: code };
    const window = this.#windowOf(event);
    window.last = event;
    if (window.written >= SINGLE_DENIALS) {
      window.left += 1;
      return;
    }
    window.written += 1;
    await this.#tell(event);
  }

  /** Writes what was only counted so far. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#endWindows(Number.POSITIVE_INFINITY);
  }

  #windowOf(event: AuditEvent): Window {
    const all = JSON.stringify([event.identity, event.from, event.door, event.operation, event.outcome]);
    const key = this.#denials.has(all) || this.#denials.size < MAX_KINDS ? all : event.outcome;
    const known = this.#denials.get(key);
    if (known !== undefined) return known;
    const made = { since: this.#clock.elapsedMs(), written: 0, left: 0, last: event };
    this.#denials.set(key, made);
    this.#timer ??= setInterval(() => void this.#endWindows(this.#clock.elapsedMs()), WINDOW_MS).unref();
    return made;
  }

  /** Ends the windows that have lasted, and says how many denials had no line. */
  async #endWindows(now: number): Promise<void> {
    const ended = [...this.#denials].filter(([, { since }]) => now - since >= WINDOW_MS);
    for (const [key] of ended) this.#denials.delete(key);
    if (this.#denials.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const [, { left, last }] of ended) if (left > 0) await this.#tell({ ...last, count: left });
  }

  async #tell(event: AuditEvent): Promise<void> {
    try {
      await this.#log.append(event);
    } catch (error) {
      // The caller was refused already, which is what matters most.
      this.#warn('error', 'a denial could not be written to the audit log', { outcome: event.outcome, error });
    }
  }

  async #eventOf({ origin, door, operation, target }: Deed, place: DeedPlace): Promise<AuditEvent> {
    return {
      at: this.#clock.now(),
      phase: 'done',
      call: '',
      identity: origin.identity.id,
      door,
      from: origin.address,
      request: origin.requestId,
      operation,
      workspace: place.name,
      workspaceId: origin.identity.workspaceId ?? (await place.id()),
      target,
      outcome: '',
      count: 1,
    };
  }
}

/** What a call was given and what came of it; of a name that both have, both values. */
function joinTargets(given: JsonObject, result: JsonObject): JsonObject {
  const joined: Record<string, JsonValue> = { ...given };
  for (const [key, value] of Object.entries(result)) {
    const known = [joined[key] ?? []].flat();
    const news = [value].flat().filter((item) => !known.includes(item));
    if (news.length > 0) joined[key] = known.length === 0 ? value : [...known, ...news];
  }
  return joined;
}
