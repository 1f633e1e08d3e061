import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { SharedCounts } from './shared-counts.js';

/** So many requests in so many seconds. */
export interface LimitWindow {
  /** Name of the policy in the headers: letters. */
  readonly name: string;
  /** Above 0. */
  readonly requests: number;
  /** Whole seconds, above 0; they begin with the client's first request. */
  readonly seconds: number;
}

/** Where a client stands in one window. */
export interface WindowState extends LimitWindow {
  /** Requests that are left. */
  readonly remaining: number;
  /** Milliseconds until all are there again. */
  readonly resetMs: number;
}

/** What came of one request. */
export interface Taken {
  /** 0, or the milliseconds to wait before the next one. */
  readonly waitMs: number;
  /** As far as windows were looked at: none beyond the one that refused. */
  readonly states: readonly WindowState[];
}

/** Counts the requests of each client. */
export interface RateLimiter {
  readonly windows: readonly LimitWindow[];
  take(client: string): Promise<Taken>;
}

/** What a limiter is made of. */
export interface RateLimiterParts {
  /** Keeps its counts apart from those of others. */
  readonly name: string;
  readonly windows: readonly LimitWindow[];
  /** Where several servers count together. Default: each by itself, in memory. */
  readonly shared?: SharedCounts | undefined;
}

const MAX_CLIENTS = 10_000;

/**
 * Windows from the shortest on, the first that is full refuses: so what a burst is refused does not count for the day. Nothing is
 * loaded before the first request.
 */
export function createRateLimiter({ name, windows, shared }: RateLimiterParts): RateLimiter {
  const sorted = [...windows].sort((a, b) => a.seconds - b.seconds);
  let counters: Promise<Counters> | undefined;
  return {
    windows: sorted,
    async take(client) {
      counters ??= Counters.load(name, sorted, shared);
      return (await counters).take(client);
    },
  };
}

interface Counter {
  readonly window: LimitWindow;
  readonly local: RateLimiterAbstract;
  readonly limiter: RateLimiterAbstract;
}

class Counters {
  readonly #counters: readonly Counter[];
  readonly #clients = new Set<string>();

  private constructor(counters: readonly Counter[]) {
    this.#counters = counters;
  }

  static async load(
    name: string,
    windows: readonly LimitWindow[],
    shared: SharedCounts | undefined,
  ): Promise<Counters> {
    const { RateLimiterMemory } = await import('rate-limiter-flexible');
    return new Counters(
      windows.map((window) => {
        const options = { keyPrefix: `${name}:${window.name}`, points: window.requests, duration: window.seconds };
        const local = new RateLimiterMemory(options);
        return { window, local, limiter: shared?.limiterOf(options, local) ?? local };
      }),
    );
  }

  async take(client: string): Promise<Taken> {
    await this.#remember(client);
    const states: WindowState[] = [];
    for (const { window, limiter } of this.#counters) {
      const { isAllowed, result } = await consume(limiter, client);
      states.push({ ...window, remaining: result.remainingPoints, resetMs: Math.max(0, result.msBeforeNext) });
      if (!isAllowed) return { waitMs: Math.max(1, result.msBeforeNext), states };
    }
    return { waitMs: 0, states };
  }

  /** The least recently seen clients are forgotten first, so that invented addresses cannot fill the memory. */
  async #remember(client: string): Promise<void> {
    this.#clients.delete(client);
    const [oldest] = this.#clients;
    this.#clients.add(client);
    if (this.#clients.size <= MAX_CLIENTS || oldest === undefined) return;
    this.#clients.delete(oldest);
    for (const { local } of this.#counters) await local.delete(oldest);
  }
}

/** The library tells a refusal by rejecting with what it gives otherwise; anything else that it throws is a failure. */
async function consume(limiter: RateLimiterAbstract, client: string) {
  try {
    return { isAllowed: true, result: await limiter.consume(client) };
  } catch (error) {
    if (!isResult(error)) throw error;
    return { isAllowed: false, result: error };
  }
}

function isResult(value: unknown): value is RateLimiterRes {
  return typeof value === 'object' && value !== null && 'msBeforeNext' in value && 'remainingPoints' in value;
}
