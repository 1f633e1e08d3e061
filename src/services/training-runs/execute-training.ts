import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import type { QueryMap } from '../../core/specialists/specialist.js';
import type { TrainingRecord } from '../../core/training/pair-corpus.js';
import {
  correctHalves,
  decidePromotion,
  LEAST_GROUPS,
  promisingHalf,
  provenHalf,
  RUN_LEVEL,
} from '../../core/training-runs/decide-promotion.js';
import { levelShare } from '../../core/training-runs/spend-level.js';
import type { TrainingOutcome, TrainingRun } from '../../core/training-runs/training-run.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle } from '../jobs.js';
import { openQueryMap } from '../specialists/open-query-map.js';
import { ExampleMaker } from './adapter-examples.js';
import { AdapterLearner } from './adapter-learner.js';
import { datasetExamples, datasetPairs } from './dataset-examples.js';
import { guardSuites } from './guard-suites.js';
import type { Learner } from './learner.js';
import { type Proven, RunProver } from './prove-run.js';
import { QuestionReader, type QuestionSet } from './question-set.js';
import type { RunRecords } from './run-records.js';
import { QuestionScorer } from './score-questions.js';
import { SettingsLearner } from './settings-learner.js';
import { StaticLearner } from './static-learner.js';

/** What a job does for a run. */
interface Work {
  readonly run: TrainingRun;
  readonly set: QuestionSet;
  readonly scorer: QuestionScorer;
  readonly handle: JobHandle;
  readonly reach: Reach;
  /** Query map in force. */
  readonly map: QueryMap | undefined;
}

/** Does what a training run was ordered to do. */
export class TrainingExecutor {
  readonly #context: ServiceContext;
  readonly #records: RunRecords;
  readonly #questions: QuestionReader;

  constructor(context: ServiceContext, parts: { collections: CollectionService; records: RunRecords }) {
    this.#context = context;
    this.#records = parts.records;
    this.#questions = new QuestionReader(context, parts.collections);
  }

  /** Tunes, proves, and keeps what came of it. Goes on from what an earlier job of the run finished on the same data. */
  async run(run: TrainingRun, handle: JobHandle, reach: Reach): Promise<TrainingOutcome> {
    const { recipe } = run;
    handle.report({ stage: 'read', done: 0, total: 0 });
    const set = await this.#questions.read({ ...recipe, reach }, handle);
    const map = recipe.baseAdapter === '' ? undefined : await openQueryMap(this.#context, recipe.baseAdapter);
    const scorer = new QuestionScorer(this.#context, recipe.metric);
    const outcome = await this.#learn({ run, set, scorer, handle, reach, map });
    await this.#requireSame(set, run, { handle, reach });
    await this.#records.putOutcome(run.id, outcome);
    return outcome;
  }

  /** What was proven on documents or vectors that changed meanwhile is proven of neither. @throws QuarryError TRAINING_INVALID */
  async #requireSame(
    set: QuestionSet,
    { recipe }: TrainingRun,
    { handle, reach }: { readonly handle: JobHandle; readonly reach: Reach },
  ): Promise<void> {
    const now = await this.#questions.read({ ...recipe, reach }, handle);
    if (now.version === set.version) return;
    throw new QuarryError(
      'TRAINING_INVALID',
      'Documents, judgments or the model changed while the run was at work: it proves nothing of either.',
      { hint: 'Go on with it once they rest: train_resume. What no longer fits is done anew.' },
    );
  }

  async #learn(work: Work): Promise<TrainingOutcome> {
    const { run, set } = work;
    const earlier = await this.#records.countEarlier(run, set.version);
    const learner = await this.#open(work);
    try {
      return await this.#decide({ ...work, earlier }, learner);
    } finally {
      await learner.discard?.();
    }
  }

  async #decide(work: Work & { readonly earlier: number }, learner: Learner): Promise<TrainingOutcome> {
    const { run, set, earlier } = work;
    const { recipe } = run;
    const groups = new Set(set.groups).size;
    const proven = groups < 2 * LEAST_GROUPS ? NOTHING : await this.#prove(work, learner);
    const halves = correctHalves(proven.halves);
    // What is proven, or what judging could still decide.
    const half = provenHalf(halves, RUN_LEVEL * levelShare(earlier)) ?? promisingHalf(halves);
    const fitted = half === undefined ? undefined : proven.fitted[half.half];
    const inForce = { settings: recipe.base, map: work.map };
    const questions = this.#questions;
    const guards =
      fitted === undefined ? [] : await guardSuites({ ...work, recipe, ways: [inForce, fitted], questions });
    const { origin, name: suite } = set.suite.manifest;
    const { metric } = recipe;
    const decision = decidePromotion({ halves, guards, origin, metric, suite, groups, earlier });
    if (decision.mayPromote) await learner.keep?.(fitted?.hash ?? '');
    if (fitted?.adapter !== undefined) {
      const space = (await this.#context.embedder()).fingerprint;
      await this.#records.putAdapter(run.id, { space, adapter: fitted.adapter });
    }
    return {
      recipe,
      dataVersion: set.version,
      splitVersion: proven.splitVersion,
      questions: set.questions.length,
      groups,
      earlier,
      leftOut: set.leftOut,
      pairs: learner.pairs,
      candidates: learner.candidates.length,
      halves,
      guards,
      decision,
    };
  }

  async #open({ run, set, scorer, handle, map }: Work): Promise<Learner> {
    const { kind, base, dataset, seed } = run.recipe;
    const inForce = { settings: base, map };
    if (kind === 'adapter') {
      const { signal } = handle;
      const pairs = dataset === '' ? [] : await datasetExamples(this.#context, { dataset, seed, set, signal });
      const examples = new ExampleMaker(this.#context, { set, scorer, base, signal });
      const space = (await this.#context.embedder()).fingerprint;
      return new AdapterLearner({ inForce, examples, pairs, space });
    }
    if (kind === 'static') {
      const { signal } = handle;
      const found = dataset === '' ? [] : await datasetPairs(this.#context, { dataset, seed, signal });
      const pairs = found.map(({ anchor, positive, negatives }): TrainingRecord => {
        return { kind: 'pair', source: 'dataset', anchors: [anchor], text: positive, negatives };
      });
      return StaticLearner.open(this.#context, { run: run.id, seed, inForce, set, scorer, pairs, handle });
    }
    return new SettingsLearner(inForce, { rerank: this.#context.config.reranker !== '' });
  }

  #prove(work: Work & { readonly earlier: number }, learner: Learner): Promise<Proven> {
    const { run, set, scorer, handle, earlier } = work;
    const { id, recipe } = run;
    const parts = { set, learner, scorer, handle, seed: recipe.seed, earlier };
    return new RunProver({ ...parts, run: id, records: this.#records }).prove();
  }
}

const NOTHING: Proven = { halves: [], fitted: [], splitVersion: '' };
