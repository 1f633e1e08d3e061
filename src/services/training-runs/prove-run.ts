import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import { proveDifference } from '../../core/proof/prove-difference.js';
import { splitGroups } from '../../core/proof/split-groups.js';
import { mean } from '../../core/statistics/mean.js';
import { rankCandidates } from '../../core/training-runs/choose-candidate.js';
import { halfCoverage } from '../../core/training-runs/decide-promotion.js';
import type { HalfOutcome } from '../../core/training-runs/training-run.js';
import type { JobHandle } from '../jobs.js';
import type { Fitted, Learner, PartStore, Scorer, SearchWay } from './learner.js';
import type { QuestionSet } from './question-set.js';

/** What a proof is made with. */
export interface ProofParts {
  /** Id of the run, under which finished parts are kept. */
  readonly run: string;
  readonly set: QuestionSet;
  readonly learner: Learner;
  readonly scorer: Scorer;
  readonly records: PartStore;
  readonly seed: number;
  /** Runs that have taken of the level; 0 without. */
  readonly earlier?: number;
  readonly handle: Pick<JobHandle, 'signal' | 'report'>;
}

/** The two directions of a proof, and what they learned. */
export interface Proven {
  /** p values uncorrected. */
  readonly halves: readonly HalfOutcome[];
  readonly fitted: readonly Fitted[];
  readonly splitVersion: string;
}

const columnsSchema = z.array(z.array(z.number()));

/**
 * Cross-fitting with two halves (Chernozhukov et al., Econometrics Journal 21, 2018): what one half of the questions tunes is
 * proven once on the other, and the other way round. Halves are made of whole groups, so that no held-out question shares an
 * answer with one that tuned. Within the tuning half candidates are compared by inner folds, each scored by what was fitted
 * without it. A held-out half is scored under two ways only: what is in force, and the choice.
 */
export class RunProver {
  readonly #parts: ProofParts;
  readonly #halves: readonly number[];
  readonly #progress: { done: number; readonly total: number };

  constructor(parts: ProofParts) {
    this.#parts = parts;
    const { set, seed } = parts;
    this.#halves = splitGroups(set.groups, 2, seed);
    this.#progress = { done: 0, total: set.questions.length * 2 };
  }

  async prove(): Promise<Proven> {
    const halves: HalfOutcome[] = [];
    const fitted: Fitted[] = [];
    for (const half of [0, 1]) {
      const done = await this.#proveOn(half);
      halves.push(done.outcome);
      fitted.push(done.fitted);
    }
    const ids = this.#parts.set.questions.map(({ id }, at) => [id, this.#halves[at]]);
    return { halves, fitted, splitVersion: sha256(JSON.stringify(ids)) };
  }

  async #proveOn(half: number): Promise<{ outcome: HalfOutcome; fitted: Fitted }> {
    const { set, learner, seed } = this.#parts;
    const places = set.questions.map((_, at) => at);
    const tuning = places.filter((at) => this.#halves[at] !== half);
    const held = places.filter((at) => this.#halves[at] === half);
    const gains = learner.innerFolds === 0 ? [] : rankCandidates(await this.#tune(half, tuning));
    const [inForce, only] = learner.candidates;
    const chosen = learner.innerFolds === 0 ? only : learner.candidates[gains[0]?.candidate ?? 0];
    if (inForce === undefined || chosen === undefined) {
      throw new QuarryError('INTERNAL', 'A training run has nothing to compare.');
    }
    const [before, after] = await learner.fit([inForce, chosen], tuning);
    if (before === undefined || after === undefined) throw new QuarryError('INTERNAL', 'A fit gave nothing.');
    const ways = chosen === inForce ? [before] : [before, after];
    const scores = await this.#scored(`${half}/proof`, { places: held, ways, stage: 'prove' });
    const [old = [], now = old] = scores;
    const differences = Float64Array.from(now, (score, row) => score - (old[row] ?? 0));
    const groups = held.map((at) => set.groups[at] ?? 0);
    const curve = gains.map(({ candidate, gain, error }) => ({
      candidate: learner.candidates[candidate]?.name ?? '',
      gain,
      error,
    }));
    const outcome: HalfOutcome = {
      half,
      tunedOn: tuning.length,
      choice: chosen.name,
      settings: { ...chosen.settings },
      adapter: after.hash,
      curve,
      before: mean(old),
      after: mean(now),
      proof: proveDifference(differences, { groups, level: halfCoverage(this.#parts.earlier ?? 0), seed: seed + half }),
      pAdjusted: 1,
      perQuery: held.map((at, row) => ({
        query: set.questions[at]?.id ?? '',
        before: old[row] ?? 0,
        after: now[row] ?? 0,
      })),
    };
    return { outcome, fitted: after };
  }

  /** Scores of every candidate on the tuning questions, each question by what was fitted without its fold. */
  async #tune(half: number, tuning: readonly number[]): Promise<Float64Array[]> {
    const { set, learner, seed } = this.#parts;
    const groups = tuning.map((at) => set.groups[at] ?? 0);
    const folds = splitGroups(groups, learner.innerFolds, seed + 101 + half);
    const columns = learner.candidates.map(() => new Float64Array(tuning.length));
    for (let fold = 0; fold < learner.innerFolds; fold++) {
      const rows = tuning.map((_, row) => row).filter((row) => folds[row] === fold);
      const rest = tuning.filter((_, row) => folds[row] !== fold);
      const fit = (): Promise<Fitted[]> => learner.fit(learner.candidates, rest);
      const places = rows.map((row) => tuning[row] ?? 0);
      const scores = await this.#scored(`${half}/inner/${fold}`, { places, ways: fit, stage: 'tune' });
      scores.forEach((column, candidate) => {
        rows.forEach((row, at) => {
          const target = columns[candidate];
          if (target !== undefined) target[row] = column[at] ?? 0;
        });
      });
    }
    return columns;
  }

  /** Scores of the questions at these places, one column per way; what was scored before a kill is not scored again. */
  async #scored(
    name: string,
    work: {
      readonly places: readonly number[];
      readonly ways: readonly SearchWay[] | (() => Promise<readonly SearchWay[]>);
      readonly stage: string;
    },
  ): Promise<number[][]> {
    const { run, set, scorer, records, handle } = this.#parts;
    const known = columnsSchema.safeParse(await records.part(run, name, set.version));
    if (known.success) {
      this.#advance(work.stage, work.places.length);
      return known.data;
    }
    const ways = typeof work.ways === 'function' ? await work.ways() : work.ways;
    const questions = work.places.flatMap((at) => set.questions[at] ?? []);
    const onEach = (): void => this.#advance(work.stage, 1);
    const columns = await scorer.score(set, { questions, ways }, { signal: handle.signal, onEach });
    const content = columns.map((column) => [...column]);
    await records.putPart(run, name, { version: set.version, content });
    return content;
  }

  #advance(stage: string, questions: number): void {
    this.#progress.done += questions;
    this.#parts.handle.report({ stage, ...this.#progress });
  }
}
