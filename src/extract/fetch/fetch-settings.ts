import { setTimeout as sleep } from 'node:timers/promises';
import { packageVersion } from '../../files/package-version.js';
import { type ResolveHost, resolveBySystem } from './guarded-connector.js';
import type { RetryPolicy } from './retry-policy.js';

/** How a fetcher behaves. Everything has a default. */
export interface FetcherOptions {
  /** Version of Quarry, told to every origin. Default: that of the package. */
  readonly version?: string | undefined;
  /** Lets loopback and private addresses through. Default false. */
  readonly allowPrivateNetwork?: boolean | undefined;
  /** Ports that may be asked; empty means all. Default all. */
  readonly allowedPorts?: readonly number[] | undefined;
  /** Largest body, compressed and unpacked alike. Default 25 MiB. */
  readonly maxBytes?: number | undefined;
  /** Whole time of one attempt. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Longest silence while connecting, before the headers, and between parts of the body. Default 15,000. */
  readonly idleTimeoutMs?: number | undefined;
  /** Default 10. */
  readonly maxRedirects?: number | undefined;
  /** Default: 3 retries, from 500 ms, at most 60 s. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** HTTP proxy, `http://host:port`. The proxy resolves names, so only names that this machine knows to be private are refused. */
  readonly proxy?: string | undefined;
  /** Default: the system's resolver. */
  readonly resolve?: ResolveHost | undefined;
  /** Waits before a retry. Default: a timer. */
  readonly wait?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** 0..1, for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** {@link FetcherOptions} with every default filled in. */
export interface FetchSettings {
  readonly version: string;
  readonly allowPrivateNetwork: boolean;
  readonly allowedPorts: readonly number[];
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxRedirects: number;
  readonly retry: RetryPolicy;
  readonly proxy: string;
  readonly resolve: ResolveHost;
  readonly wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
}

/** Fills in the defaults. */
export function completeOptions(options: FetcherOptions): FetchSettings {
  return {
    version: options.version ?? packageVersion(),
    allowPrivateNetwork: options.allowPrivateNetwork ?? false,
    allowedPorts: options.allowedPorts ?? [],
    maxBytes: options.maxBytes ?? 25 * 1024 * 1024,
    timeoutMs: options.timeoutMs ?? 30_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 15_000,
    maxRedirects: options.maxRedirects ?? 10,
    retry: { maxRetries: 3, baseMs: 500, maxMs: 60_000, ...options.retry },
    proxy: options.proxy ?? '',
    resolve: options.resolve ?? resolveBySystem,
    wait: options.wait ?? waitByTimer,
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  };
}

async function waitByTimer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal });
}
