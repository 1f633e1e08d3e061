import { type Example, type ExampleFields, parseExample } from '../../core/curation/example.js';
import { factsOf } from '../../core/curation/example-facts.js';
import type { DatasetAbout, DatasetListing, DatasetVersion } from '../../core/curation/ports.js';
import type { ReviewState } from '../../core/curation/review-states.js';
import { QuarryError } from '../../core/errors.js';
import type { ServiceContext } from '../context.js';
import { DatasetAccess } from './dataset-access.js';
import { type DatasetStatistics, describeExamples } from './dataset-statistics.js';
import { ReviewLedger } from './review-ledger.js';

/** Chooses examples; all given parts must hold. */
export interface ExampleFilter {
  readonly ids?: readonly string[] | undefined;
  readonly split?: string | undefined;
  readonly kind?: string | undefined;
  readonly review?: ReviewState | undefined;
  readonly flag?: string | undefined;
  readonly tag?: string | undefined;
  readonly rule?: string | undefined;
  readonly text?: string | undefined;
}

/** What an edit does to the chosen examples. */
export interface ExampleEdit {
  readonly review?: ReviewState | undefined;
  readonly addTags: readonly string[];
  readonly removeTags: readonly string[];
  readonly clearFlags: readonly string[];
  readonly category?: string | undefined;
  readonly licence?: string | undefined;
  /** New texts; for one chosen example only. */
  readonly fields?: ExampleFields | undefined;
  /** Drops the chosen examples. */
  readonly remove: boolean;
}

/** What differs between two versions. */
export interface DatasetDiff {
  readonly from: number;
  readonly to: number;
  readonly added: number;
  readonly removed: number;
  /** Same content, other split, flags, review, tags or trust. */
  readonly changed: number;
  readonly unchanged: number;
  /** At most 20 of each, as ids. */
  readonly addedIds: readonly string[];
  readonly removedIds: readonly string[];
  readonly changedIds: readonly string[];
}

/** A review by a person. */
export interface Review {
  /**
   * Keeps what was decided about an example, durable when it resolves. {@link settle}, and whatever else asks for the
   * dataset, makes a version of what was kept. @throws QuarryError DATASET_NOT_FOUND, STORE_LOCKED
   */
  decide(example: string, review: ReviewState): Promise<void>;
  /** Makes a version of the decisions that were kept, if there are any. @throws QuarryError DATASET_NOT_FOUND, DATASET_INVALID */
  settle(): Promise<DatasetVersion>;
}

const SHOWN = 20;

/** Whether an example passes a filter. */
export function matchesFilter(example: Example, filter: ExampleFilter): boolean {
  const { split, kind, review, flag, tag, rule, text } = filter;
  if (filter.ids !== undefined && !filter.ids.includes(example.id)) return false;
  if (split !== undefined && example.split !== (split === 'none' ? '' : split)) return false;
  if (kind !== undefined && example.kind !== kind) return false;
  if (review !== undefined && example.review !== review) return false;
  if (flag !== undefined && !example.flags.includes(flag)) return false;
  if (tag !== undefined && !example.tags.includes(tag)) return false;
  if (rule !== undefined && example.provenance.rule !== rule) return false;
  return text === undefined || JSON.stringify(example.fields).toLowerCase().includes(text.toLowerCase());
}

/** Lists, shows, edits, restores and deletes datasets. */
export class DatasetService {
  readonly #context: ServiceContext;
  readonly #access: DatasetAccess;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#access = new DatasetAccess(context);
  }

  /** Newest versions, by name, and what is damaged. */
  async list(): Promise<DatasetListing> {
    return (await this.#access.store()).list();
  }

  /** Makes an empty dataset and gives its version; null for a preview. @throws QuarryError ALREADY_EXISTS */
  async create(name: string, about: Partial<DatasetAbout>, preview: boolean): Promise<number | null> {
    await this.#access.requireFree(name);
    return preview ? null : (await this.#access.create(name, { message: 'Created empty', about })).version;
  }

  /** @throws QuarryError DATASET_NOT_FOUND */
  async show(
    name: string,
    version: number | undefined,
    filter: ExampleFilter,
  ): Promise<{
    readonly version: DatasetVersion;
    readonly history: readonly DatasetVersion[];
    readonly statistics: DatasetStatistics;
    readonly examples: readonly Example[];
  }> {
    const found = await this.#access.require(name, version);
    const store = await this.#access.store();
    const [history, examples] = await Promise.all([store.history(name), this.#access.examples(found)]);
    const chosen = examples.filter((example) => matchesFilter(example, filter));
    return { version: found, history, statistics: describeExamples(chosen.map(factsOf)), examples: chosen };
  }

  /** @throws QuarryError DATASET_NOT_FOUND */
  async diff(name: string, from: number, to: number | undefined): Promise<DatasetDiff> {
    const [before, after] = await Promise.all([this.#access.require(name, from), this.#access.require(name, to)]);
    const known = new Map(
      (await this.#access.examples(before)).map((example) => [example.id, JSON.stringify(example)]),
    );
    const added: string[] = [];
    const changed: string[] = [];
    let unchanged = 0;
    for (const example of await this.#access.examples(after)) {
      const old = known.get(example.id);
      if (old === undefined) added.push(example.id);
      else if (old === JSON.stringify(example)) unchanged++;
      else changed.push(example.id);
      known.delete(example.id);
    }
    const removed = [...known.keys()];
    return {
      from: before.version,
      to: after.version,
      added: added.length,
      removed: removed.length,
      changed: changed.length,
      unchanged,
      addedIds: added.slice(0, SHOWN),
      removedIds: removed.slice(0, SHOWN),
      changedIds: changed.slice(0, SHOWN),
    };
  }

  /**
   * Changes or drops the chosen examples and what is said of the dataset, as one new version.
   * @throws QuarryError DATASET_NOT_FOUND, INPUT_INVALID, DATASET_INVALID
   */
  async edit(
    name: string,
    request: {
      readonly filter: ExampleFilter;
      readonly edit: ExampleEdit;
      readonly about: Partial<DatasetAbout>;
      readonly preview: boolean;
    },
  ): Promise<{ readonly version: DatasetVersion; readonly matched: number }> {
    const head = await this.#access.require(name);
    const isAboutExamples = changesExamples(request.edit);
    const hasFilter = Object.values(request.filter).some((value) => value !== undefined);
    if (isAboutExamples && !hasFilter) {
      throw new QuarryError('INPUT_INVALID', 'The edit names no examples.', {
        hint: 'Give ids, or choose examples by split, kind, state, flag, tag, rule or text.',
      });
    }
    if (!isAboutExamples && Object.keys(request.about).length === 0) {
      throw new QuarryError('INPUT_INVALID', 'The edit changes nothing.', {
        hint: 'Say what shall change: review, tags, category, licence, fields or remove of examples, or what is said of the dataset.',
      });
    }
    const examples = isAboutExamples ? await this.#access.examples(head) : [];
    if (isAboutExamples) requireKnown(request.filter.ids ?? [], examples, name);
    const chosen = new Set(examples.filter((example) => matchesFilter(example, request.filter)).map(({ id }) => id));
    if (request.edit.fields !== undefined && chosen.size !== 1) {
      throw new QuarryError('INPUT_INVALID', `New fields fit one example; ${chosen.size} were chosen.`, {
        hint: 'Give the id of one example.',
      });
    }
    // Tried on all of them first, so that a preview tells of the same faults as the edit.
    for (const example of examples) if (chosen.has(example.id)) applyEdit(example, request.edit);
    if (request.preview || (chosen.size === 0 && Object.keys(request.about).length === 0)) {
      return { version: head, matched: chosen.size };
    }
    const version = await this.#access.change(head, {
      message: describeEdit(request.edit, chosen.size),
      about: request.about,
      ...(chosen.size === 0
        ? {}
        : { transform: (example) => (chosen.has(example.id) ? applyEdit(example, request.edit) : example) }),
    });
    return { version, matched: chosen.size };
  }

  /**
   * Makes an old version the newest, as a new version; a preview gives the old one and writes nothing.
   * @throws QuarryError DATASET_NOT_FOUND
   */
  async restore(name: string, version: number, preview: boolean): Promise<DatasetVersion> {
    const head = await this.#access.require(name);
    const old = await this.#access.require(name, version);
    if (preview) return old;
    return this.#access.change(head, {
      message: `Restored version ${version}`,
      about: old.about,
      notes: old.notes,
      segments: old.segments,
    });
  }

  /** Opens a review by a person, whose decisions are taken one after another. */
  async review(name: string): Promise<Review> {
    const store = await this.#access.store();
    const ledger = new ReviewLedger(store, name);
    return {
      decide: async (example, review) => {
        // Whoever deleted the dataset meanwhile does not want it back as a ledger.
        if ((await store.get(name)) === undefined) await this.#access.require(name);
        await ledger.keep({ example, review, at: this.#context.clock.now() });
      },
      settle: () => this.#access.require(name),
    };
  }

  /** The newest version as it lies there, undefined when it is damaged. @throws QuarryError DATASET_NOT_FOUND */
  async newest(name: string): Promise<DatasetVersion | undefined> {
    try {
      return (await (await this.#access.store()).get(name)) ?? (await this.#access.require(name));
    } catch (error) {
      if (error instanceof QuarryError && error.code === 'DATASET_INVALID') return undefined;
      throw error;
    }
  }

  /** Deletes a dataset, a damaged one too. @throws QuarryError DATASET_NOT_FOUND */
  async delete(name: string): Promise<void> {
    if (!(await (await this.#access.store()).delete(name))) await this.#access.require(name);
  }
}

/** Ids that name nothing are old ones or mistyped: an edit that passes over them would seem to be done. */
function requireKnown(ids: readonly string[], examples: readonly Example[], name: string): void {
  const known = new Set(examples.map(({ id }) => id));
  const unknown = ids.filter((id) => !known.has(id));
  const [first] = unknown;
  if (first === undefined) return;
  const others = unknown.length > 1 ? ` (and ${unknown.length - 1} more)` : '';
  throw new QuarryError('INPUT_INVALID', `The dataset ${JSON.stringify(name)} has no example ${first}${others}.`, {
    hint: 'Ids follow the content, so an example that was edited has a new one: look with dataset_show.',
    details: { ids: unknown.slice(0, SHOWN) },
  });
}

function changesExamples(edit: ExampleEdit): boolean {
  const { review, category, licence, fields, remove } = edit;
  const lists = [edit.addTags, edit.removeTags, edit.clearFlags];
  return (
    remove ||
    [review, category, licence, fields].some((part) => part !== undefined) ||
    lists.some((list) => list.length > 0)
  );
}

function applyEdit(example: Example, edit: ExampleEdit): Example | undefined {
  if (edit.remove) return undefined;
  const { id: _id, ...rest } = example;
  const parsed = parseExample({
    ...rest,
    fields: edit.fields ?? example.fields,
    review: edit.review ?? example.review,
    category: edit.category ?? example.category,
    licence: edit.licence ?? example.licence,
    tags: [...new Set([...example.tags, ...edit.addTags])].filter((tag) => !edit.removeTags.includes(tag)),
    flags: example.flags.filter((flag) => !edit.clearFlags.includes(flag)),
  });
  if ('example' in parsed) return parsed.example;
  throw new QuarryError('DATASET_INVALID', `The edited example is not valid: ${parsed.problem}.`, {
    hint: `An example of kind ${example.kind} has the fields ${Object.keys(example.fields).join(', ')}.`,
  });
}

function describeEdit(edit: ExampleEdit, count: number): string {
  if (edit.remove) return `Removed ${count} examples`;
  return count === 0 ? 'Changed the description' : `Edited ${count} examples`;
}
