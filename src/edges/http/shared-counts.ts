import { type RateLimiterAbstract, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible';
import { createClient } from 'redis';
import { QuarryError } from '../../core/errors.js';
import type { Log } from '../log.js';

/** Counts that several servers share. */
export interface SharedCounts {
  /** A limiter over the shared counts; `local` counts while they cannot be reached. */
  limiterOf(options: CounterOptions, local: RateLimiterAbstract): RateLimiterAbstract;
  close(): Promise<void>;
}

/** What one counter counts. */
export interface CounterOptions {
  readonly keyPrefix: string;
  readonly points: number;
  /** In seconds. */
  readonly duration: number;
}

/** How long a request waits for an answer before it is counted here. */
const ANSWER_MS = 250;
/** How long a connection may be silent, asked every second, before it counts as broken and others need not wait for it. */
const SILENT_MS = 3_000;
const PING_MS = 1_000;
const CONNECT_MS = 2_000;
const MAX_PAUSE_MS = 5_000;

/**
 * Counts in Redis. A server starts and goes on without it: requests are then counted in memory, each server by itself, until it is
 * there again.
 * @throws QuarryError CONFIG_INVALID for what is no address of a Redis
 */
export async function connectSharedCounts(url: string, log: Log): Promise<SharedCounts> {
  if (!/^rediss?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new QuarryError('CONFIG_INVALID', 'QUARRY_REDIS_URL is no address of a Redis.', {
      hint: 'Give redis://[user:password@]host[:port][/database], or rediss:// for TLS.',
    });
  }
  const client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENT_MS,
      reconnectStrategy: (attempts) => Math.min(100 * 2 ** Math.min(attempts, 10), MAX_PAUSE_MS),
    },
  });
  let isTold = false;
  // Told once for each time that it goes; without a listener the process would end.
  client.on('error', (error: unknown) => {
    if (!isTold) log('warn', 'Redis cannot be reached; requests are counted in memory', { message: String(error) });
    isTold = true;
  });
  const ready = new Promise<void>((resolve) => {
    client.once('ready', resolve).once('error', () => resolve());
  });
  client.on('ready', () => {
    isTold = false;
  });
  // Goes on trying for as long as the server runs; ends when it is closed.
  client.connect().catch(() => undefined);
  await ready;
  return {
    limiterOf(options, local) {
      const limiter = new RateLimiterRedis({
        ...options,
        keyPrefix: `quarry:${options.keyPrefix}`,
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        // Who is over a limit is refused without asking again.
        inMemoryBlockOnConsumed: options.points + 1,
        insuranceLimiter: local,
      });
      // Takes over the insurance of the limiter.
      return new RLWrapperTimeouts({ limiter, timeoutMs: ANSWER_MS });
    },
    async close() {
      client.destroy();
    },
  };
}
