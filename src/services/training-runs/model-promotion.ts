import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { LOCAL_REACH } from '../../core/reach.js';
import type { HalfOutcome, TrainingRun } from '../../core/training-runs/training-run.js';
import type { ServiceContext } from '../context.js';
import type { ModelService } from '../models/model-service.js';
import { adaptedFolder, modelInUse } from './static-learner.js';

const RECORD = 'training-model';
const recordSchema = z.object({ before: z.string() });

/** A model that is being put in place, while searches go on with the one before. */
export interface ModelInForce {
  readonly model: string;
  /** Job that embeds every collection anew and then switches; empty where the model is in use already. */
  readonly job: string;
}

/** Makes the model that a run adapted the one of the workspace, and takes it back. */
export class ModelPromotion {
  readonly #context: ServiceContext;
  readonly #models: () => Promise<ModelService>;

  constructor(context: ServiceContext, models: () => Promise<ModelService>) {
    this.#context = context;
    this.#models = models;
  }

  /**
   * While the model is being put in place, gives the job that does it.
   * @throws QuarryError RUN_INVALID when another model is in use than was proven against, CONFIG_INVALID, STORE_LOCKED
   */
  async promote({ id, recipe }: TrainingRun, { adapter }: HalfOutcome): Promise<ModelInForce> {
    const model = adaptedFolder(this.#context, id);
    const { revision } = (await this.#context.embedder()).fingerprint;
    if (revision === adapter) return { model, job: '' };
    if (revision !== recipe.model) {
      throw new QuarryError('RUN_INVALID', 'The workspace uses another model now than when this run was proven.', {
        hint: 'Start the run anew: it is then proven against the model in use.',
      });
    }
    const already = await (await this.#models()).changingTo(model);
    if (already !== undefined) return { model, job: already.id };
    const before = (await modelInUse(this.#context)) || 'bundled';
    await this.#context.store.putRecord(RECORD, id, { before });
    return { model, job: await this.#use(model, recipe.seed) };
  }

  /** Goes back to the model before. @throws QuarryError RUN_INVALID when the run's model is not in use */
  async rollback({ id, recipe }: TrainingRun, half: HalfOutcome | undefined): Promise<ModelInForce> {
    const known = recordSchema.safeParse(await this.#context.store.getRecord(RECORD, id));
    const { revision } = (await this.#context.embedder()).fingerprint;
    if (!known.success || half === undefined || revision !== half.adapter) {
      throw new QuarryError('RUN_INVALID', `The model of the run ${id} is not in use: there is nothing to take back.`, {
        hint: 'See what is in use with model_status; change it with model_use.',
      });
    }
    const { before } = known.data;
    return { model: before, job: await this.#use(before, recipe.seed) };
  }

  async #use(model: string, seed: number): Promise<string> {
    const order = { model, dtype: '', measure: false, suites: [], seed };
    // A folder of this workspace, or what was chosen for it before: nothing that a caller names.
    return (await (await this.#models()).start(order, LOCAL_REACH)).id;
  }
}
