import type { Collection } from '../../core/types.js';
import { Absentees } from '../ask-each.js';
import type { CollectionService } from '../collections.js';
import type { SpecialistUse } from './specialist-service.js';

/** Who reads, and what the caller names. */
export interface ReadRequest {
  readonly specialist?: SpecialistUse | undefined;
  readonly collections: readonly string[];
}

/** The collections to read. A specialist's are never more than it names, also when none of them is there. */
export async function readableBy(
  service: CollectionService,
  { specialist, collections }: ReadRequest,
): Promise<{ readonly collections: readonly Collection[]; readonly absentees: Absentees }> {
  if (specialist === undefined) {
    const selected = await service.select(collections);
    return { collections: selected, absentees: await service.absentees(collections) };
  }
  const absentees = new Absentees();
  for (const collection of specialist.missing) absentees.add({ collection, reason: 'It is not there any more.' });
  const there = specialist.collections;
  return { collections: there.length === 0 ? [] : await service.select(there), absentees };
}
