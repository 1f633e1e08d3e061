import { QuarryError } from '../../core/errors.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import {
  type Force,
  type QueryMap,
  SPECIALIST,
  type Specialist,
  type SpecialistStatus,
  withForce,
} from '../../core/specialists/specialist.js';
import { nearestName } from '../../core/text/nearest-name.js';
import type { JsonValue } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import { openQueryMap } from './open-query-map.js';

const RECORD = 'specialist';

/** What a specialist is made of; what is left out keeps its value, or takes its default. */
export interface SpecialistInput {
  readonly description?: string | undefined;
  readonly collections?: readonly string[] | undefined;
  readonly settings?: Partial<RetrievalSettings> | undefined;
  readonly instructions?: string | undefined;
  readonly categories?: readonly string[] | undefined;
  readonly suites?: readonly string[] | undefined;
}

/** What a search through a specialist needs to know. */
export interface SpecialistUse {
  readonly specialist: Specialist;
  /** Those of its collections that are asked for and there. */
  readonly collections: readonly string[];
  /** Those that are asked for and not there any more. */
  readonly missing: readonly string[];
  /** Its learned query adapter. */
  readonly queryMap: QueryMap | undefined;
}

/** What was read at one version of the records. */
interface Known {
  readonly version: number;
  readonly specialists: Map<string, Specialist>;
}

/**
 * Keeps specialists. Each change is one commit of one record, made on the revision that it was meant for: it is there
 * whole or not at all, whatever process dies when.
 */
export class SpecialistService {
  readonly #context: ServiceContext;
  readonly #collections: CollectionService;
  #known: Known = { version: -1, specialists: new Map() };
  readonly #maps = new Map<string, QueryMap>();

  constructor(context: ServiceContext, collections: CollectionService) {
    this.#context = context;
    this.#collections = collections;
  }

  /** All of them, by name. @throws QuarryError STORE_BROKEN */
  async list(): Promise<Specialist[]> {
    const records = await this.#context.store.listRecords(RECORD);
    return records.map(({ key, value }) => parse(key, value));
  }

  /** Read again only when any record has changed. @throws QuarryError SPECIALIST_NOT_FOUND naming the nearest one */
  async get(name: string): Promise<Specialist> {
    const version = await this.#context.store.recordsVersion();
    if (this.#known.version !== version) this.#known = { version, specialists: new Map() };
    const { specialists } = this.#known;
    const specialist = specialists.get(name) ?? (await this.#read(name));
    if (specialist === undefined) throw await this.#notFound(name);
    specialists.set(name, specialist);
    return specialist;
  }

  /** @throws QuarryError ALREADY_EXISTS, COLLECTION_NOT_FOUND, INPUT_INVALID without a collection */
  async create(name: string, input: SpecialistInput): Promise<Specialist> {
    await this.#requireCollections(input.collections ?? []);
    const now = this.#context.clock.now();
    return this.#context.store.exclusively(async () => {
      if ((await this.#read(name)) !== undefined) {
        throw new QuarryError('ALREADY_EXISTS', `There is already a specialist ${JSON.stringify(name)}.`, {
          hint: 'Change it with specialist_configure, or give another name.',
        });
      }
      return this.#put({
        ...withInput(NOTHING, input),
        name,
        learned: {},
        status: 'active',
        revision: 1,
        past: [],
        createdAt: now,
        updatedAt: now,
      });
    });
  }

  /**
   * Changes what is given and keeps the rest. Settings of one's own are no learned ones.
   * @param expected the revision that the change is made on; left out: whichever is there
   * @throws QuarryError SPECIALIST_NOT_FOUND, REVISION_MISMATCH, COLLECTION_NOT_FOUND, INPUT_INVALID
   */
  async configure(
    name: string,
    input: SpecialistInput & { readonly resetSettings?: boolean },
    expected?: number,
  ): Promise<Specialist> {
    if (input.collections !== undefined) await this.#requireCollections(input.collections);
    const { settings: given = {}, resetSettings = false, ...rest } = input;
    return this.#change(name, expected, (specialist, now) => {
      const told = withInput(specialist, rest);
      if (!resetSettings && Object.keys(given).length === 0) {
        return { ...told, revision: specialist.revision + 1, updatedAt: now };
      }
      const { settings: _, ...learned } = specialist.learned;
      const settings = resetSettings ? given : { ...specialist.settings, ...given };
      return withForce(told, { settings, learned }, now);
    });
  }

  /**
   * Puts settings and learned parts in force, both in one commit: promotion and rollback.
   * @throws QuarryError SPECIALIST_NOT_FOUND, REVISION_MISMATCH when it was changed since `expected`
   */
  putInForce(name: string, expected: number, force: Force): Promise<Specialist> {
    return this.#change(name, expected, (specialist, now) => withForce(specialist, force, now));
  }

  /** Retires a specialist, or takes it back into use; nothing of it is lost. @throws QuarryError SPECIALIST_NOT_FOUND */
  setStatus(name: string, status: SpecialistStatus): Promise<Specialist> {
    return this.#change(name, undefined, (specialist, now) =>
      specialist.status === status
        ? specialist
        : { ...specialist, status, revision: specialist.revision + 1, updatedAt: now },
    );
  }

  /**
   * What is needed to search as a specialist.
   * @param asked collections that the caller names; none means all that it may read
   * @throws QuarryError SPECIALIST_NOT_FOUND also when it is retired, INPUT_INVALID for a collection that it may not read
   */
  async use(name: string, asked: readonly string[] = []): Promise<SpecialistUse> {
    const specialist = await this.get(name);
    if (specialist.status === 'retired') {
      throw new QuarryError('SPECIALIST_NOT_FOUND', `The specialist ${name} is retired.`, {
        hint: 'Take it back into use with specialist_retire and restore true, or name another one.',
      });
    }
    const foreign = asked.find((collection) => !specialist.collections.includes(collection));
    if (foreign !== undefined) {
      throw new QuarryError('INPUT_INVALID', `The specialist ${name} may not read ${JSON.stringify(foreign)}.`, {
        hint: `It may read ${specialist.collections.join(', ')}. Search without the specialist, or let it read more with specialist_configure.`,
        details: { collections: specialist.collections },
      });
    }
    const wanted = asked.length === 0 ? specialist.collections : [...new Set(asked)];
    const there = await Promise.all(
      wanted.map(async (collection) => (await this.#context.store.getCollection(collection)) !== undefined),
    );
    return {
      specialist,
      collections: wanted.filter((_, at) => there[at]),
      missing: wanted.filter((_, at) => there[at] !== true),
      queryMap: await this.queryMap(specialist.learned.adapter?.run),
    };
  }

  /**
   * The query adapter of a training run; undefined for none. What a run made never changes, so that it is read once.
   * @throws QuarryError RUN_NOT_FOUND, STORE_BROKEN
   */
  async queryMap(run: string | undefined): Promise<QueryMap | undefined> {
    if (run === undefined) return undefined;
    const map = this.#maps.get(run) ?? (await openQueryMap(this.#context, run));
    this.#maps.set(run, map);
    return map;
  }

  #change(
    name: string,
    expected: number | undefined,
    change: (specialist: Specialist, now: string) => Specialist,
  ): Promise<Specialist> {
    return this.#context.store.exclusively(async () => {
      const specialist = await this.#read(name);
      if (specialist === undefined) throw await this.#notFound(name);
      const { revision } = specialist;
      if (expected !== undefined && expected !== revision) {
        throw new QuarryError(
          'REVISION_MISMATCH',
          `The specialist ${name} was changed: it is at revision ${revision}.`,
          {
            hint: `Look at it with specialist_show, then decide anew on revision ${revision}.`,
            details: { revision, expected },
          },
        );
      }
      const changed = change(specialist, this.#context.clock.now());
      return changed === specialist ? specialist : this.#put(changed);
    });
  }

  async #read(name: string): Promise<Specialist | undefined> {
    const value = await this.#context.store.getRecord(RECORD, name);
    return value === undefined ? undefined : parse(name, value);
  }

  async #put(specialist: Specialist): Promise<Specialist> {
    const value: JsonValue = JSON.parse(JSON.stringify(specialist));
    await this.#context.store.putRecord(RECORD, specialist.name, value);
    return specialist;
  }

  async #requireCollections(names: readonly string[]): Promise<void> {
    if (names.length === 0) {
      throw new QuarryError('INPUT_INVALID', 'A specialist must be told which collections it may read.', {
        hint: 'Name at least one in collections; status lists them.',
      });
    }
    await this.#collections.select(names);
  }

  async #notFound(name: string): Promise<QuarryError> {
    const names = (await this.#context.store.listRecords(RECORD)).map(({ key }) => key);
    const near = nearestName(name, names);
    return new QuarryError('SPECIALIST_NOT_FOUND', `There is no specialist ${JSON.stringify(name.slice(0, 100))}.`, {
      hint:
        names.length === 0
          ? 'There are none yet: make one with specialist_create.'
          : `${near === undefined ? '' : `Did you mean ${near}? `}Known specialists: ${names.slice(0, 20).join(', ')}.`,
      details: { known: names.slice(0, 100) },
    });
  }
}

type Told = Pick<Specialist, 'description' | 'collections' | 'settings' | 'instructions' | 'categories' | 'suites'>;

const NOTHING: Told = {
  description: '',
  collections: [],
  settings: {},
  instructions: '',
  categories: [],
  suites: [],
};

function withInput<T extends Told>(specialist: T, input: SpecialistInput): T {
  const { description, collections, settings, instructions, categories, suites } = input;
  return {
    ...specialist,
    description: description ?? specialist.description,
    collections: collections === undefined ? specialist.collections : [...new Set(collections)],
    settings: settings ?? specialist.settings,
    instructions: instructions ?? specialist.instructions,
    categories: categories === undefined ? specialist.categories : [...new Set(categories)],
    suites: suites === undefined ? specialist.suites : [...new Set(suites)],
  };
}

function parse(name: string, value: JsonValue): Specialist {
  const parsed = SPECIALIST.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new QuarryError('STORE_BROKEN', `The stored record of specialist ${name} cannot be read.`, {
    hint: 'Run `quarry doctor`, which tells what else is damaged; make the specialist anew under another name.',
    cause: parsed.error,
  });
}
