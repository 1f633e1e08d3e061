import PQueue from 'p-queue';
import { throwIfCancelled } from '../../core/errors.js';

/** How gently one host is asked. */
export interface Politeness {
  /** Requests in flight, 1 or more. */
  readonly concurrency: number;
  /** Least time between the starts of two requests, in milliseconds. */
  readonly delayMs: number;
}

/** A robots.txt that asks for more than this between two requests would stop a crawl for days. */
const MAX_CRAWL_DELAY_MS = 30_000;

/** What a host is asked with: the configured pace, or its own Crawl-delay (milliseconds) when that is slower, one at a time. */
export function politenessFor(wanted: Politeness, crawlDelayMs: number | undefined): Politeness {
  if (crawlDelayMs === undefined || crawlDelayMs <= wanted.delayMs) return wanted;
  return { concurrency: 1, delayMs: Math.min(crawlDelayMs, MAX_CRAWL_DELAY_MS) };
}

/** One queue per host. */
export class HostQueues {
  readonly #queues = new Map<string, PQueue>();
  readonly #politeness: (origin: string) => Politeness;

  /** `politeness` is asked once per origin, when its first request comes. */
  constructor(politeness: (origin: string) => Politeness) {
    this.#politeness = politeness;
  }

  /** Runs the work when the URL's host may be asked again. @throws QuarryError CANCELLED; whatever the work throws */
  async run<T>(url: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await this.#queueOf(new URL(url).origin).add(work, { signal });
    } catch (error) {
      throwIfCancelled(signal);
      throw error;
    }
  }

  /** Resolves when nothing is under way any more. */
  async settle(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.onIdle()));
  }

  #queueOf(origin: string): PQueue {
    const existing = this.#queues.get(origin);
    if (existing !== undefined) return existing;
    const { concurrency, delayMs } = this.#politeness(origin);
    const queue = new PQueue({ concurrency, ...(delayMs > 0 ? { interval: delayMs, intervalCap: 1 } : {}) });
    this.#queues.set(origin, queue);
    return queue;
  }
}
