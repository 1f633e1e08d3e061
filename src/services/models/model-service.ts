import { messageOf, QuarryError } from '../../core/errors.js';
import type { LocatedModel } from '../../core/model-port.js';
import type { Embedder } from '../../core/ports.js';
import type { Reach } from '../../core/reach.js';
import { isSameSpace } from '../../core/same-space.js';
import type { EmbeddingFingerprint, Job, JsonObject, ModelChoice } from '../../core/types.js';
import { requireReadable } from '../access/read-access.js';
import { CorpusIndexer } from '../benchmark/corpus-index.js';
import type { SuiteMeasure } from '../benchmark/measure-suite.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { GainMeasure } from './measure-gain.js';
import { MODEL_JOB, openModelJob, requireNoModelJob } from './model-job.js';
import { type Switched, switchModel } from './switch-model.js';

/** A model that a workspace shall use. */
export interface ModelOrder {
  /** A name, a folder, or `bundled`. */
  readonly model: string;
  /** Kind of weights; empty for the best that is there. */
  readonly dtype: string;
  /** Whether the suites of the workspace are run before and after. */
  readonly measure: boolean;
  /** Suites to measure on; none for those of the workspace. */
  readonly suites: readonly string[];
  readonly seed: number;
}

/** Which model a workspace uses, and why. */
export interface ModelStatus {
  /** What decides: a setting of this process, the choice kept in the workspace, or nothing but the default. */
  readonly decidedBy: 'setting' | 'workspace' | 'default';
  readonly choice: ModelChoice | undefined;
  readonly fingerprint: EmbeddingFingerprint | undefined;
  /** Longest input in tokens. */
  readonly maxTokens: number;
  /** Why the model cannot be opened; empty when it can. */
  readonly problem: string;
  /** Collections of another vector space. */
  readonly others: readonly string[];
  /** Downloaded models. */
  readonly cached: readonly string[];
}

type Order = ModelOrder & { readonly located: LocatedModel; readonly mayDownload: boolean };

/** Says which model a workspace uses, and changes it. */
export class ModelService {
  readonly #context: ServiceContext;
  readonly #parts: ModelServiceParts;

  constructor(context: ServiceContext, parts: ModelServiceParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** What is in use, why, and what else is there. */
  async status(): Promise<ModelStatus> {
    const { config, store } = this.#context;
    const choice = await store.modelChoice();
    const decidedBy = config.model !== '' ? 'setting' : choice !== undefined ? 'workspace' : 'default';
    const cached = await (await this.#context.models()).listCached();
    const about = { decidedBy, choice, cached } as const;
    try {
      const { fingerprint, maxTokens } = await this.#context.embedder();
      const others = (await this.#parts.collections.list()).filter(
        (collection) => !isSameSpace(collection.fingerprint, fingerprint),
      );
      return { ...about, fingerprint, maxTokens, problem: '', others: others.map(({ name }) => name) };
    } catch (error) {
      return { ...about, fingerprint: undefined, maxTokens: 0, problem: messageOf(error), others: [] };
    }
  }

  /**
   * Starts a job that checks the model, embeds every collection with it, and then makes it the workspace's own.
   * @throws QuarryError MODEL_UNAVAILABLE, PATH_UNREADABLE, CONFIG_INVALID when a setting names another one, SUITE_NOT_FOUND, STORE_LOCKED
   */
  async start(given: ModelOrder, reach: Reach): Promise<Job> {
    const { located, mayDownload } = await this.#locate(given, reach);
    const order: Order = { ...given, located, mayDownload };
    await this.#requireFreeChoice(located);
    await requireNoModelJob(this.#parts.jobs);
    const { measure, seed, suites } = order;
    await this.#parts.measure.requireSuites(suites, reach);
    return this.#parts.jobs.start({
      kind: MODEL_JOB,
      subject: given.model,
      input: { model: located.model, dtype: order.dtype, measure, suites: [...suites], seed },
      work: async (handle) => {
        if (located.place === 'folder') await requireReadable(reach, located.model);
        return this.#run(order, handle, reach);
      },
    });
  }

  /** The job that is changing to this model now; undefined for none. */
  async changingTo(model: string): Promise<Job | undefined> {
    const open = await openModelJob(this.#parts.jobs);
    return open?.subject === model ? open : undefined;
  }

  async #run(order: Order, handle: JobHandle, reach: Reach): Promise<JsonObject> {
    handle.report({ stage: order.mayDownload ? 'fetch' : 'open', done: 0, total: 0 });
    const shelf = await this.#context.models();
    const { located, mayDownload } = order;
    const embedder = await shelf.open({ model: located.model, dtype: order.dtype || this.#dtype(), mayDownload });
    try {
      await requireSound(embedder);
      return await this.#adopt(order, { embedder, handle, reach });
    } finally {
      await embedder.close();
    }
  }

  async #adopt(order: Order, parts: { embedder: Embedder; handle: JobHandle; reach: Reach }): Promise<JsonObject> {
    const { embedder, handle, reach } = parts;
    const { fingerprint } = embedder;
    const isOther = !(await this.#isInUse(fingerprint));
    const request = { suites: order.suites, seed: order.seed, reach, model: fingerprint.model };
    const gain = order.measure && isOther ? new GainMeasure(this.#parts.measure, request, handle) : undefined;
    await gain?.before();
    const choice = await this.#choose(order.located, fingerprint);
    const { collections } = this.#parts;
    const switched = await switchModel({ context: this.#context, collections, embedder, choice, handle });
    handle.count('reembedded', switched.documents);
    const { gains, lines } = (await gain?.after()) ?? { gains: [], lines: [] };
    await new CorpusIndexer(this.#context).clearOthers(fingerprint).catch((error: unknown) => {
      this.#context.log('warn', 'Indexes of suites made with the former model could not be dropped.', { error });
    });
    const { model, dtype, dimensions, revision } = fingerprint;
    return { model, dtype, dimensions, revision, ...switched, gains, lines: [tell(fingerprint, switched), ...lines] };
  }

  async #isInUse(fingerprint: EmbeddingFingerprint): Promise<boolean> {
    const current = await this.#context.embedder().catch(() => undefined); // One that is lost is what is to be replaced.
    return current !== undefined && isSameSpace(current.fingerprint, fingerprint);
  }

  /** Kind of weights that is wanted where none is named. */
  #dtype(): string {
    return this.#context.config.modelDtype;
  }

  /** The choice as it is kept; always newer than the one before, whatever the clock says. */
  async #choose({ model }: LocatedModel, { dtype }: EmbeddingFingerprint): Promise<ModelChoice> {
    const now = this.#context.clock.now();
    const last = (await this.#context.store.modelChoice())?.chosenAt ?? '';
    const chosenAt = now > last ? now : new Date(Date.parse(last) + 1).toISOString();
    return { model, dtype, chosenAt };
  }

  /** Finds the model where the caller may look. @throws QuarryError MODEL_UNAVAILABLE, PATH_UNREADABLE */
  async #locate(order: ModelOrder, reach: Reach): Promise<{ located: LocatedModel; mayDownload: boolean }> {
    const models = await this.#context.models();
    const known = models.locate(order.model, reach.side === 'local' ? 'anywhere' : 'cache');
    if (known !== undefined) return { located: await withinReach(known, reach), mayDownload: false };
    if (models.isName(order.model)) {
      if (!this.#context.config.allowRemoteModels) throw notHere(order.model);
      return { located: { place: 'cache', model: order.model }, mayDownload: true };
    }
    const located = models.locate(await requireReadable(reach, order.model), 'anywhere');
    if (located !== undefined) return { located, mayDownload: false };
    throw new QuarryError('MODEL_UNAVAILABLE', `There is no model in ${JSON.stringify(order.model)}.`, {
      hint: 'Name a folder that holds config.json, tokenizer.json and onnx/, a model by its name, or bundled.',
    });
  }

  /** @throws QuarryError CONFIG_INVALID where a setting names another model, which would win */
  async #requireFreeChoice({ model }: LocatedModel): Promise<void> {
    const { config } = this.#context;
    if (config.model === '') return;
    const set = (await this.#context.models()).locate(config.model, 'anywhere');
    if (set?.model === model) return;
    throw new QuarryError('CONFIG_INVALID', `QUARRY_MODEL is set to ${config.model}, which wins over any choice.`, {
      hint: 'Unset QUARRY_MODEL (or the `model` setting of this process) and do it again.',
    });
  }
}

/** What a {@link ModelService} is made of. */
export interface ModelServiceParts {
  readonly collections: CollectionService;
  readonly jobs: JobService;
  readonly measure: SuiteMeasure;
}

function tell({ model, dtype, dimensions }: EmbeddingFingerprint, { collections, documents }: Switched): string {
  const what = `${model} (${dtype}, ${dimensions} dimensions) is in use.`;
  if (collections === 0) return `${what} There was nothing to embed anew.`;
  return `${what} ${documents} documents in ${collections} collections were embedded with it; their former vectors are removed.`;
}

async function withinReach(located: LocatedModel, reach: Reach): Promise<LocatedModel> {
  return located.place === 'folder' ? { ...located, model: await requireReadable(reach, located.model) } : located;
}

function notHere(model: string): QuarryError {
  return new QuarryError('MODEL_UNAVAILABLE', `The model ${JSON.stringify(model)} is not on this machine.`, {
    hint: 'Downloads are not allowed here: set QUARRY_ALLOW_REMOTE_MODELS=true, or name a folder that holds the model.',
  });
}

/** @throws QuarryError MODEL_UNAVAILABLE when the model fails its self-test */
async function requireSound(embedder: Embedder): Promise<void> {
  const failed = (await embedder.selfTest()).filter((check) => !check.ok);
  if (failed.length === 0) return;
  const reasons = failed.map(({ name, detail }) => `${name} (${detail})`).join(', ');
  throw new QuarryError(
    'MODEL_UNAVAILABLE',
    `${embedder.fingerprint.model} fails its self-test: ${reasons}. Nothing was changed.`,
    { hint: 'Name another model or other weights (--dtype), or restore its files from a clean copy.' },
  );
}
