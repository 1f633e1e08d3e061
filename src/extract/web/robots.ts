import { QuarryError, throwIfCancelled, toQuarryError } from '../../core/errors.js';
import type { FetchedResource, Fetcher } from '../fetch/fetcher.js';
import { isPathAllowed, readRobotsText } from './robots-rules.js';

/** Name that robots.txt groups address us by. */
export const ROBOT_NAME = 'quarry';

/** What a host lets robots do. */
export interface RobotsRules {
  /** Asked for addresses of this host only. */
  isAllowed(url: string): boolean;
  /** What the host asks for, in milliseconds; undefined when it does not. */
  readonly crawlDelayMs: number | undefined;
  /** Absolute addresses of sitemaps, in order. */
  readonly sitemaps: readonly string[];
}

const MAX_ROBOTS_BYTES = 1024 * 1024;

/** Rules that allow everything. */
export const ALLOW_ALL: RobotsRules = { isAllowed: () => true, crawlDelayMs: undefined, sitemaps: [] };

/**
 * Reads a host's robots.txt as RFC 9309 says: 4xx means that everything is allowed; a host whose robots.txt cannot be
 * reached (5xx, 429, no answer) must not be crawled now.
 * @throws QuarryError FETCH_FAILED, URL_BLOCKED, CANCELLED
 */
export async function loadRobots(origin: string, fetcher: Fetcher, signal: AbortSignal): Promise<RobotsRules> {
  const url = `${origin}/robots.txt`;
  const answer = await askRobots(url, fetcher, signal);
  if (answer.status >= 500 || answer.status === 429) throw unreachable(url, `it answered ${answer.status}`);
  if (answer.status < 200 || answer.status > 299) return ALLOW_ALL;
  return parseRobots(url, decodeRobots(answer.body));
}

async function askRobots(url: string, fetcher: Fetcher, signal: AbortSignal): Promise<FetchedResource> {
  try {
    const headers = { accept: 'text/plain, */*;q=0.5' };
    return await fetcher.fetch(url, { signal, maxBytes: MAX_ROBOTS_BYTES, headers });
  } catch (error) {
    throwIfCancelled(signal);
    const own = toQuarryError(error, 'FETCH_FAILED');
    if (own.code === 'URL_BLOCKED') throw own;
    throw unreachable(url, own.message, own);
  }
}

/** UTF-8, as the standard says; where it is not, each byte beyond ASCII is escaped, so that rules still match octets. */
function decodeRobots(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    // Old servers send Latin-1, and their addresses are escaped from it as well.
    const escaped = (byte: string): string => `%${byte.charCodeAt(0).toString(16)}`;
    return Buffer.from(body)
      .toString('latin1')
      .replace(/[\x80-\xff]/g, escaped);
  }
}

/** Understands the text of a robots.txt; never throws. */
export function parseRobots(url: string, text: string): RobotsRules {
  const { rules, crawlDelay, sitemaps } = readRobotsText(text, ROBOT_NAME);
  return {
    isAllowed: (page) => isPathAllowed(rules, page),
    crawlDelayMs: crawlDelay === undefined || !(crawlDelay > 0) ? undefined : crawlDelay * 1000,
    sitemaps: sitemaps.flatMap((sitemap) => (URL.canParse(sitemap, url) ? [new URL(sitemap, url).href] : [])),
  };
}

function unreachable(url: string, reason: string, cause?: unknown): QuarryError {
  return new QuarryError(
    'FETCH_FAILED',
    `${url} could not be read: ${reason.replace(/\.$/, '')}. The host is not crawled now.`,
    {
      hint: 'Try again later. What is stored of this site stays. Set respectRobots to false only for sites of your own.',
      cause,
    },
  );
}
