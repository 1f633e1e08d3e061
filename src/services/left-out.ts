import type { SkipReason, SyncItem } from '../core/ports.js';
import type { JsonObject } from '../core/types.js';

/** How many addresses are named of each rule. */
const NAMED = 5;
/** Rules that are told; the names of folders are few. */
const MOST_RULES = 50;

/** Reasons that are default rules by themselves. */
const RULES: Partial<Record<SkipReason, string>> = {
  hidden: 'hidden names',
  'too-large': 'larger than the limit',
  limit: 'beyond the limits of the source',
};

/** Remembers what default rules leave out of a source: how much of it by which rule, and where the first lie. */
export class LeftOut {
  readonly #rules = new Map<string, { count: number; readonly uris: string[] }>();

  add(item: Extract<SyncItem, { type: 'skipped' }>): void {
    const rule = item.rule ?? RULES[item.reason];
    if (rule === undefined) return;
    const known = this.#rules.get(rule) ?? { count: 0, uris: [] };
    known.count += 1;
    if (known.uris.length < NAMED) known.uris.push(item.uri);
    this.#rules.set(rule, known);
  }

  /** Most left out first. */
  list(): JsonObject[] {
    const entries = [...this.#rules].map(([rule, { count, uris }]) => ({ rule, count, first: uris }));
    return entries.sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1)).slice(0, MOST_RULES);
  }
}
