import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import { type RetrievalSettings, unusualSettings } from '../../core/retrieval/settings.js';
import type { LearnedPart, LearnedParts, Specialist } from '../../core/specialists/specialist.js';
import { candidateHalf } from '../../core/training-runs/decide-promotion.js';
import type {
  HalfOutcome,
  TrainingOutcome,
  TrainingRecipe,
  TrainingRun,
} from '../../core/training-runs/training-run.js';
import type { ServiceContext } from '../context.js';
import type { ModelService } from '../models/model-service.js';
import type { LiveTestService } from '../specialists/live-test-service.js';
import type { SpecialistService } from '../specialists/specialist-service.js';
import type { JudgingService } from './judging-service.js';
import { type ModelInForce, ModelPromotion } from './model-promotion.js';
import { requireSameBase } from './require-same-base.js';
import type { RunRecords } from './run-records.js';

/** What is in force after a promotion or a rollback. */
export interface InForce {
  readonly specialist: string;
  /** Revision that it made, or the one that was there where nothing had to change. */
  readonly revision: number;
  readonly settings: Partial<RetrievalSettings>;
  readonly learned: LearnedParts;
  /** The model of the workspace, where a run adapted that. */
  readonly model?: ModelInForce;
}

/** For which specialist something is put in force, by default that of the run, and how far the caller reaches. */
interface PromotionTarget {
  readonly name?: string | undefined;
  readonly reach: Reach;
}

/** Puts in force what runs have proven, and takes it back. Each change is one commit of one record, the specialist's. */
export class PromotionService {
  readonly #context: ServiceContext;
  readonly #specialists: SpecialistService;
  readonly #records: RunRecords;
  readonly #judging: JudgingService;
  readonly #models: ModelPromotion;
  readonly #liveTests: LiveTestService;

  constructor(
    context: ServiceContext,
    parts: {
      specialists: SpecialistService;
      records: RunRecords;
      judging: JudgingService;
      liveTests: LiveTestService;
      models: () => Promise<ModelService>;
    },
  ) {
    this.#liveTests = parts.liveTests;
    this.#models = new ModelPromotion(context, parts.models);
    this.#context = context;
    this.#specialists = parts.specialists;
    this.#records = parts.records;
    this.#judging = parts.judging;
  }

  /** The specialist that a run learns for. @throws QuarryError INPUT_INVALID when it learns for none, RUN_INVALID when it changes the model for a caller from elsewhere */
  requireTarget({ kind, specialist }: TrainingRecipe, reach: Reach): string {
    if (kind === 'static') requireOwner(reach);
    // A model is the workspace's.
    if (specialist !== '' || kind === 'static') return specialist;
    throw new QuarryError(
      'INPUT_INVALID',
      'Only a specialist can put something learned in force: this run is for none.',
      {
        hint: 'Name the specialist, or make one with specialist_create.',
      },
    );
  }

  /** Promotes a run that asked for it; gives what to tell. */
  async afterRun(run: TrainingRun, { decision }: TrainingOutcome, reach: Reach): Promise<string[]> {
    if (!run.promotes || !decision.mayPromote) return [];
    const { specialist, revision, model } = await this.promote(run.id, { reach });
    if (model !== undefined) return [`Collections are embedded anew with the adapted model: ${model.job}.`];
    return [`In force for ${specialist}, revision ${revision}.`];
  }

  /**
   * Puts what a run has learned in force. Done twice, it changes nothing the second time.
   * @param to name of the specialist, default the run's own; and how far the caller reaches
   * @throws QuarryError RUN_NOT_FOUND, RUN_INVALID when nothing is proven, or was proven against something else than is in force, SPECIALIST_NOT_FOUND, REVISION_MISMATCH
   */
  async promote(id: string, { name, reach }: PromotionTarget): Promise<InForce> {
    const run = await this.#records.get(id);
    const { recipe } = run;
    const half = await this.#provenHalf(run, name);
    if (recipe.kind === 'static') {
      requireOwner(reach);
      return { ...NO_SPECIALIST, model: await this.#models.promote(run, half) };
    }
    const target = name ?? this.requireTarget(recipe, reach);
    const specialist = await this.#specialists.get(target);
    const kind = recipe.kind === 'adapter' ? 'adapter' : 'settings';
    if (specialist.learned[kind]?.run === id) return inForceOf(specialist);
    requireSameBase(specialist, recipe);
    const settings: LearnedPart = this.#partOf(id, specialist, 'settings');
    const learned =
      kind === 'adapter'
        ? { ...specialist.learned, settings, adapter: this.#partOf(id, specialist, 'adapter') }
        : { ...specialist.learned, settings };
    const force = { settings: unusualSettings(half.settings), learned };
    return inForceOf(await this.#specialists.putInForce(target, specialist.revision, force));
  }

  /** Goes back to the model before a static run's. @throws QuarryError RUN_NOT_FOUND, RUN_INVALID, STORE_LOCKED */
  async rollbackModel(id: string, reach: Reach): Promise<InForce> {
    requireOwner(reach);
    const run = await this.#records.get(id);
    const outcome = await this.#records.outcome(id);
    const half = outcome?.halves.find((one) => one.half === outcome.decision.half);
    return { ...NO_SPECIALIST, model: await this.#models.rollback(run, half) };
  }

  /**
   * Puts in force again what was before the newest promotion of those in force.
   * @throws QuarryError SPECIALIST_NOT_FOUND, RUN_NOT_FOUND when nothing learned is in force, REVISION_MISMATCH
   */
  async rollback(name: string): Promise<InForce> {
    const specialist = await this.#specialists.get(name);
    const newest = newestOf(specialist.learned);
    const before = specialist.past.find(({ learned }) => newestOf(learned) < newest);
    if (before === undefined) {
      throw new QuarryError('RUN_NOT_FOUND', `The specialist ${name} has nothing learned in force to take back.`, {
        hint: 'Change its settings with specialist_configure.',
      });
    }
    const { settings, learned } = before;
    return inForceOf(await this.#specialists.putInForce(name, specialist.revision, { settings, learned }));
  }

  /** What held-out questions have proven, or judging or a live test since then. @throws QuarryError RUN_INVALID */
  async #provenHalf({ id, recipe }: TrainingRun, name = recipe.specialist): Promise<HalfOutcome> {
    const outcome = await this.#records.outcome(id);
    const isOpen = outcome?.decision.reason === 'no-gain' && recipe.kind !== 'static';
    const isProven =
      isOpen &&
      ((await this.#judging.progress(id)).verdict === 'gain' ||
        (await this.#liveTests.hasWon({ specialist: name, run: id })));
    if (outcome === undefined || !isProven) return requireProven(id, outcome);
    const half = candidateHalf(outcome);
    const fallen = outcome.guards.find(({ hasFallen }) => hasFallen);
    if (half !== undefined && fallen === undefined) return half;
    throw new QuarryError('RUN_INVALID', `What the run ${id} learned lowers ${fallen?.suite ?? 'a guarded suite'}.`, {
      hint: 'Start another run, or guard other suites.',
    });
  }

  #partOf(run: string, specialist: Specialist, kind: keyof LearnedParts): LearnedPart {
    const all = [specialist.learned, ...specialist.past.map(({ learned }) => learned)];
    const version = Math.max(0, ...all.map((parts) => parts[kind]?.version ?? 0)) + 1;
    // Newer than every part before it, whatever the clock says: a rollback goes by this.
    const last = all.map(newestOf).reduce((a, b) => (a > b ? a : b), '');
    const now = this.#context.clock.now();
    return { run, version, promotedAt: now > last ? now : new Date(Date.parse(last) + 1).toISOString() };
  }
}

const NO_SPECIALIST = { specialist: '', revision: 0, settings: {}, learned: {} } as const;

function newestOf({ settings, adapter }: LearnedParts): string {
  return [settings?.promotedAt ?? '', adapter?.promotedAt ?? ''].sort().at(-1) ?? '';
}

function inForceOf({ name, revision, settings, learned }: Specialist): InForce {
  return { specialist: name, revision, settings, learned };
}

/** @throws QuarryError RUN_INVALID */
function requireProven(id: string, outcome: TrainingOutcome | undefined): HalfOutcome {
  const half = outcome?.halves.find((candidate) => candidate.half === outcome.decision.half);
  if (outcome?.decision.mayPromote === true && half !== undefined) return half;
  throw new QuarryError(
    'RUN_INVALID',
    outcome === undefined
      ? `The run ${id} has not come to an end: nothing is proven.`
      : `Nothing of the run ${id} is proven. ${outcome.decision.text}`,
    {
      hint: outcome === undefined ? 'Wait for it, or go on with it: train_resume.' : 'Judge more questions: tune_next.',
    },
  );
}

/** A specialist is one among others; the model is everybody's in a workspace. @throws QuarryError RUN_INVALID */
function requireOwner({ side }: Reach): void {
  if (side === 'local') return;
  throw new QuarryError('RUN_INVALID', 'The model of a workspace is not changed by callers from elsewhere.', {
    hint: 'On the machine where it lies: quarry train promote RUN, quarry train rollback RUN, or MCP over stdio.',
  });
}
