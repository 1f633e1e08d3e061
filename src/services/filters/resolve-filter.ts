import type { AddressMatch } from '../../core/addresses/address-key.js';
import { meantPattern } from '../../core/addresses/meant-addresses.js';
import type { Collection, SearchFilter, Source } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import { addressPlaces, addressRoots } from './address-roots.js';

/** The filter with its address understood in every way in which people write one. */
export async function resolveFilter(
  context: ServiceContext,
  collections: readonly Collection[],
  filter: SearchFilter,
): Promise<SearchFilter> {
  if (filter.uriPrefix === undefined) return filter;
  return {
    ...filter,
    uriPrefix: undefined,
    uriPattern: await addressPatternFor(context, collections, { typed: filter.uriPrefix, match: 'prefix' }),
  };
}

/** A pattern of the addresses that somebody may mean: see core/addresses. */
export async function addressPatternFor(
  context: ServiceContext,
  collections: readonly Collection[],
  { typed, match }: { readonly typed: string; readonly match: AddressMatch },
): Promise<string> {
  return meantPattern(typed, await addressPlaces(context, collections), match);
}

/** The source that somebody names by its id, its label, or any spelling of its address. */
export function sourceByName(sources: readonly Source[], typed: string, folder: string): Source | undefined {
  const exact = sources.find(({ id, uri, label }) => id === typed || uri === typed || label === typed);
  if (exact !== undefined) return exact;
  return sources.find((source) => {
    const roots = addressRoots(source);
    const named = source.uri.startsWith('/') ? (roots[0]?.address ?? source.uri) : source.uri;
    return new RegExp(meantPattern(typed, { folder, roots }, 'whole'), 's').test(named);
  });
}
