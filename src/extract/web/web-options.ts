import { isIP } from 'node:net';
import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';
import { addressRefusal } from '../fetch/address-guard.js';

const pattern = z.string().min(1).max(500);

/** Options of a web source, with their defaults. */
export const webOptionsSchema = z.strictObject({
  scope: z
    .enum(['page', 'subpages', 'host'])
    .optional()
    .describe(
      '`page`: this address only; `subpages`: everything below it; `host`: the whole host. Default: subpages, or host when the address has no path.',
    ),
  maxDepth: z.int().min(0).max(100).default(10).describe('Links to follow from the start page.'),
  maxPages: z.int().min(1).max(100_000).default(500).describe('Pages to keep at most.'),
  include: z
    .array(pattern)
    .max(100)
    .default([])
    .describe(
      'Globs for the path (or for the whole URL when they start with http); when given, only matching pages are crawled.',
    ),
  exclude: z.array(pattern).max(100).default([]).describe('Globs for pages to leave out; they win over include.'),
  respectRobots: z.boolean().default(true).describe('Obey robots.txt, robots meta elements and nofollow.'),
  delayMs: z
    .int()
    .min(0)
    .max(60_000)
    .optional()
    .describe(
      'Pause between two requests in milliseconds; a longer Crawl-delay in robots.txt wins. Default: 100, and none for hosts of the private network.',
    ),
  concurrency: z.int().min(1).max(16).default(4).describe('Requests in flight per host.'),
  sitemap: z.boolean().default(true).describe('Read sitemap.xml and the sitemaps named in robots.txt.'),
  llmsTxt: z
    .enum(['off', 'links', 'full'])
    .default('links')
    .describe(
      '`links`: start from the pages named in llms.txt too; `full`: keep llms-full.txt instead of crawling, when there is one.',
    ),
  maxQueryVariants: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe('Addresses that differ only in their query, kept per path: bounds calendars and filters.'),
});

/** How a web source is crawled. */
export type WebOptions = z.output<typeof webOptionsSchema>;

/** {@link WebOptions} with everything decided that depends on the address. */
export type CrawlOptions = WebOptions & {
  readonly scope: NonNullable<WebOptions['scope']>;
  readonly delayMs: number;
};

const DEFAULT_DELAY_MS = 100;

/** Decides what the caller left open, by the address of the start page. */
export function completeWebOptions(options: WebOptions, url: string): CrawlOptions {
  const isOwn = isPrivateHost(new URL(url).hostname);
  return {
    ...options,
    scope: options.scope ?? defaultScope(url),
    delayMs: options.delayMs ?? (isOwn ? 0 : DEFAULT_DELAY_MS),
  };
}

function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || (isIP(host) !== 0 && addressRefusal(host) !== undefined);
}

/** What is below the address, or the whole host when it has no path. */
function defaultScope(url: string): 'subpages' | 'host' {
  return new URL(url).pathname === '/' ? 'host' : 'subpages';
}

/**
 * Checks a caller's options and fills in the defaults.
 * @throws QuarryError INPUT_INVALID that names the bad key and the good ones
 */
export function parseWebOptions(options: JsonObject): WebOptions {
  const parsed = webOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const known = Object.keys(webOptionsSchema.shape).join(', ');
  const problems = parsed.error.issues.map((issue) =>
    issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new QuarryError('INPUT_INVALID', `Bad options for a web source: ${problems.join('; ')}.`, {
    hint: `Options are ${known}.`,
    details: { problems },
  });
}
