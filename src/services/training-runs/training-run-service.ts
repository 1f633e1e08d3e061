import { randomUUID } from 'node:crypto';
import { QuarryError } from '../../core/errors.js';
import { parseMetric } from '../../core/metrics/parse-metric.js';
import type { Reach } from '../../core/reach.js';
import { DEFAULT_RETRIEVAL } from '../../core/retrieval/settings.js';
import { receiptHash } from '../../core/training-runs/receipt.js';
import type { RunKind, TrainingOutcome, TrainingRecipe, TrainingRun } from '../../core/training-runs/training-run.js';
import type { Job, JobState } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { LabellingService } from '../curation/labelling-service.js';
import { isFinished, type JobService } from '../jobs.js';
import type { ModelService } from '../models/model-service.js';
import type { LiveTestService } from '../specialists/live-test-service.js';
import type { SpecialistService } from '../specialists/specialist-service.js';
import { TrainingExecutor } from './execute-training.js';
import { JudgingService } from './judging-service.js';
import { PromotionService } from './promotion-service.js';
import { QuestionReader } from './question-set.js';
import { RunRecords } from './run-records.js';
import { modelInUse } from './static-learner.js';

/** A run to start; what is left out comes from the specialist, or has its default. */
export interface TrainingRequest {
  readonly kind: RunKind;
  readonly suite?: string | undefined;
  readonly split?: string | undefined;
  readonly collection?: string | undefined;
  readonly specialist?: string | undefined;
  readonly dataset?: string | undefined;
  readonly guards?: readonly string[] | undefined;
  readonly metric: string;
  readonly seed: number;
  /** Whether a proven gain is put in force at once. */
  readonly promotes: boolean;
}

/** A run as it stands. */
export interface RunStatus {
  readonly run: TrainingRun;
  readonly state: JobState;
  /** Its last job; undefined where the record of that is gone. */
  readonly job: Job | undefined;
  /** Set when it succeeded. */
  readonly outcome: TrainingOutcome | undefined;
  /** sha256 of the receipt; empty without an outcome. */
  readonly receipt: string;
}

/** Parts that a {@link TrainingRunService} is made of. */
export interface TrainingRunParts {
  readonly collections: CollectionService;
  readonly jobs: JobService;
  readonly specialists: SpecialistService;
  readonly liveTests: LiveTestService;
  readonly labelling: () => Promise<LabellingService>;
  readonly models: () => Promise<ModelService>;
}

/** Orders training runs, tells how they stand, and goes on with them. */
export class TrainingRunService {
  readonly promotions: PromotionService;
  readonly judging: JudgingService;
  readonly #context: ServiceContext;
  readonly #parts: TrainingRunParts;
  readonly #records: RunRecords;
  readonly #executor: TrainingExecutor;
  readonly #questions: QuestionReader;

  constructor(context: ServiceContext, parts: TrainingRunParts) {
    this.#context = context;
    this.#parts = parts;
    this.#records = new RunRecords(context);
    this.#executor = new TrainingExecutor(context, { ...parts, records: this.#records });
    this.#questions = new QuestionReader(context, parts.collections);
    this.judging = new JudgingService(context, { ...parts, records: this.#records });
    this.promotions = new PromotionService(context, { ...parts, records: this.#records, judging: this.judging });
  }

  /**
   * Starts a run as a job.
   * @throws QuarryError SUITE_NOT_FOUND, SUITE_INVALID, PATH_UNREADABLE, COLLECTION_NOT_FOUND, SPECIALIST_NOT_FOUND, INPUT_INVALID
   */
  async start(request: TrainingRequest, reach: Reach): Promise<RunStatus> {
    const recipe = await this.#recipeOf(request);
    if (request.promotes) this.promotions.requireTarget(recipe, reach);
    for (const suite of recipe.guards) await this.#questions.openSuite({ suite, split: '', reach });
    const suite = await this.#questions.openSuite({ ...recipe, reach });
    if (recipe.collection !== '') await this.#parts.collections.get(recipe.collection);
    const id = `train_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    const createdAt = this.#context.clock.now();
    const { promotes } = request;
    const run: TrainingRun = { id, recipe, promotes, job: '', attempts: 0, createdAt };
    await this.#records.put(run);
    return this.#work(run, suite.manifest.name, reach);
  }

  /**
   * Goes on with a run that was cancelled, failed, or whose process died, from what it had finished.
   * @throws QuarryError RUN_NOT_FOUND, INPUT_INVALID when it is at work or has ended
   */
  async resume(id: string, reach: Reach): Promise<RunStatus> {
    return this.#context.store.exclusively(async () => {
      const { run, state } = await this.status(id);
      if (state === 'queued' || state === 'running' || state === 'succeeded') {
        throw new QuarryError('INPUT_INVALID', `The run ${id} is ${state}: there is nothing to go on with.`, {
          hint: state === 'succeeded' ? 'Read it with train_statistics, or start another run.' : 'Wait for it.',
        });
      }
      const suite = await this.#questions.openSuite({ ...run.recipe, reach });
      return this.#work(run, suite.manifest.name, reach);
    });
  }

  /** @throws QuarryError RUN_NOT_FOUND, JOB_NOT_FOUND */
  async cancel(id: string): Promise<RunStatus> {
    const { run, state } = await this.status(id);
    if (state === 'queued' || state === 'running') await this.#parts.jobs.cancel(run.job);
    return this.status(id);
  }

  /** @throws QuarryError RUN_NOT_FOUND, STORE_BROKEN */
  async status(id: string): Promise<RunStatus> {
    return this.#statusOf(await this.#records.get(id));
  }

  /** What came of a run that succeeded. @throws QuarryError RUN_NOT_FOUND, RUN_INVALID before that */
  async outcomeOf(id: string): Promise<{ outcome: TrainingOutcome; hash: string }> {
    const { outcome, receipt, state } = await this.status(id);
    if (outcome !== undefined) return { outcome, hash: receipt };
    throw new QuarryError('RUN_INVALID', `The run ${id} is ${state}: nothing has come of it yet.`, {
      hint: 'Follow it with train_status; go on with one that ended early by train_resume.',
    });
  }

  /** Newest first; none of the states means all. */
  async list(filter: { states: readonly JobState[]; specialist?: string | undefined }): Promise<RunStatus[]> {
    const runs = (await this.#records.list()).filter(
      ({ recipe }) => filter.specialist === undefined || recipe.specialist === filter.specialist,
    );
    const all = await Promise.all(runs.map((run) => this.#statusOf(run)));
    return all.filter(({ state }) => filter.states.length === 0 || filter.states.includes(state));
  }

  async #statusOf(run: TrainingRun): Promise<RunStatus> {
    const job = run.job === '' ? undefined : await this.#parts.jobs.get(run.job).catch(() => undefined); // An old job's record may be gone; its run is judged by what came of it.
    // Read after the job, which writes it before it ends.
    const outcome = await this.#records.outcome(run.id);
    if (outcome !== undefined) {
      const isOpen = job !== undefined && !isFinished(job);
      return { run, job, outcome, state: isOpen ? job.state : 'succeeded', receipt: receiptHash(outcome) };
    }
    const state = job === undefined || job.state === 'succeeded' ? 'interrupted' : job.state;
    return { run, job, outcome, state, receipt: '' };
  }

  /** Starts a job for the run and notes it there. */
  async #work(run: TrainingRun, subject: string, reach: Reach): Promise<RunStatus> {
    const job = await this.#parts.jobs.start({
      kind: 'train-run',
      subject: `${run.recipe.kind} on ${subject}`,
      input: { run: run.id },
      work: async (handle) => {
        const outcome = (await this.#records.outcome(run.id)) ?? (await this.#executor.run(run, handle, reach));
        const { decision } = outcome;
        const lines = [decision.text, ...(await this.promotions.afterRun(run, outcome, reach))];
        return { run: run.id, mayPromote: decision.mayPromote, lines };
      },
    });
    const noted = { ...run, job: job.id, attempts: run.attempts + 1 };
    await this.#records.put(noted);
    return this.#statusOf(noted);
  }

  /** sha256 of the model in use, which must be static. @throws QuarryError MODEL_UNAVAILABLE */
  async #staticModel(): Promise<string> {
    const { embedder } = await this.#context.staticModel(await modelInUse(this.#context));
    const { revision } = embedder.fingerprint;
    await embedder.close();
    return revision;
  }

  async #recipeOf(request: TrainingRequest): Promise<TrainingRecipe> {
    parseMetric(request.metric); // A misspelt metric is told now, not by a job that fails later.
    const { kind, split = '', collection = '', specialist = '', dataset = '', metric, seed } = request;
    const use = specialist === '' ? undefined : await this.#parts.specialists.use(specialist);
    const suite = request.suite ?? use?.specialist.suites[0];
    if (suite === undefined) {
      throw new QuarryError('INPUT_INVALID', 'There is no suite to tune and to prove on.', {
        hint: 'Name a suite of judged questions, or a specialist that has one.',
      });
    }
    const guards = request.guards ?? use?.specialist.suites.filter((name) => name !== suite) ?? [];
    return {
      kind,
      suite,
      split,
      collection,
      specialist,
      collections: [...(use?.collections ?? [])],
      base: { ...DEFAULT_RETRIEVAL, ...use?.specialist.settings },
      baseAdapter: use?.specialist.learned.adapter?.run ?? '',
      model: kind === 'static' ? await this.#staticModel() : '',
      dataset,
      guards: [...new Set(guards)],
      metric,
      seed,
    };
  }
}
