import { throwIfCancelled } from '../../core/errors.js';
import type { Embedder } from '../../core/ports.js';
import { isSameSpace } from '../../core/same-space.js';
import type { Collection, ModelChoice } from '../../core/types.js';
import { Beside } from '../beside.js';
import { type CollectionService, rowRules } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle } from '../jobs.js';
import { writePatiently } from '../patient-write.js';

/** What a switch of models needs. */
export interface SwitchParts {
  readonly context: ServiceContext;
  readonly collections: CollectionService;
  readonly embedder: Embedder;
  readonly choice: ModelChoice;
  readonly handle: JobHandle;
}

/** What a switch did. */
export interface Switched {
  readonly collections: number;
  readonly documents: number;
}

interface Built {
  readonly collection: Collection;
  readonly beside: Beside;
}

/**
 * Embeds every collection anew beside itself and then puts all of them and the choice of the model in place, in one
 * commit. Searches go on with the old model until then, and so do writes: they are brought over while nobody else may
 * write. A failure or a cancel changes nothing and leaves nothing; what a killed process left is gone on with.
 */
export async function switchModel(parts: SwitchParts): Promise<Switched> {
  const built = new Map<string, Built>();
  try {
    while (!(await putInPlace(parts, await buildMissing(parts, built))));
  } catch (error) {
    // What cannot be dropped now is found by the next build.
    for (const { beside } of built.values()) await beside.discard().catch(() => undefined);
    throw error;
  }
  const documents = [...built.values()].reduce((sum, { beside }) => sum + beside.documents, 0);
  return { collections: built.size, documents };
}

/** Builds what is not built yet, or was built for a sizing that has changed since. */
async function buildMissing(parts: SwitchParts, built: Map<string, Built>): Promise<Map<string, Built>> {
  const { context, embedder, handle } = parts;
  const missing = await missingOf(parts, built);
  for (const [at, collection] of missing.entries()) {
    const message = `${collection.name}, ${at + 1} of ${missing.length} collections`;
    const onProgress = (done: number, total: number): void => handle.report({ stage: 'embed', done, total, message });
    const beside = await Beside.start({ context, collection, embedder, handle, onProgress });
    built.set(collection.name, { collection, beside });
    await beside.build();
  }
  return built;
}

/** While nobody else writes; false when there is something to build first. */
async function putInPlace(parts: SwitchParts, built: ReadonlyMap<string, Built>): Promise<boolean> {
  const { context, choice, handle } = parts;
  const onWait = (): void => {
    throwIfCancelled(handle.signal);
    handle.report({ stage: 'waiting for another writer', done: 0, total: 0 });
  };
  const switching = () =>
    context.store.exclusively(async () => {
      if ((await missingOf(parts, built)).length > 0) return false;
      const names = new Set((await parts.collections.list()).map(({ name }) => name));
      const wanted = [...built.values()].filter(({ collection }) => names.has(collection.name));
      for (const { beside } of wanted) await beside.catchUp();
      throwIfCancelled(handle.signal);
      await context.store.adoptModel(
        choice,
        wanted.map(({ beside }) => beside.replacement),
      );
      return true;
    });
  // Not to be left half way: whoever cancels is heard before the switch, and after it there is nothing to cancel.
  return writePatiently(switching, { signal: new AbortController().signal, onWait });
}

/** Collections that are neither of the model's space already nor built as they are to be. */
async function missingOf(parts: SwitchParts, built: ReadonlyMap<string, Built>): Promise<Collection[]> {
  const { fingerprint } = parts.embedder;
  const rules = rowRules(parts.context);
  return (await parts.collections.list()).filter((collection) => {
    const known = built.get(collection.name)?.collection;
    if (known !== undefined) return !isSameSizing(known, collection);
    return !isSameSpace(collection.fingerprint, fingerprint) || collection.chunker !== rules;
  });
}

function isSameSizing(a: Collection, b: Collection): boolean {
  return a.sizing.maxTokens === b.sizing.maxTokens && a.sizing.minTokens === b.sizing.minTokens;
}
