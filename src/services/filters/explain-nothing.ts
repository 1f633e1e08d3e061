import { parseQuery } from '../../core/text/query.js';
import { type Collection, SEARCHED_STATUSES, type SearchFilter } from '../../core/types.js';
import { Absentees, askEach } from '../ask-each.js';
import type { ServiceContext } from '../context.js';
import { explainFilter } from './explain-filter.js';

/** Why a search found nothing, and what to do about it. */
export async function explainNothing(
  context: ServiceContext,
  collections: readonly Collection[],
  request: { readonly query: string; readonly filter: SearchFilter },
): Promise<string> {
  if (collections.length === 0) return 'Nothing is indexed yet. Ingest a folder, a site or a repository first.';
  const counts = await askEach(collections, new Absentees(), (collection) =>
    context.store.collectionStats(collection.name),
  );
  const chunks = counts.reduce((sum, stats) => sum + stats.chunks, 0);
  if (chunks === 0)
    return 'The chosen collections are empty. Ingest a folder, a site or a repository, or choose another collection.';
  const { terms, phrases, excludedWords } = parseQuery(request.query);
  if (terms.length === 0)
    return 'The query holds no letter, digit or pictograph, so there is nothing to look for. Say it in words.';
  const guilty = await explainSearchFilter(context, collections, request.filter);
  if (guilty !== undefined) return guilty;
  if (phrases.length > 0)
    return 'No passage holds the words in quotation marks in a row. Leave the marks out to find the words themselves.';
  if (excludedWords.length > 0)
    return `Nothing is left without ${excludedWords.map((word) => `"${word}"`).join(', ')}. A word behind a minus sign is left out; put it in quotation marks to look for it.`;
  const hasFilter = Object.values(request.filter).some((value) => value !== undefined);
  if (hasFilter)
    return 'Documents pass the filter, but none of them holds these words. Try other words, mode hybrid, or no filter.';
  return `Nothing among ${chunks} chunks holds these words. Try other words, or mode hybrid.`;
}

/** The condition that leaves nothing; only documents that can be searched count: archived notes are kept without passages. */
export function explainSearchFilter(
  context: ServiceContext,
  collections: readonly Collection[],
  filter: SearchFilter,
): Promise<string | undefined> {
  return explainFilter(context, { collections, filter, base: { statuses: SEARCHED_STATUSES } });
}
