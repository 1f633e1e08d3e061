/** How often and how long to wait before a request is made again. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** Wait before the first retry; doubles each time. */
  readonly baseMs: number;
  /** Longest wait, also for what the origin asks in Retry-After. */
  readonly maxMs: number;
}

const RETRYABLE_STATUS = new Set([429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]);

/** Whether an HTTP status says that the same request may succeed later. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUS.has(status);
}

/** Exponential backoff with jitter: the whole wait for `random` 1, half of it for 0. `attempt` counts from 1. */
export function backoffMs(attempt: number, policy: RetryPolicy, random: number): number {
  const whole = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.round(whole / 2 + (whole / 2) * random);
}

/**
 * Milliseconds that a Retry-After header asks for: seconds, or an HTTP date seen from `nowMs` (milliseconds since 1970).
 * Never negative; undefined when the header is absent or makes no sense.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  if (!/[a-z]/i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
