import picomatch from 'picomatch';
import { normalizeUrl } from '../../core/normalize-url.js';
import type { CrawlOptions } from './web-options.js';

/** Which URLs belong to a source. */
export interface UrlScope {
  /** Address of the start page. */
  readonly root: string;
  /** Host (with port) of the source. */
  readonly origin: string;
  /**
   * The URL in the source's own spelling (https and `www.` where the start page has them), or undefined when it lies
   * outside. Takes normalised URLs.
   */
  admit(url: string): string | undefined;
  /** Whether the include and exclude patterns let the page in. */
  isWanted(url: string): boolean;
}

/**
 * The folder that subpages lie in: a path that ends in a file (`/docs/intro.html`) stands for its folder (`/docs/`),
 * any other for itself (`/learn` for `/learn` and `/learn/...`). Ends with a slash.
 */
export function folderOf(url: string): string {
  const { pathname } = new URL(url);
  if (pathname.endsWith('/')) return pathname;
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  return /\.[a-z][a-z0-9]{1,5}$/i.test(last) ? pathname.slice(0, -last.length) : `${pathname}/`;
}

/**
 * Makes the scope of a crawl that starts at `root`. `asked` is the address before redirects: when the start page was
 * only moved inside the folder that was asked for, that folder stays the scope.
 */
export function createScope(root: string, asked: string, options: CrawlOptions): UrlScope {
  const home = new URL(root);
  const folder = scopeFolder(root, asked);
  const wants = createPatterns(options);
  const admit = (text: string): string | undefined => {
    const url = new URL(text);
    if (!isSameSite(url, home)) return undefined;
    if (home.protocol === 'https:') url.protocol = 'https:';
    url.host = home.host;
    if (options.scope === 'host') return url.href;
    if (options.scope === 'page') return url.href === root ? root : undefined;
    return url.pathname.startsWith(folder) || `${url.pathname}/` === folder || url.href === root ? url.href : undefined;
  };
  return { root, origin: home.origin, admit, isWanted: wants };
}

function scopeFolder(root: string, asked: string): string {
  const wide = folderOf(asked);
  const isInside = isSameSite(new URL(asked), new URL(root)) && `${new URL(root).pathname}/`.startsWith(wide);
  return isInside ? wide : folderOf(root);
}

function isSameSite(one: URL, other: URL): boolean {
  const bare = (url: URL): string => url.hostname.replace(/^www\./, '');
  return bare(one) === bare(other) && one.port === other.port;
}

function createPatterns(options: CrawlOptions): (url: string) => boolean {
  const include = options.include.map(compile);
  const exclude = options.exclude.map(compile);
  return (text) => {
    const url = new URL(text);
    const matches = (match: (url: URL) => boolean): boolean => match(url);
    if (exclude.some(matches)) return false;
    return include.length === 0 || include.some(matches);
  };
}

function compile(pattern: string): (url: URL) => boolean {
  const isWhole = /^https?:\/\//i.test(pattern);
  const glob = isWhole || pattern.includes('/') ? rooted(pattern, isWhole) : pattern;
  const match = picomatch(glob, { dot: true, nonegate: true, basename: !glob.includes('/') });
  return (url) =>
    isWhole ? match(normalizeUrl(url.href) ?? url.href) : match(url.pathname) || match(url.pathname + url.search);
}

function rooted(pattern: string, isWhole: boolean): string {
  return isWhole || pattern.startsWith('/') || pattern.startsWith('*') ? pattern : `/${pattern}`;
}
