import { QuarryError, throwIfCancelled, toQuarryError } from '../../core/errors.js';
import { ACCEPT_ENCODING } from './decode-content.js';
import { createDispatchers, type Dispatchers } from './dispatchers.js';
import { isConnectionReset, toFetchError } from './fetch-error.js';
import { completeOptions, type FetcherOptions, type FetchSettings } from './fetch-settings.js';
import { type Exchange, requestOnce } from './request-once.js';
import { backoffMs, isRetryableStatus, retryAfterMs } from './retry-policy.js';
import { parseFetchUrl, showUrl } from './url-guard.js';
import { userAgent } from './user-agent.js';

/** What one fetch asks for. */
export interface FetchRequest {
  /** Lower-case names. `authorization` and `cookie` are dropped when a redirect leaves the origin. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `follow` (default), or `manual`: a redirect is an answer like any other. */
  readonly redirect?: 'follow' | 'manual' | undefined;
  /** Lowers the fetcher's `maxBytes` for this request. */
  readonly maxBytes?: number | undefined;
  /** Decides from status and headers whether the body is worth reading. Default: yes. */
  readonly wantsBody?: ((answer: { readonly url: string; readonly mediaType: string }) => boolean) | undefined;
}

/** An answer, whatever its status. */
export interface FetchedResource {
  /** Address that answered, after redirects. */
  readonly url: string;
  readonly status: number;
  /** Lower-case names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Unpacked; empty for anything but a 2xx that was wanted. */
  readonly body: Uint8Array;
  /** Lower case, without parameters; empty when unknown. */
  readonly mediaType: string;
  /** From the Content-Type header, lower case; empty when not said. */
  readonly charset: string;
  /** False when `wantsBody` declined. */
  readonly hasBody: boolean;
  /** Absolute target of a redirect that was not followed; empty otherwise. */
  readonly location: string;
  /** Addresses asked before this one, in order. */
  readonly redirects: readonly string[];
}

/** Fetches from the web with every guard on. */
export interface Fetcher {
  /**
   * One GET. Resolves for every HTTP status; 429 and 5xx only after the retries are used up.
   * @throws QuarryError INPUT_INVALID, URL_BLOCKED, FETCH_FAILED, FETCH_TIMEOUT, DOCUMENT_TOO_LARGE, CANCELLED
   */
  fetch(url: string, request?: FetchRequest): Promise<FetchedResource>;
  /** Whether the address may be asked, as far as its text tells. @throws QuarryError INPUT_INVALID, URL_BLOCKED */
  check(url: string): URL;
  /** Closes all connections. */
  close(): Promise<void>;
}

interface Work {
  readonly settings: FetchSettings;
  readonly dispatchers: Dispatchers;
  /** Time (as `now` tells it) before which a host that asked for patience is left alone. */
  readonly pausedUntil: Map<string, number>;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Makes a {@link Fetcher}. Share one: it holds the connections and the patience that hosts asked for. */
export function createFetcher(options: FetcherOptions = {}): Fetcher {
  const settings = completeOptions(options);
  const work: Work = { settings, dispatchers: createDispatchers(settings), pausedUntil: new Map() };
  return {
    fetch: (url, request = {}) => follow(work, url, request),
    check: (url) => parseFetchUrl(url, settings),
    close: () => work.dispatchers.close(),
  };
}

async function follow(work: Work, start: string, request: FetchRequest): Promise<FetchedResource> {
  const { settings } = work;
  const redirects: string[] = [];
  let headers = request.headers ?? {};
  let url = parseFetchUrl(start, settings);
  while (true) {
    const exchange = await requestWithRetries(work, url, { ...request, headers });
    const target = REDIRECTS.has(exchange.status) ? redirectTarget(exchange, url) : undefined;
    if (target === undefined || request.redirect === 'manual') {
      return { ...exchange, url: url.href, location: target?.href ?? '', redirects };
    }
    redirects.push(url.href);
    if (redirects.length > settings.maxRedirects) {
      throw redirectFailure(start, `more than ${settings.maxRedirects} redirects`);
    }
    const next = parseFetchUrl(target, settings);
    if (redirects.includes(next.href))
      throw redirectFailure(start, `its redirects run in a circle at ${showUrl(next)}`);
    if (next.origin !== url.origin) headers = withoutSecrets(headers);
    url = next;
  }
}

function redirectTarget(exchange: Exchange, base: URL): URL | undefined {
  const location = exchange.headers['location'];
  if (location === undefined || location === '' || !URL.canParse(location, base.href)) return undefined;
  const target = new URL(location, base);
  target.hash = '';
  return target;
}

function redirectFailure(url: string, reason: string): QuarryError {
  return new QuarryError('FETCH_FAILED', `${showUrl(url)} could not be fetched: ${reason}.`, {
    hint: 'Open the address in a browser: it may need cookies or a login. Give the final address instead.',
  });
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !['authorization', 'cookie', 'proxy-authorization'].includes(name)),
  );
}

async function requestWithRetries(work: Work, url: URL, request: FetchRequest): Promise<Exchange> {
  const { settings } = work;
  for (let attempt = 1; ; attempt += 1) {
    await waitForHost(work, url, request.signal);
    const isLast = attempt > settings.retry.maxRetries;
    try {
      const exchange = await attemptOnce(work, url, request);
      if (isLast || !isRetryableStatus(exchange.status)) return exchange;
      await backOff(work, attempt, { url, retryAfter: exchange.headers['retry-after'], signal: request.signal });
    } catch (error) {
      throwIfCancelled(request.signal);
      if (isLast || !isConnectionReset(error)) throw toFetchError(error, showUrl(url));
      await backOff(work, attempt, { url, signal: request.signal });
    }
  }
}

async function attemptOnce(work: Work, url: URL, request: FetchRequest): Promise<Exchange> {
  const { settings, dispatchers } = work;
  await dispatchers.checkProxied(url);
  return requestOnce({
    dispatcher: dispatchers.current,
    url,
    headers: {
      accept: '*/*',
      ...request.headers,
      'accept-encoding': ACCEPT_ENCODING,
      'user-agent': userAgent(settings.version),
    },
    signal: request.signal,
    maxBytes: Math.min(settings.maxBytes, request.maxBytes ?? settings.maxBytes),
    timeoutMs: settings.timeoutMs,
    idleTimeoutMs: settings.idleTimeoutMs,
    wantsBody: request.wantsBody ?? (() => true),
  });
}

interface BackOff {
  readonly url: URL;
  readonly retryAfter?: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A wait that the origin asked for holds for all requests to that host; our own backoff for this one only. */
async function backOff(work: Work, attempt: number, { url, retryAfter, signal }: BackOff): Promise<void> {
  const { retry, now, random } = work.settings;
  const asked = retryAfterMs(retryAfter, now());
  if (asked === undefined) {
    await pause(work, backoffMs(attempt, retry, random()), signal);
    return;
  }
  const until = now() + Math.min(asked, retry.maxMs);
  work.pausedUntil.set(url.host, Math.max(until, work.pausedUntil.get(url.host) ?? 0));
}

async function waitForHost(work: Work, url: URL, signal: AbortSignal | undefined): Promise<void> {
  throwIfCancelled(signal);
  const until = work.pausedUntil.get(url.host);
  if (until === undefined) return;
  const left = until - work.settings.now();
  if (left > 0) await pause(work, left, signal);
  if (work.pausedUntil.get(url.host) === until) work.pausedUntil.delete(url.host);
}

async function pause(work: Work, ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await work.settings.wait(ms, signal);
  } catch (error) {
    throwIfCancelled(signal);
    throw toQuarryError(error);
  }
}
