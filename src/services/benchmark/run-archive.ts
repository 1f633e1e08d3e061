import { join } from 'node:path';
import type { RunRecord } from '../../core/benchmark/run-record.js';
import { QuarryError } from '../../core/errors.js';
import type { RunResults } from '../../core/metrics/judgments.js';
import type { RunScores } from '../../core/metrics/score-run.js';
import type { JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import { benchmarkFolder } from './suite-locator.js';

const RUN_RECORD = 'benchmark-run';
const SCORES_RECORD = 'benchmark-scores';
/** Queries per stored part of a run's scores: keeps every record small. */
const PART = 1_000;

/** A run with its per-query scores. */
export interface ArchivedRun {
  readonly record: RunRecord;
  readonly scores: RunScores;
}

/** Keeps runs: records in the store, rankings as TREC files beside it. */
export class RunArchive {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Path of a run's TREC file. */
  trecPath(id: string): string {
    return join(benchmarkFolder(this.#context), 'runs', `${id}.trec.gz`);
  }

  /** Stores a run; the record last, so that a listed run is whole. */
  async put(run: ArchivedRun, results: RunResults): Promise<void> {
    const { record, scores } = run;
    const files = await this.#context.suiteFiles();
    const tag = `quarry-${record.name.replaceAll(' ', '-')}`;
    await files.writeRun(record.trecFile, results, { tag, replace: true });
    for (let part = 0; part * PART < Math.max(1, scores.queries.length); part++) {
      const slice = { start: part * PART, end: (part + 1) * PART };
      const values = [...scores.values].map(([metric, column]): [string, number[]] => [
        metric,
        [...column.subarray(slice.start, slice.end)],
      ]);
      await this.#context.store.putRecord(SCORES_RECORD, partKey(record.id, part), {
        queries: scores.queries.slice(slice.start, slice.end),
        values: Object.fromEntries(values),
      });
    }
    // A run record is made of plain JSON: its types hold nothing else.
    await this.#context.store.putRecord(RUN_RECORD, record.id, record as unknown as JsonValue);
  }

  /** Newest first. */
  async list(): Promise<RunRecord[]> {
    const records = await this.#context.store.listRecords(RUN_RECORD);
    const runs = records.map(({ value }) => toRecord(value));
    return runs.sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? 1 : -1));
  }

  /** @throws QuarryError RUN_NOT_FOUND */
  async get(id: string): Promise<ArchivedRun> {
    const value = await this.#context.store.getRecord(RUN_RECORD, id);
    if (value === undefined) throw unknownRun(id);
    return { record: toRecord(value), scores: await this.#scores(id) };
  }

  /** The run's rankings. */
  async results(record: RunRecord): Promise<RunResults> {
    const files = await this.#context.suiteFiles();
    return (await files.readRun(record.trecFile)).results;
  }

  /** @throws QuarryError RUN_NOT_FOUND */
  async delete(id: string): Promise<void> {
    const { record, scores } = await this.get(id);
    const files = await this.#context.suiteFiles();
    await this.#context.store.deleteRecord(RUN_RECORD, id);
    for (let part = 0; part * PART < Math.max(1, scores.queries.length); part++) {
      await this.#context.store.deleteRecord(SCORES_RECORD, partKey(id, part));
    }
    await files.remove(record.trecFile);
  }

  async #scores(id: string): Promise<RunScores> {
    const queries: string[] = [];
    const values = new Map<string, number[]>();
    for (let part = 0; ; part++) {
      const value = await this.#context.store.getRecord(SCORES_RECORD, partKey(id, part));
      if (value === undefined) break;
      // Written by put() above, in this shape.
      const slice = value as unknown as { queries: string[]; values: Record<string, number[]> };
      queries.push(...slice.queries);
      for (const [metric, column] of Object.entries(slice.values)) {
        values.set(metric, [...(values.get(metric) ?? []), ...column]);
      }
    }
    const columns = [...values].map(([metric, column]): [string, Float64Array] => [metric, Float64Array.from(column)]);
    return { queries, values: new Map(columns) };
  }
}

function partKey(id: string, part: number): string {
  return `${id}/${String(part).padStart(5, '0')}`;
}

/** Records of this kind are written by {@link RunArchive.put} alone. */
function toRecord(value: JsonValue): RunRecord {
  return value as unknown as RunRecord;
}

function unknownRun(id: string): QuarryError {
  return new QuarryError('RUN_NOT_FOUND', `There is no run ${JSON.stringify(id.slice(0, 100))}.`, {
    hint: 'List the runs with benchmark_history.',
  });
}
