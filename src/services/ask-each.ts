import { QuarryError } from '../core/errors.js';
import type { Unavailable } from '../core/ports.js';
import type { Collection } from '../core/types.js';

/** Whether the error says that a collection itself cannot be read, so that others may go on without it. */
export function isBroken(error: unknown): error is QuarryError {
  return error instanceof QuarryError && error.code === 'STORE_BROKEN';
}

/** Remembers which collections could not be asked, each once. */
export class Absentees {
  readonly #reasons = new Map<string, string>();

  add({ collection, reason }: Unavailable): void {
    if (!this.#reasons.has(collection)) this.#reasons.set(collection, reason);
  }

  /** By name. */
  list(): Unavailable[] {
    const entries = [...this.#reasons].map(([collection, reason]) => ({ collection, reason }));
    return entries.sort((first, second) => (first.collection < second.collection ? -1 : 1));
  }
}

/**
 * Asks every collection and names those that cannot be read instead of failing the others.
 * @throws QuarryError STORE_BROKEN when none can be read; every other error at once
 */
export async function askEach<T>(
  collections: readonly Collection[],
  absentees: Absentees,
  ask: (collection: Collection) => Promise<T>,
): Promise<T[]> {
  const errors: QuarryError[] = [];
  const answers = await Promise.all(
    collections.map(async (collection): Promise<T[]> => {
      try {
        return [await ask(collection)];
      } catch (error) {
        if (!isBroken(error)) throw error;
        errors.push(error);
        absentees.add({ collection: collection.name, reason: error.message });
        return [];
      }
    }),
  );
  const [first] = errors;
  if (first !== undefined && errors.length === collections.length) throw first;
  return answers.flat();
}

/** Says that something was not found, when it may be in what cannot be read. @throws QuarryError STORE_BROKEN */
export function throwIfUnread(absentees: Absentees): void {
  const [first, ...others] = absentees.list();
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  throw new QuarryError(
    'STORE_BROKEN',
    `It is not in what can be read; ${first.collection}${more} cannot be read: ${first.reason}`,
    {
      hint: 'Run `quarry doctor --mend` to see what can be saved of it, or name the collections to look in.',
      details: { unavailable: [first, ...others] },
    },
  );
}
