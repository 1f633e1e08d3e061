import { setTimeout as sleep } from 'node:timers/promises';
import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { z } from 'zod';
import { messageOf, QuarryError, throwIfCancelled } from '../../core/errors.js';

/** How the REST API is reached. */
export interface GithubApiOptions {
  /** For instance `https://api.github.com`, or `https://host/api/v3` for Enterprise. */
  readonly apiUrl: string;
  /** Empty for none. Sent to `apiUrl` and nowhere else. */
  readonly token: string;
  /** Longest wait for a rate limit to end, in milliseconds. Default 60,000. */
  readonly maxWaitMs?: number | undefined;
  /** First wait after a 5xx answer; the following are longer. Default 1,000. */
  readonly retryDelayMs?: number | undefined;
}

/** One page of a list, or the news that nothing has changed since `etag`. */
export interface ApiPage {
  readonly items: readonly unknown[];
  /** Of the first page; empty for later ones. */
  readonly etag: string;
  readonly isUnchanged: boolean;
}

/** A list to read. */
export interface ApiList {
  /** Path with its parameters filled in, for instance `/repos/o/r/issues?state=all`. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** ETag of the first page as it was read last; empty when unknown. */
  readonly etag?: string | undefined;
}

/** Reads from the GitHub REST API: retries, waits for short rate limits, follows pages. */
export interface GithubApi {
  /** Pages of a list, in order. @throws QuarryError GITHUB_RATE_LIMITED, GITHUB_UNAUTHORIZED, FETCH_FAILED, FETCH_TIMEOUT, CANCELLED */
  pages(list: ApiList): AsyncGenerator<ApiPage>;
  /** One object. @throws QuarryError as {@link GithubApi.pages} */
  get(path: string, signal: AbortSignal): Promise<unknown>;
}

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_RATE_WAITS = 3;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const Client = Octokit.plugin(paginateRest, retry, throttling);

const failureSchema = z.looseObject({
  status: z.number(),
  response: z.looseObject({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

/** Creates a client. Nothing is requested yet. */
export function createGithubApi(options: GithubApiOptions): GithubApi {
  const client = new Client({
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    ...(options.token === '' ? {} : { auth: options.token }),
    userAgent: 'quarry',
    log: silent,
    retry: {
      retryAfterBaseValue: options.retryDelayMs ?? 1000,
      doNotRetry: [304, 400, 401, 403, 404, 410, 422, 429, 451],
    },
    // Waiting is done by `patiently`, which can be cancelled.
    throttle: { onRateLimit: () => undefined, onSecondaryRateLimit: () => undefined },
    request: { fetch: fetchInTime },
  });
  const maxWaitMs = options.maxWaitMs ?? 60_000;
  return {
    async *pages(list) {
      yield* readPages(client, list, maxWaitMs);
    },
    async get(path, signal) {
      const answer = await patiently(() => client.request({ method: 'GET', url: path, request: { signal } }), {
        signal,
        maxWaitMs,
      });
      const body: unknown = answer.data;
      return body;
    },
  };
}

type Client = InstanceType<typeof Client>;

/** An answer that does not come is an error too. */
async function fetchInTime(url: string, init: RequestInit): Promise<Response> {
  const limit = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  return await fetch(url, { ...init, signal });
}

async function* readPages(client: Client, list: ApiList, maxWaitMs: number): AsyncGenerator<ApiPage> {
  const { signal } = list;
  const headers = list.etag === undefined || list.etag === '' ? {} : { 'if-none-match': list.etag };
  let url: string | undefined = list.path;
  for (let number = 0; url !== undefined; number++) {
    const current: string = url;
    const answer = await patiently(
      async () => {
        try {
          return await client.request({
            method: 'GET',
            url: current,
            headers: number === 0 ? headers : {},
            request: { signal },
          });
        } catch (error) {
          if (statusOf(error) === 304) return undefined;
          throw error;
        }
      },
      { signal, maxWaitMs },
    );
    if (answer === undefined) {
      yield { items: [], etag: list.etag ?? '', isUnchanged: true };
      return;
    }
    const body: unknown = answer.data;
    if (!Array.isArray(body)) throw unusable();
    yield { items: body, etag: number === 0 ? String(answer.headers.etag ?? '') : '', isUnchanged: false };
    url = nextPage(answer.headers.link, current, client);
  }
}

/** Address of the next page, as long as it stays on the same server: the token must not follow a link elsewhere. */
function nextPage(link: string | undefined, current: string, client: Client): string | undefined {
  const next = /<([^<>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  if (next === undefined) return undefined;
  const base = String(client.request.endpoint.DEFAULTS.baseUrl);
  const target = new URL(next, base);
  if (target.origin !== new URL(base).origin || next === current) return undefined;
  return target.href;
}

/** Tries again after a rate limit that ends soon; everything else becomes one of our errors. */
async function patiently<T>(
  attempt: () => Promise<T>,
  patience: { signal: AbortSignal; maxWaitMs: number },
): Promise<T> {
  const { signal, maxWaitMs } = patience;
  for (let waits = 0; ; waits++) {
    throwIfCancelled(signal);
    try {
      return await abortable(attempt(), signal);
    } catch (error) {
      throwIfCancelled(signal);
      const waitMs = rateLimitMs(error);
      if (waitMs === undefined) throw toApiError(error);
      if (waitMs > maxWaitMs || waits >= MAX_RATE_WAITS) throw rateLimited(waitMs, error);
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Gives up on a promise as soon as the signal fires; what it was doing ends by itself. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new QuarryError('CANCELLED', 'The work was cancelled.'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

function statusOf(error: unknown): number | undefined {
  return failureSchema.safeParse(error).data?.status;
}

/** How long a rate limit lasts, in milliseconds; undefined when the error is not one. */
function rateLimitMs(error: unknown): number | undefined {
  const failure = failureSchema.safeParse(error).data;
  if (failure === undefined || (failure.status !== 403 && failure.status !== 429)) return undefined;
  const headers = failure.response?.headers ?? {};
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return Math.max(0, after * 1000);
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000;
    return Number.isFinite(reset) ? Math.max(0, reset - Date.now()) + 1000 : 60_000;
  }
  if (failure.status === 429 || /rate limit/i.test(messageOf(error))) return 60_000;
  return undefined;
}

function rateLimited(waitMs: number, cause: unknown): QuarryError {
  const until = new Date(Date.now() + waitMs).toISOString();
  return new QuarryError('GITHUB_RATE_LIMITED', `GitHub's rate limit is used up until ${until}.`, {
    hint: `Sync again after ${until}, or set QUARRY_GITHUB_TOKEN for a higher limit. What was read so far is kept.`,
    details: { resetAt: until },
    cause,
  });
}

function toApiError(error: unknown): QuarryError {
  if (error instanceof QuarryError) return error;
  const status = statusOf(error);
  if (status === 401 || status === 403 || status === 404) {
    return new QuarryError(
      'GITHUB_UNAUTHORIZED',
      `GitHub refuses or does not know this repository (status ${status}).`,
      {
        hint: 'Check owner and name. For a private repository set QUARRY_GITHUB_TOKEN to a token that may read it.',
        cause: error,
      },
    );
  }
  const isTimeout = error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
  const what = status === undefined || status === 500 ? 'cannot be reached' : `answered with status ${status}`;
  return new QuarryError(
    isTimeout ? 'FETCH_TIMEOUT' : 'FETCH_FAILED',
    `The GitHub API ${isTimeout ? 'did not answer in time' : what}.`,
    {
      hint: 'Check the network and QUARRY_GITHUB_API_URL, then sync again. Nothing was removed from the index.',
      cause: error,
    },
  );
}

function unusable(): QuarryError {
  return new QuarryError('FETCH_FAILED', 'The GitHub API answered with something that is not a list.', {
    hint: 'Check that QUARRY_GITHUB_API_URL is the address of a GitHub REST API.',
  });
}

/** Status code 410: the repository has this part switched off. */
export function isSwitchedOff(error: unknown): boolean {
  return error instanceof QuarryError && statusOf(error.cause) === 410;
}
