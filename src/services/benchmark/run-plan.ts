import { nameRun } from '../../core/benchmark/run-name.js';
import { QuarryError } from '../../core/errors.js';
import { BENCHMARK_RETRIEVAL, type RetrievalMode, type RetrievalSettings } from '../../core/retrieval/settings.js';
import type { ChunkSizing } from '../../core/types.js';
import { DEFAULT_SIZING } from '../collections.js';

/** Most configurations that one job may run. */
const MAX_RUNS = 64;

/** Settings to try; lists are crossed with each other where they matter to the mode. */
export interface Sweep {
  /** None: the one of the base. */
  readonly modes: readonly RetrievalMode[];
  readonly alphas: readonly number[];
  readonly blends: readonly RetrievalSettings['blend'][];
  /** Rank constants to try in rrf blends; default that of the product. */
  readonly rankConstants?: readonly number[] | undefined;
  readonly candidates: readonly number[];
  /** Largest chunks, in tokens; another index for each. */
  readonly maxTokens: readonly number[];
  /** Left out: as the base has it. */
  readonly rerank?: boolean | undefined;
  readonly diversity?: number | undefined;
}

/** One configuration of a sweep. */
export interface PlannedRun {
  readonly name: string;
  readonly settings: RetrievalSettings;
  /** Undefined: the default of a suite's corpus, or the living collection's own. */
  readonly sizing: ChunkSizing | undefined;
}

/** Crosses a sweep's lists into runs, each configuration once, in the order given. @throws QuarryError INPUT_INVALID */
export function planRuns(sweep: Sweep, base: RetrievalSettings = BENCHMARK_RETRIEVAL): PlannedRun[] {
  const runs = new Map<string, PlannedRun>();
  for (const maxTokens of orOne(sweep.maxTokens)) {
    for (const mode of sweep.modes.length === 0 ? [base.mode] : sweep.modes) {
      for (const settings of settingsOf(mode, sweep, base)) {
        const sizing =
          maxTokens === undefined
            ? undefined
            : { maxTokens, minTokens: Math.min(DEFAULT_SIZING.minTokens, Math.floor(maxTokens / 2)) };
        const name = nameRun(settings, sizing);
        runs.set(name, { name, settings, sizing });
      }
    }
  }
  if (runs.size > MAX_RUNS) {
    throw new QuarryError(
      'INPUT_INVALID',
      `This sweep has ${runs.size} configurations; at most ${MAX_RUNS} run at once.`,
      {
        hint: 'Try fewer values, or sweep one setting after the other.',
      },
    );
  }
  return [...runs.values()];
}

function settingsOf(mode: RetrievalMode, sweep: Sweep, base: RetrievalSettings): RetrievalSettings[] {
  const { rerank = base.rerank, diversity = base.diversity } = sweep;
  return orOne(sweep.candidates).flatMap((candidates) => {
    const plain = { ...base, mode, rerank, diversity, candidates: candidates ?? base.candidates };
    if (mode !== 'hybrid') return [plain];
    return orOne(sweep.blends).flatMap((blend) => {
      const blended = { ...plain, blend: blend ?? base.blend };
      if (blended.blend === 'rrf') {
        return orOne(sweep.rankConstants ?? []).map((k) => ({ ...blended, rankConstant: k ?? base.rankConstant }));
      }
      return orOne(sweep.alphas).map((alpha) => ({ ...blended, alpha: alpha ?? base.alpha }));
    });
  });
}

function orOne<T>(values: readonly T[]): readonly (T | undefined)[] {
  return values.length === 0 ? [undefined] : values;
}
