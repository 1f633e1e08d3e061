import { countParameters, visitKey } from '../../core/normalize-url.js';
import { hasBinaryName } from './media-types.js';
import type { TrapGuard } from './trap-guard.js';
import type { UrlScope } from './url-scope.js';

/** What became of an address that was offered. */
export type Admission = 'new' | 'known' | 'outside' | 'unwanted' | 'binary' | 'trap' | 'deep';

/** How an address was found; links of pages come before seeds from sitemaps. */
export type Discovery = 'link' | 'seed';

interface Planned {
  readonly url: string;
  readonly discovery: Discovery;
}

/** What bounds the frontier. */
export interface FrontierOptions {
  readonly scope: UrlScope;
  readonly traps: TrapGuard;
  readonly maxDepth: number;
}

/**
 * The addresses still to visit, level by level. Within a level the order is: linked before seeded, fewer parameters
 * first, then by address; so the same site is always walked in the same order.
 */
export class Frontier {
  readonly #options: FrontierOptions;
  /** Every address ever planned, by visit key. */
  readonly #planned = new Map<string, string>();
  #next = new Map<string, Planned>();
  #extra = new Map<string, Planned>();
  #depth = 0;

  constructor(options: FrontierOptions) {
    this.#options = options;
  }

  /** Links from the start page to the level being visited. */
  get depth(): number {
    return this.#depth;
  }

  /** Addresses ever planned. */
  get size(): number {
    return this.#planned.size;
  }

  /** Plans the start page for the current level. */
  plantRoot(url: string): void {
    this.#planned.set(visitKey(url), url);
    this.#extra.set(url, { url, discovery: 'link' });
  }

  /** Offers a normalised address for the next level. */
  offer(found: string, discovery: Discovery): Admission {
    const { scope, traps, maxDepth } = this.#options;
    const url = scope.admit(found);
    if (url === undefined) return 'outside';
    const key = visitKey(url);
    if (this.#planned.has(key)) return 'known';
    if (this.#depth + 1 > maxDepth) return 'deep';
    if (!scope.isWanted(url)) return 'unwanted';
    this.#planned.set(key, url);
    if (hasBinaryName(url)) return 'binary';
    if (!traps.admit(url)) return 'trap';
    this.#next.set(url, { url, discovery });
    return 'new';
  }

  /**
   * Plans where a redirect or a canonical link leads for the current level, even when it was planned for the next.
   * Resolves to the address under which it is visited, or undefined when it is never visited.
   */
  target(found: string): string | undefined {
    const { scope, traps } = this.#options;
    const url = scope.admit(found);
    if (url === undefined || !scope.isWanted(url)) return undefined;
    const planned = this.#planned.get(visitKey(url));
    if (planned !== undefined) {
      const later = this.#next.get(planned);
      if (later !== undefined) this.#promote(later);
      return planned;
    }
    if (hasBinaryName(url) || !traps.admit(url)) return undefined;
    this.#planned.set(visitKey(url), url);
    this.#promote({ url, discovery: 'link' });
    return url;
  }

  /** Takes an address out of the plan because its content is known by another way; false when it is being visited already. */
  settle(url: string): boolean {
    const planned = this.#planned.get(visitKey(url));
    if (planned !== undefined && !this.#next.has(planned)) return false;
    if (planned !== undefined) this.#next.delete(planned);
    this.#planned.set(visitKey(url), url);
    return true;
  }

  /** The next round of the current level, in order; empty when the level is done. */
  takeRound(): string[] {
    const round = order(this.#extra.values());
    this.#extra = new Map();
    return round;
  }

  /** Goes one level deeper; false when there is nothing. */
  descend(): boolean {
    this.#depth += 1;
    this.#extra = this.#next;
    this.#next = new Map();
    return this.#extra.size > 0;
  }

  /** Everything that was planned and not taken, in order. */
  rest(): string[] {
    return [...order(this.#extra.values()), ...order(this.#next.values())];
  }

  #promote(planned: Planned): void {
    this.#next.delete(planned.url);
    this.#extra.set(planned.url, planned);
  }
}

function order(planned: Iterable<Planned>): string[] {
  const rank = ({ url, discovery }: Planned): number => (discovery === 'link' ? 0 : 1000) + countParameters(url);
  return [...planned]
    .sort((one, other) => rank(one) - rank(other) || (one.url < other.url ? -1 : one.url > other.url ? 1 : 0))
    .map(({ url }) => url);
}
