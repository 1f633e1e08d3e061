import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { decodeNumbers, encodeNumbers, type QueryAdapter } from '../../core/training/query-adapter.js';
import { countEarlier } from '../../core/training-runs/spend-level.js';
import {
  outcomeSchema,
  runSchema,
  type TrainingOutcome,
  type TrainingRun,
} from '../../core/training-runs/training-run.js';
import type { EmbeddingFingerprint, JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { PartStore } from './learner.js';

const RUN = 'training-run';
const OUTCOME = 'training-outcome';
const PART = 'training-part';
const ADAPTER = 'training-adapter';

/**
 * Keeps runs in the store. What a run was ordered to do, the parts that it has finished, and what came of it are records of
 * their own, each written once: a run that is killed goes on from its parts, and one with an outcome is whole.
 */
export class RunRecords implements PartStore {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Newest first. */
  async list(): Promise<TrainingRun[]> {
    const records = await this.#context.store.listRecords(RUN);
    const runs = records.map(({ key, value }) => parseRun(key, value));
    return runs.sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? 1 : -1));
  }

  /** @throws QuarryError RUN_NOT_FOUND */
  async get(id: string): Promise<TrainingRun> {
    const value = await this.#context.store.getRecord(RUN, id);
    if (value !== undefined) return parseRun(id, value);
    throw new QuarryError('RUN_NOT_FOUND', `There is no training run ${JSON.stringify(id.slice(0, 100))}.`, {
      hint: 'List the runs with train_list.',
    });
  }

  /** Writes a run, or what changed of it. */
  put(run: TrainingRun): Promise<void> {
    return this.#context.store.putRecord(RUN, run.id, toJson(run));
  }

  /** What came of a run; undefined before it ended well. */
  async outcome(id: string): Promise<TrainingOutcome | undefined> {
    const value = await this.#context.store.getRecord(OUTCOME, id);
    if (value === undefined) return undefined;
    const parsed = outcomeSchema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw broken(id, parsed.error);
  }

  /** Proofs that were ordered before a run for the same specialist on the same suite. @throws QuarryError STORE_BROKEN */
  async countEarlier(run: TrainingRun, dataVersion: string): Promise<number> {
    const all = await this.list();
    const before = all.slice(all.findIndex(({ id }) => id === run.id) + 1);
    const proofs = await Promise.all(
      before.map(async ({ id, recipe }) => {
        const outcome = await this.outcome(id);
        return { recipe, dataVersion: outcome?.dataVersion ?? '', earlier: outcome?.earlier };
      }),
    );
    return countEarlier(proofs.reverse(), { recipe: run.recipe, dataVersion });
  }

  /** Ends a run: nothing of it is done again afterwards. Its parts are dropped. */
  async putOutcome(id: string, outcome: TrainingOutcome): Promise<void> {
    await this.#context.store.putRecord(OUTCOME, id, toJson(outcome));
    for (const { key } of await this.#context.store.listRecords(PART)) {
      if (key.startsWith(`${id}/`)) await this.#context.store.deleteRecord(PART, key);
    }
  }

  /** A part that was finished before; undefined when it was not, or on other data. */
  async part(id: string, name: string, version: string): Promise<JsonValue | undefined> {
    const value = await this.#context.store.getRecord(PART, `${id}/${name}`);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value['version'] === version ? value['content'] : undefined;
  }

  /** Keeps a part, so that it is not done again. */
  putPart(id: string, name: string, { version, content }: { version: string; content: JsonValue }): Promise<void> {
    return this.#context.store.putRecord(PART, `${id}/${name}`, { version, content });
  }

  /** Keeps the adapter of a run, before its outcome is kept. */
  putAdapter(id: string, { space, adapter }: KeptAdapter): Promise<void> {
    const { form, dimensions, rank, into, back } = adapter;
    const numbers = { into: encodeNumbers(into), back: encodeNumbers(back) };
    return this.#context.store.putRecord(ADAPTER, id, { space: toJson(space), form, dimensions, rank, ...numbers });
  }
}

/** The adapter that a run made; undefined when it made none. @throws QuarryError STORE_BROKEN */
export async function readAdapter({ store }: ServiceContext, run: string): Promise<KeptAdapter | undefined> {
  const value = await store.getRecord(ADAPTER, run);
  if (value === undefined) return undefined;
  const parsed = adapterSchema.safeParse(value);
  if (!parsed.success) throw broken(run, parsed.error);
  const { space, into, back, ...about } = parsed.data;
  return { space, adapter: { ...about, into: decodeNumbers(into), back: decodeNumbers(back) } };
}

/** An adapter with the space of the vectors that it was learned on. */
export interface KeptAdapter {
  readonly space: EmbeddingFingerprint;
  readonly adapter: QueryAdapter;
}

const adapterSchema = z.object({
  space: z.object({
    model: z.string(),
    revision: z.string(),
    dtype: z.string(),
    pooling: z.enum(['mean', 'cls', 'last', 'none']),
    queryPrefix: z.string(),
    documentPrefix: z.string(),
    dimensions: z.int(),
    normalized: z.boolean(),
  }),
  form: z.enum(['low-rank', 'diagonal']),
  dimensions: z.int(),
  rank: z.int(),
  into: z.string(),
  back: z.string(),
});

function parseRun(id: string, value: JsonValue): TrainingRun {
  const parsed = runSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw broken(id, parsed.error);
}

function broken(id: string, cause: unknown): QuarryError {
  return new QuarryError('STORE_BROKEN', `The record of training run ${id} cannot be read.`, {
    cause,
    hint: 'It was written by a newer version of Quarry, or is damaged: use that version, or start the run anew.',
  });
}

/** The same as plain JSON: a value that was checked by a schema of JSON is. */
function toJson(value: object): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
