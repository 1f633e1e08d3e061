import type { Collection, SearchFilter } from '../../core/types.js';
import { Absentees, askEach } from '../ask-each.js';
import type { ServiceContext } from '../context.js';
import { type FilterPart, filterParts } from './filter-parts.js';
import { resolveFilter } from './resolve-filter.js';

/** What an empty answer is explained for. */
export interface FilteredRequest {
  readonly collections: readonly Collection[];
  readonly filter: SearchFilter;
  /** What the operation itself asks for, whatever the filter: only notes, only what can be searched. */
  readonly base?: SearchFilter | undefined;
}

/**
 * Which part of a filter left nothing, with the nearest known value; undefined when documents pass it, so that the
 * answer is empty for another reason.
 */
export async function explainFilter(context: ServiceContext, request: FilteredRequest): Promise<string | undefined> {
  const parts = filterParts(request.filter);
  const { base = {} } = request;
  if (parts.length === 0 || (await count(context, request, [base, request.filter])) > 0) return undefined;
  const empty: FilterPart[] = [];
  for (const part of parts) if ((await count(context, request, [base, part.filter])) === 0) empty.push(part);
  if (empty.length > 0) return nameEmpty(context, request, empty);
  return nameTogether(context, request, parts);
}

/** Parts that leave nothing even by themselves. */
async function nameEmpty(
  { store }: ServiceContext,
  { collections }: FilteredRequest,
  empty: readonly FilterPart[],
): Promise<string> {
  const values = await askEach(collections, new Absentees(), ({ name }) => store.filterValues(name));
  const named = empty.map((part) => `${part.label} (${part.advise(values)})`);
  return `Nothing passes the filter ${named.join(' nor ')}. Change or remove it.`;
}

/** Each part alone leaves something, but not all of them together: those are named without which something is left. */
async function nameTogether(
  context: ServiceContext,
  request: FilteredRequest,
  parts: readonly FilterPart[],
): Promise<string> {
  const { base = {} } = request;
  const left: string[] = [];
  for (const part of parts) {
    const others = parts.filter((other) => other !== part).map(({ filter }) => filter);
    const number = await count(context, request, [base, ...others]);
    if (number > 0) left.push(`without ${part.label} ${number} ${number === 1 ? 'document is' : 'documents are'} left`);
  }
  const labels = parts.map(({ label }) => label).join(' and ');
  const advice = left.length === 0 ? 'Remove some of them.' : `${capital(left.join('; '))}.`;
  return `Each filter passes documents, but none passes ${labels} together. ${advice}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** How many documents pass all of the filters; where two name the same field, the later one counts. */
async function count(
  context: ServiceContext,
  { collections }: FilteredRequest,
  filters: readonly SearchFilter[],
): Promise<number> {
  const filter = await resolveFilter(context, collections, merged(filters));
  const counts = await askEach(collections, new Absentees(), async ({ name }) => {
    const page = await context.store.listDocuments(name, filter, { offset: 0, limit: 1 });
    return page.total;
  });
  return counts.reduce((sum, number) => sum + number, 0);
}

function merged(filters: readonly SearchFilter[]): SearchFilter {
  const tags = filters.flatMap((filter) => filter.tags ?? []);
  const metadata = Object.fromEntries(filters.flatMap((filter) => Object.entries(filter.metadata ?? {})));
  const fields = filters.flatMap((filter) => Object.entries(filter)).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(fields), tags, metadata };
}
