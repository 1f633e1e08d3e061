import type { RequestHandler } from 'express';
import { QuarryError } from '../../core/errors.js';
import { isLoopbackHost } from './loopback.js';
import type { LimitWindow, RateLimiter, WindowState } from './rate-limiter.js';
import { factsOf } from './request-caller.js';

/** Requests of each client: a key, or else an address. */
export interface RateSettings {
  /** In a minute; 0: no limit on loopback, 600 elsewhere. */
  readonly rateLimit: number;
  /** In ten seconds; 0: a sixth of what a minute has. */
  readonly rateLimitBurst?: number;
  /** In an hour; 0: no limit. */
  readonly rateLimitHour?: number;
  /** In a day; 0: no limit. */
  readonly rateLimitDay?: number;
  /** At once; 0: no limit on loopback, 128 elsewhere. */
  readonly maxConcurrent?: number;
}

/** Where other machines can reach the server. */
const DEFAULT_PER_MINUTE = 600;
const DEFAULT_AT_ONCE = 128;
const BURST_SECONDS = 10;

/** The windows that a server counts by; none where there is no limit. */
export function windowsOf(settings: RateSettings & { readonly host: string }): readonly LimitWindow[] {
  const { rateLimit, rateLimitBurst = 0, rateLimitHour = 0, rateLimitDay = 0, host } = settings;
  const minute = rateLimit > 0 || isLoopbackHost(host) ? rateLimit : DEFAULT_PER_MINUTE;
  const burst = rateLimitBurst > 0 ? rateLimitBurst : Math.ceil((minute * BURST_SECONDS) / 60);
  const windows = [
    { name: 'burst', requests: burst, seconds: BURST_SECONDS },
    { name: 'minute', requests: minute, seconds: 60 },
    { name: 'hour', requests: rateLimitHour, seconds: 3_600 },
    { name: 'day', requests: rateLimitDay, seconds: 86_400 },
  ];
  return windows.filter(({ requests }) => requests > 0);
}

/** Most requests of one client under way at once. */
export function atOnceOf({ maxConcurrent = 0, host }: RateSettings & { readonly host: string }): number {
  if (maxConcurrent > 0) return maxConcurrent;
  return isLoopbackHost(host) ? Number.POSITIVE_INFINITY : DEFAULT_AT_ONCE;
}

/** Counts each request for its client and tells every one of them where he stands. */
export function rateGuard(limiter: RateLimiter): RequestHandler {
  const policy = limiter.windows
    .map(({ name, requests, seconds }) => `"${name}";q=${requests};w=${seconds}`)
    .join(', ');
  return async (_request, response, next) => {
    const { waitMs, states } = await limiter.take(factsOf(response).countedAs);
    response.set({ 'RateLimit-Policy': policy, RateLimit: states.map(standing).join(', ') });
    if (waitMs === 0) next();
    else next(tooMany('Too many requests from this client.', waitMs));
  };
}

/** As draft-ietf-httpapi-ratelimit-headers writes it. */
function standing({ name, remaining, resetMs }: WindowState): string {
  return `"${name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`;
}

/** Lets only so many requests of one client be under way at once: what others need is not for one of them to hold. */
export function concurrencyGuard(most: number): RequestHandler {
  const underWay = new Map<string, number>();
  return (_request, response, next) => {
    const client = factsOf(response).countedAs;
    const own = underWay.get(client) ?? 0;
    if (own >= most) return next(tooMany(`${own} requests of this client are under way already.`, 1_000));
    underWay.set(client, own + 1);
    response.once('close', () => {
      const left = (underWay.get(client) ?? 1) - 1;
      if (left > 0) underWay.set(client, left);
      else underWay.delete(client);
    });
    next();
  };
}

/** The refusal of one request too many. */
export function tooMany(message: string, waitMs: number): QuarryError {
  const seconds = Math.ceil(waitMs / 1000);
  return new QuarryError('RATE_LIMITED', message, {
    hint: `Wait ${seconds} s, then send fewer requests at once.`,
    details: { retryAfterSeconds: seconds },
  });
}
