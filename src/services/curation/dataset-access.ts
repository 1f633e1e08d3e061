import { type Example, exampleId } from '../../core/curation/example.js';
import type {
  DatasetAbout,
  DatasetCommit,
  DatasetStore,
  DatasetVersion,
  ExampleSource,
} from '../../core/curation/ports.js';
import { QuarryError, systemCode } from '../../core/errors.js';
import type { JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import { foldDecisions } from './review-ledger.js';

/** What a tool changes of a dataset; what is left out stays. */
export interface DatasetChange {
  readonly message: string;
  readonly about?: Partial<DatasetAbout>;
  /** Notes to add, by tool. */
  readonly notes?: Readonly<Record<string, JsonValue>>;
  readonly transform?: DatasetCommit['transform'];
  readonly append?: DatasetCommit['append'];
  readonly segments?: DatasetCommit['segments'];
}

/** What is said of a dataset that nothing was said of. */
export const EMPTY_ABOUT: DatasetAbout = { description: '', licence: '', languages: [], tags: [] };

/** What a system says of files that may not be written. */
const READ_ONLY: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];

/** Steps of long pure work after which the event loop gets a turn. */
const STEPS_PER_TURN = 200;

/** Gives the event loop a turn on every 200th call, so that a server stays awake during long computations. */
export async function breathe(step: number): Promise<void> {
  if (step % STEPS_PER_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Finds, reads and changes datasets for the services of this room. */
export class DatasetAccess {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** The store behind it. */
  store(): Promise<DatasetStore> {
    return this.#context.datasetStore();
  }

  /**
   * Newest version, or the given one. People's decisions that no version holds yet, since a review goes on or was cut
   * short, become a new version first. @throws QuarryError DATASET_NOT_FOUND with what exists
   */
  async require(name: string, version?: number): Promise<DatasetVersion> {
    const store = await this.store();
    const found = await store.get(name, version);
    if (found !== undefined) return version === undefined ? this.#fold(found) : found;
    const head = version === undefined ? undefined : await store.get(name);
    if (head !== undefined) {
      throw new QuarryError('DATASET_NOT_FOUND', `The dataset ${JSON.stringify(name)} has no version ${version}.`, {
        hint: `Its versions are 1 to ${head.version}.`,
      });
    }
    const known = (await store.list()).datasets.map((dataset) => dataset.name);
    throw new QuarryError('DATASET_NOT_FOUND', `There is no dataset ${JSON.stringify(name)}.`, {
      hint:
        known.length === 0 ? 'Create one with dataset_create.' : `Known datasets: ${known.slice(0, 20).join(', ')}.`,
      details: { known: known.slice(0, 100) },
    });
  }

  /** @throws QuarryError ALREADY_EXISTS when there is a dataset of that name */
  async requireFree(name: string): Promise<void> {
    if ((await (await this.store()).get(name)) === undefined) return;
    throw new QuarryError('ALREADY_EXISTS', `There is already a dataset ${JSON.stringify(name)}.`, {
      hint: 'Choose another name.',
    });
  }

  async #fold(head: DatasetVersion): Promise<DatasetVersion> {
    const store = await this.store();
    try {
      return await foldDecisions(store, head, this.#context.clock.now());
    } catch (error) {
      // Another writer was faster, who has folded them in or leaves them to the next reader.
      if (error instanceof QuarryError && error.code === 'ALREADY_EXISTS') return (await store.get(head.name)) ?? head;
      // A home that only may be read is read as it stands; the decisions are kept.
      if (READ_ONLY.includes(systemCode(error) ?? '')) return head;
      throw error;
    }
  }

  /** All examples of a version in order; 100,000 take some hundred megabytes. */
  async examples(version: DatasetVersion): Promise<Example[]> {
    const store = await this.store();
    const examples: Example[] = [];
    for await (const example of store.read(version)) examples.push(example);
    return examples;
  }

  /** The examples of a version as they can be read again and again; those that are not `wanted` are passed over. */
  source(version: DatasetVersion, wanted?: (example: Example) => boolean): ExampleSource {
    const read = async function* (store: Promise<DatasetStore>): AsyncGenerator<Example> {
      for await (const example of (await store).read(version)) if (wanted?.(example) !== false) yield example;
    };
    return { rows: version.rows, read: () => read(this.store()) };
  }

  /** Makes the first version of a dataset. @throws QuarryError ALREADY_EXISTS */
  async create(name: string, change: DatasetChange): Promise<DatasetVersion> {
    const store = await this.store();
    return store.commit(name, {
      parent: 0,
      createdAt: this.#context.clock.now(),
      message: change.message,
      about: { ...EMPTY_ABOUT, ...change.about },
      notes: { ...change.notes },
      ...(change.append === undefined ? {} : { append: change.append }),
    });
  }

  /** Makes the next version. @throws QuarryError ALREADY_EXISTS when another was made meanwhile */
  async change(version: DatasetVersion, change: DatasetChange): Promise<DatasetVersion> {
    const store = await this.store();
    return store.commit(version.name, {
      parent: version.version,
      createdAt: this.#context.clock.now(),
      message: change.message,
      about: { ...version.about, ...change.about },
      notes: { ...version.notes, ...change.notes },
      ...(change.transform === undefined ? {} : { transform: change.transform }),
      ...(change.append === undefined ? {} : { append: change.append }),
      ...(change.segments === undefined ? {} : { segments: change.segments }),
    });
  }

  /**
   * Adds examples that are not there yet to a dataset, which is made when absent. Counts what was new. A pair that was given
   * negatives is there still.
   */
  async add(
    name: string,
    examples: readonly Example[],
    change: Pick<DatasetChange, 'message' | 'about' | 'notes'>,
  ): Promise<{ readonly version: DatasetVersion; readonly added: number; readonly known: number }> {
    const head = await (await this.store()).get(name);
    const fresh = await this.#unknown(head, examples);
    const known = examples.length - fresh.length;
    if (head === undefined)
      return { version: await this.create(name, { ...change, append: fresh }), added: fresh.length, known };
    if (fresh.length === 0) return { version: head, added: 0, known };
    return { version: await this.change(head, { ...change, append: fresh }), added: fresh.length, known };
  }

  /** How many of the examples {@link add} would pass over. */
  async countKnown(name: string, examples: readonly Example[]): Promise<number> {
    const head = await (await this.store()).get(name);
    return examples.length - (await this.#unknown(head, examples)).length;
  }

  async #unknown(head: DatasetVersion | undefined, examples: readonly Example[]): Promise<Example[]> {
    const ids = new Set(head === undefined ? [] : (await this.examples(head)).flatMap(idsOf));
    return examples.filter((example) => {
      const isNew = !ids.has(example.id);
      ids.add(example.id);
      return isNew;
    });
  }
}

/** Ids under which an example is known: a triplet also as the pair that it was made of. */
function idsOf(example: Example): string[] {
  if (example.kind !== 'triplet') return [example.id];
  const { anchor, positive } = example.fields;
  return [example.id, exampleId('pair', { anchor, positive })];
}
