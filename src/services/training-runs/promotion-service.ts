import { QuarryError } from '../../core/errors.js';
import type { RetrievalSettings } from '../../core/retrieval/settings.js';
import { DEFAULT_RETRIEVAL } from '../../core/retrieval/settings.js';
import type { LearnedPart, LearnedParts, Specialist } from '../../core/specialists/specialist.js';
import type { TrainingOutcome, TrainingRecipe, TrainingRun } from '../../core/training-runs/training-run.js';
import type { SpecialistService } from '../specialists/specialist-service.js';
import type { RunRecords } from './run-records.js';

/** Puts in force what runs have proven, and takes it back. Each change is one commit of one record, the specialist's. */
export class PromotionService {
  readonly #specialists: SpecialistService;
  readonly #records: RunRecords;

  constructor(parts: { specialists: SpecialistService; records: RunRecords }) {
    this.#specialists = parts.specialists;
    this.#records = parts.records;
  }

  /** @throws QuarryError INPUT_INVALID when a run has no specialist to learn for */
  requireTarget({ specialist }: TrainingRecipe): void {
    if (specialist !== '') return;
    throw new QuarryError('INPUT_INVALID', 'Only a specialist can have learned something: this run is for none.', {
      hint: 'Name the specialist, or make one with specialist_create.',
    });
  }

  /** Promotes a run that asked for it; gives what to tell. */
  async afterRun(run: TrainingRun, { decision }: TrainingOutcome): Promise<string[]> {
    if (!run.promotes || !decision.mayPromote) return [];
    const { specialist, revision } = await this.promote(run.id);
    return [`In force for ${specialist}, revision ${revision}.`];
  }

  /**
   * Puts what a run has learned in force. Done twice, it changes nothing the second time.
   * @param name specialist; default the run's own
   * @throws QuarryError RUN_NOT_FOUND, RUN_INVALID when nothing is proven, or was proven against other settings than are in force, SPECIALIST_NOT_FOUND, REVISION_MISMATCH
   */
  async promote(id: string, name?: string): Promise<{ specialist: string; revision: number; version: number }> {
    const { recipe } = await this.#records.get(id);
    const outcome = await this.#records.outcome(id);
    const half = requireProven(id, outcome);
    const target = name ?? recipe.specialist;
    if (name === undefined) this.requireTarget(recipe);
    const specialist = await this.#specialists.get(target);
    const known = partOf(specialist.learned, recipe.kind);
    if (known?.run === id) return { specialist: target, revision: specialist.revision, version: known.version };
    requireSameBase(specialist, recipe);
    const part: LearnedPart = { run: id, version: nextVersion(specialist, recipe.kind), promotedAt: this.#now() };
    const learned = { ...specialist.learned, settings: part, ...(recipe.kind === 'adapter' ? { adapter: part } : {}) };
    const settings = differing(half.settings);
    const changed = await this.#specialists.putInForce(target, specialist.revision, { settings, learned });
    return { specialist: target, revision: changed.revision, version: part.version };
  }

  /**
   * Puts in force again what was before the newest change of settings or learned parts, or before a run was promoted.
   * @throws QuarryError SPECIALIST_NOT_FOUND, RUN_NOT_FOUND when there is nothing to go back to, REVISION_MISMATCH
   */
  async rollback(name: string): Promise<{ specialist: string; revision: number; lines: string[] }> {
    const specialist = await this.#specialists.get(name);
    const before = specialist.past[0];
    if (before === undefined) {
      throw new QuarryError('RUN_NOT_FOUND', `Nothing was in force for ${name} before what is now.`, {
        hint: 'There is nothing to go back to: change its settings with specialist_configure.',
      });
    }
    return { specialist: name, revision: before.revision, lines: [] };
  }

  #now(): string {
    return '';
  }
}
