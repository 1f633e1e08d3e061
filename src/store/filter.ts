import { addressPattern } from '../core/addresses/address-key.js';
import { QuarryError } from '../core/errors.js';
import { LOSSES_KEY, lossesIn } from '../core/losses.js';
import type { JsonObject, SearchFilter } from '../core/types.js';
import {
  allOf,
  atLeast,
  atMost,
  contains,
  containsAny,
  containsFolded,
  equals,
  isOneOf,
  isOneOfFolded,
  matches,
  type Predicate,
} from './sql.js';

/** Columns that both document rows and chunk rows carry, and that a filter may name. */
export const FILTER_COLUMNS = {
  sourceKind: 'source_kind',
  sourceId: 'source_id',
  documentId: 'document_id',
  uri: 'uri',
  category: 'category',
  language: 'language',
  status: 'status',
  tags: 'tags',
  facts: 'facts',
  changedAt: 'changed_ms',
} as const;

/** Most values in one list of a filter. */
export const MAX_FILTER_VALUES = 10_000;

/**
 * The condition for a filter, pushed down into both retrieval legs; undefined when it narrows nothing.
 * An empty list narrows nothing, like a missing one.
 * @throws QuarryError INPUT_INVALID for dates that are none and lists above {@link MAX_FILTER_VALUES}
 */
export function filterPredicate(filter: SearchFilter): Predicate | undefined {
  return allOf([
    anyOf(FILTER_COLUMNS.sourceKind, filter.sourceKinds),
    anyOf(FILTER_COLUMNS.sourceId, filter.sourceIds),
    anyOf(FILTER_COLUMNS.documentId, filter.documentIds),
    anyOfFolded(FILTER_COLUMNS.category, filter.categories),
    anyOfFolded(FILTER_COLUMNS.language, filter.languages),
    anyOf(FILTER_COLUMNS.status, filter.statuses),
    filter.uriPrefix ? matches(FILTER_COLUMNS.uri, `^${addressPattern(filter.uriPrefix, 'prefix')}`) : undefined,
    filter.uriPattern ? matches(FILTER_COLUMNS.uri, filter.uriPattern) : undefined,
    ...bounded('tags', filter.tags ?? []).map((tag) => containsFolded(FILTER_COLUMNS.tags, tag)),
    filter.losses === undefined ? undefined : anyOfFacts(filter.losses.map((kind) => fact(LOSSES_KEY, kind))),
    ...metadataFacts(filter.metadata ?? {}).map((fact) => contains(FILTER_COLUMNS.facts, fact)),
    filter.since ? atLeast(FILTER_COLUMNS.changedAt, parseInstant('since', filter.since)) : undefined,
    filter.until ? atMost(FILTER_COLUMNS.changedAt, parseInstant('until', filter.until)) : undefined,
  ]);
}

/**
 * Top-level scalar entries of a document's metadata as `"key":value` in JSON, and one for each kind of loss, sorted: what
 * the `facts` column holds.
 * Keys and values are encoded, so no value can pass for another entry.
 */
export function documentFacts(metadata: JsonObject): string[] {
  const facts: string[] = [];
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      facts.push(fact(key, value));
  }
  for (const [kind] of lossesIn(metadata)) facts.push(fact(LOSSES_KEY, kind));
  return facts.sort();
}

/**
 * Milliseconds since 1970 of the instant that `since` and `until` are compared with: `modifiedAt`, or `indexedAt`
 * where that is empty or no date. 0 when neither is a date.
 */
export function changedMs(modifiedAt: string, indexedAt: string): number {
  for (const text of [modifiedAt, indexedAt]) {
    const ms = text === '' ? Number.NaN : Date.parse(text);
    if (Number.isFinite(ms)) return ms;
  }
  return 0;
}

function fact(key: string, value: string | number | boolean): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function metadataFacts(metadata: Readonly<Record<string, string | number | boolean>>): string[] {
  const entries = Object.entries(metadata);
  if (entries.some(([, value]) => typeof value === 'number' && !Number.isFinite(value))) {
    throw new QuarryError('INPUT_INVALID', 'A metadata value of the filter is not a finite number.', {
      hint: 'Compare metadata with a text, a finite number, true or false.',
    });
  }
  return bounded('metadata', entries).map(([key, value]) => fact(key, value));
}

function anyOf(column: string, values: readonly string[] | undefined): Predicate | undefined {
  if (values === undefined || values.length === 0) return undefined;
  return values.length === 1 ? equals(column, values[0] ?? '') : isOneOf(column, bounded(column, values));
}

/** The facts hold any of these; an empty list narrows nothing. */
function anyOfFacts(facts: readonly string[]): Predicate | undefined {
  return facts.length === 0 ? undefined : containsAny(FILTER_COLUMNS.facts, facts);
}

/** Like {@link anyOf}, letters of either case being the same. */
function anyOfFolded(column: string, values: readonly string[] | undefined): Predicate | undefined {
  if (values === undefined || values.length === 0) return undefined;
  return isOneOfFolded(column, bounded(column, values));
}

function bounded<T>(name: string, values: readonly T[]): readonly T[] {
  if (values.length <= MAX_FILTER_VALUES) return values;
  throw new QuarryError('INPUT_INVALID', `The filter lists ${values.length} values for ${name}.`, {
    hint: `Give at most ${MAX_FILTER_VALUES} values.`,
  });
}

const DAY_MS = 86_400_000;

/** A day without a time covers the whole day, so `until` takes its last millisecond. */
function parseInstant(name: 'since' | 'until', text: string): number {
  const ms = Date.parse(text);
  if (!/^\d{4}-\d{2}(-\d{2})?(T|$)/.test(text) || !Number.isFinite(ms)) {
    throw new QuarryError('INPUT_INVALID', `${JSON.stringify(text.slice(0, 40))} is not a date for ${name}.`, {
      hint: 'Write ISO 8601, for instance 2026-01-31 or 2026-01-31T12:00:00Z.',
    });
  }
  return name === 'until' && /^\d{4}-\d{2}-\d{2}$/.test(text) ? ms + DAY_MS - 1 : ms;
}
