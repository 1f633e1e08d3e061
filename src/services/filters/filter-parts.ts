import type { FilterValues } from '../../core/filter-port.js';
import { LOSSES_KEY } from '../../core/losses.js';
import { nearestValue } from '../../core/text/nearest-value.js';
import type { SearchFilter } from '../../core/types.js';
import { nearestAddress } from './nearest-address.js';

/** One condition of a filter by itself. */
export interface FilterPart {
  /** As the caller wrote it, for people: `tags "tea"`. */
  readonly label: string;
  readonly filter: SearchFilter;
  /** What is known instead, as one clause: `the nearest known is "Tea"`. */
  advise(values: readonly FilterValues[]): string;
}

/** How many known values are named where none is near. */
const NAMED = 8;

/** The conditions of a filter, each as narrow as it can be said. */
export function filterParts(filter: SearchFilter): FilterPart[] {
  return [
    ...listPart('sourceKinds', filter.sourceKinds, (values) => values.sourceKinds),
    ...listPart('sourceIds', filter.sourceIds, (values) => values.sourceIds),
    ...prefixPart(filter.uriPrefix),
    ...listPart('categories', filter.categories, (values) => values.categories),
    ...(filter.tags ?? []).flatMap((tag) => listPart('tags', [tag], (values) => values.tags)),
    ...listPart('languages', filter.languages, (values) => values.languages),
    ...listPart('statuses', filter.statuses, (values) => values.statuses),
    ...listPart('losses', filter.losses, ({ facts }) =>
      facts.map(readFact).flatMap(({ key, value }) => (key === LOSSES_KEY ? [String(value)] : [])),
    ),
    ...Object.entries(filter.metadata ?? {}).map(([key, value]) => metadataPart(key, value)),
    ...momentPart('since', filter.since, (values) => values.newest),
    ...momentPart('until', filter.until, (values) => values.oldest),
  ];
}

type ListName = 'sourceKinds' | 'sourceIds' | 'categories' | 'tags' | 'languages' | 'statuses' | 'losses';

function listPart(
  name: ListName,
  wanted: readonly string[] | undefined,
  known: (values: FilterValues) => readonly string[],
): FilterPart[] {
  if (wanted === undefined || wanted.length === 0) return [];
  return [
    {
      label: `${name} ${wanted.slice(0, 3).map(quoted).join(', ')}${wanted.length > 3 ? ', ...' : ''}`,
      filter: { [name]: wanted },
      advise: (values) => nearOf(wanted, values.flatMap(known)),
    },
  ];
}

function prefixPart(prefix: string | undefined): FilterPart[] {
  if (prefix === undefined || prefix === '') return [];
  return [
    {
      label: `uriPrefix ${quoted(prefix)}`,
      filter: { uriPrefix: prefix },
      advise(values) {
        const near = nearestAddress(
          prefix,
          values.flatMap(({ uris }) => uris),
        );
        return near === undefined ? 'there are no documents' : `a known address is ${near}`;
      },
    },
  ];
}

function metadataPart(key: string, value: string | number | boolean): FilterPart {
  return {
    label: `metadata ${JSON.stringify({ [key]: value }).slice(0, 120)}`,
    filter: { metadata: { [key]: value } },
    advise(values) {
      const entries = values.flatMap(({ facts }) => facts).map(readFact);
      const ofKey = entries.filter((entry) => entry.key === key).map((entry) => String(entry.value));
      if (ofKey.length > 0) return `of ${quoted(key)} ${nearOf([String(value)], ofKey)}`;
      return `no document has the key ${quoted(key)}; ${nearOf(
        [key],
        entries.map((entry) => entry.key),
      )}`;
    },
  };
}

/** An entry of the facts, which are JSON of our own making. */
function readFact(fact: string): { readonly key: string; readonly value: unknown } {
  const entries: [string, unknown][] = Object.entries(JSON.parse(`{${fact}}`) as Record<string, unknown>); // see FilterValues
  const [key, value] = entries[0] ?? ['', ''];
  return { key, value };
}

function momentPart(
  name: 'since' | 'until',
  moment: string | undefined,
  bound: (values: FilterValues) => string,
): FilterPart[] {
  if (moment === undefined || moment === '') return [];
  return [
    {
      label: `${name} ${moment}`,
      filter: { [name]: moment },
      advise(values) {
        const bounds = values.map(bound).filter((time) => time !== '');
        const [first] = name === 'since' ? bounds.sort().reverse() : bounds.sort();
        return `the ${name === 'since' ? 'latest' : 'earliest'} change is of ${first ?? 'no document'}`;
      },
    },
  ];
}

function nearOf(wanted: readonly string[], known: readonly string[]): string {
  const all = [...new Set(known)].filter((value) => value !== '');
  if (all.length === 0) return 'none is known at all';
  const near = wanted.map((value) => nearestValue(value, all)).find((value) => value !== undefined);
  if (near !== undefined) return `the nearest known is ${quoted(near)}`;
  const rest = all.length > NAMED ? ` and ${all.length - NAMED} more` : '';
  return `known are ${all.slice(0, NAMED).map(quoted).join(', ')}${rest}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
}
