/** A token bucket for each client. */
export interface RateLimiter {
  /** Takes a token; resolves to 0, or to the milliseconds until there is one. */
  take(client: string): number;
}

/** How fast and how many. */
export interface RateLimit {
  /** Tokens that come back in a minute. Above 0. */
  readonly perMinute: number;
  /** Most tokens that a client can save up. Default: `perMinute / 6`, at least 1. */
  readonly burst?: number;
}

const MAX_CLIENTS = 10_000;
/** Parts of a token that are lost in sums of fractions must not make a client wait once more. */
const ROUNDING = 1e-9;

/** Buckets that fill while nobody looks: a bucket is its level at the time of its last use. */
export function createRateLimiter(limit: RateLimit, elapsedMs: () => number): RateLimiter {
  const burst = Math.max(1, limit.burst ?? Math.ceil(limit.perMinute / 6));
  const perMs = limit.perMinute / 60_000;
  const buckets = new Map<string, { level: number; at: number }>();
  return {
    take(client) {
      const now = elapsedMs();
      const bucket = buckets.get(client) ?? { level: burst, at: now };
      const level = Math.min(burst, bucket.level + (now - bucket.at) * perMs);
      // The least recently seen clients go first, so that invented addresses cannot fill the memory.
      buckets.delete(client);
      const [oldest] = buckets.keys();
      if (buckets.size >= MAX_CLIENTS && oldest !== undefined) buckets.delete(oldest);
      const isAllowed = level >= 1 - ROUNDING;
      buckets.set(client, { level: isAllowed ? level - 1 : level, at: now });
      return isAllowed ? 0 : Math.ceil((1 - level) / perMs);
    },
  };
}
