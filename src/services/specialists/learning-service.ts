import { setTimeout as delay } from 'node:timers/promises';
import { MINERS, MINING_BOUNDS } from '../../core/curation/miners/mined-pair.js';
import { messageOf, QuarryError, throwIfCancelled } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import type { Report } from '../../core/ports.js';
import { type Reach, remoteReach } from '../../core/reach.js';
import { recommend } from '../../core/specialists/evidence.js';
import { LEARNING_REPORT, type LearningReport } from '../../core/specialists/learning-report.js';
import type { Specialist } from '../../core/specialists/specialist.js';
import { SPECIALIST_KINDS } from '../../core/training-runs/training-run.js';
import type { Collection, Job, JsonValue } from '../../core/types.js';
import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { CurationServices } from '../curation/curation-services.js';
import { isFinished, type JobService } from '../jobs.js';
import type { TrainingRunService } from '../training-runs/training-run-service.js';
import type { SpecialistServices } from './specialist-services.js';

const RECORD = 'learning-report';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Candidates that one cycle queues for judging. */
const QUEUED = 200;
/** Mined pairs that a cycle adds at most: more would drown what people asked. */
const MINED = 800;
/** Reports that are kept. */
const KEPT = 200;

/** A cycle of learning. */
export interface LearningRequest {
  /** None means all in use. */
  readonly specialists: readonly string[];
  readonly budgetMinutes: number;
  /** Whether a proven gain is put in force at once. */
  readonly promotes: boolean;
  readonly reach: Reach;
}

/** A cycle that has begun. */
interface Cycle extends LearningRequest {
  /** Empty for one of the schedule. */
  readonly job: string;
  readonly signal: AbortSignal;
  readonly report?: Report;
}

/** Parts that a {@link LearningService} is made of. */
export interface LearningParts {
  readonly collections: CollectionService;
  readonly jobs: JobService;
  readonly specialists: SpecialistServices;
  trainingRuns(): Promise<TrainingRunService>;
  curation(): Promise<CurationServices>;
}

/** Learns again and again within a budget: mine, queue for judging, train, prove, promote or not, report. */
export class LearningService {
  readonly #context: ServiceContext;
  readonly #parts: LearningParts;

  constructor(context: ServiceContext, parts: LearningParts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Starts a cycle over specialists, as a job that makes a report for each that the budget reaches. @throws QuarryError SPECIALIST_NOT_FOUND */
  async start(request: LearningRequest): Promise<Job> {
    await this.#specialistsOf(request);
    const { specialists, budgetMinutes, promotes } = request;
    return this.#parts.jobs.start({
      kind: 'learn',
      subject: specialists.length === 0 ? 'all specialists' : specialists.join(', ').slice(0, 200),
      input: { specialists: [...specialists], budgetMinutes, promotes },
      onlyConducts: true,
      work: async ({ id, signal, report }) => {
        const reports = await this.#cycle({ ...request, job: id, signal, report });
        return { reports: reports.length };
      },
    });
  }

  async #specialistsOf({ specialists }: LearningRequest): Promise<Specialist[]> {
    const { registry } = this.#parts.specialists;
    if (specialists.length === 0) return (await registry.list()).filter(({ status }) => status === 'active');
    return Promise.all([...new Set(specialists)].map(async (name) => (await registry.use(name)).specialist));
  }

  async #cycle(request: Cycle): Promise<LearningReport[]> {
    const specialists = await this.#specialistsOf(request);
    const end = this.#context.clock.elapsedMs() + request.budgetMinutes * MINUTE_MS;
    const reports: LearningReport[] = [];
    for (const [done, specialist] of specialists.entries()) {
      throwIfCancelled(request.signal);
      if (this.#context.clock.elapsedMs() >= end) break;
      request.report?.({ stage: 'learn', done, total: specialists.length, message: specialist.name });
      const report = await this.#learn(specialist, request, end);
      await this.#keep(report);
      reports.push(report);
    }
    return reports;
  }

  /** Reports of all cycles, newest first. */
  async reports(): Promise<LearningReport[]> {
    const records = await this.#context.store.listRecords(RECORD);
    return records.flatMap(({ value }) => LEARNING_REPORT.safeParse(value).data ?? []).reverse();
  }

  /** Runs a cycle every so many hours, counted from the last report, until the signal fires; what fails is logged. */
  async schedule(everyHours: number, budgetMinutes: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [last] = await this.reports();
      const now = Date.parse(this.#context.clock.now());
      const due = last === undefined ? now : Date.parse(last.endedAt) + everyHours * HOUR_MS;
      if (now < due) {
        await sleep(Math.min(due - now, MINUTE_MS), signal);
        continue;
      }
      // Callers from elsewhere may have named the suites: nobody's schedule reads further than they do.
      const reach = remoteReach(this.#context.config);
      const request = { specialists: [], budgetMinutes, promotes: true, reach, signal, job: '' };
      const reports = await this.#cycle(request).catch((error: unknown) => {
        this.#context.log('warn', 'A cycle of learning failed.', { error: messageOf(error) });
        return [];
      });
      // Without a report nothing tells when it last ran.
      if (reports.length === 0) await sleep(everyHours * HOUR_MS, signal);
    }
  }

  async #learn(specialist: Specialist, request: Cycle, end: number): Promise<LearningReport> {
    const startedAt = this.#context.clock.now();
    const dataset = `learn-${specialist.name}`.slice(0, 64);
    const queued = await this.#queue(specialist, dataset);
    const mark = await this.#markOf(specialist, request);
    const last = (await this.reports()).find((one) => one.specialist === specialist.name && one.runs.length > 0);
    const skipped =
      specialist.suites.length === 0
        ? 'No suite judges it: nothing can be proven.'
        : last?.mark === mark
          ? 'Neither questions, knowledge nor settings have changed since the last proof.'
          : '';
    const trained =
      skipped === '' ? await this.#trainWhereItCan(specialist, request, end) : { runs: [], failure: skipped, mined: 0 };
    const { runs, failure, mined } = trained;
    const endMark = runs.some(({ isPromoted }) => isPromoted)
      ? await this.#markOf(await this.#parts.specialists.registry.get(specialist.name), request)
      : mark;
    const endedAt = this.#context.clock.now();
    const { job } = request;
    const { registry, evidence } = this.#parts.specialists;
    const advice = recommend(await evidence.of(await registry.get(specialist.name)));
    const next = advice.map(({ action, because }) => `${action} Because of: ${because.join('; ')}`);
    return {
      specialist: specialist.name,
      job,
      startedAt,
      endedAt,
      dataset,
      queued,
      mined,
      runs,
      next,
      skipped: failure,
      mark: endMark,
    };
  }

  /** The collections that are not gone. */
  async #there(names: readonly string[]): Promise<Collection[]> {
    const found = await Promise.all(names.map((name) => this.#context.store.getCollection(name)));
    return found.filter((collection) => collection !== undefined);
  }

  /** What was used, and what contradicts, waits for a judge. */
  async #queue({ name, collections }: Specialist, dataset: string): Promise<number> {
    const { feedback, patterns } = this.#parts.specialists;
    const heard = await feedback.queueCandidates(dataset, { limit: QUEUED, specialist: name });
    const found = await patterns.find(await this.#there(collections), ['contradiction'], QUEUED);
    return heard.added + (await patterns.queue(dataset, found.patterns));
  }

  /** What cannot be trained must not keep the others from learning: the report says why. @throws QuarryError CANCELLED */
  async #trainWhereItCan(
    specialist: Specialist,
    request: Cycle,
    end: number,
  ): Promise<{ runs: LearningReport['runs']; failure: string; mined: number }> {
    let mined = 0;
    try {
      mined = await this.#mine(specialist, request, end);
      return { runs: await this.#train(specialist, request, end), failure: '', mined };
    } catch (error) {
      if (!(error instanceof QuarryError) || error.code === 'CANCELLED') throw error;
      return { runs: [], failure: error.message, mined };
    }
  }

  /** Pairs out of the structure of what the specialist reads, in a dataset of their own: nobody has to judge them. */
  async #mine({ name, collections }: Specialist, { signal }: Cycle, end: number): Promise<number> {
    const known = (await this.#there(collections)).map((collection) => collection.name);
    if (known.length === 0) return 0;
    const { mining } = await this.#parts.curation();
    const { id } = await mining.start({
      dataset: minedFor(name),
      collections: known,
      filter: {},
      miners: MINERS,
      limit: MINED,
      bounds: MINING_BOUNDS,
      preview: false,
    });
    const { jobs } = this.#parts;
    const job = await jobs.wait(id, Math.max(0, end - this.#context.clock.elapsedMs()), { signal });
    if (!isFinished(job)) await jobs.cancel(id);
    return job.counts['added'] ?? 0;
  }

  /** One run of each kind after the other; one that the budget ends is cancelled, and can be resumed. */
  async #train(specialist: Specialist, request: Cycle, end: number): Promise<LearningReport['runs']> {
    const training = await this.#parts.trainingRuns();
    const { promotes, reach, signal } = request;
    const runs: LearningReport['runs'] = [];
    const dataset = await this.#minedPairs(specialist);
    for (const kind of SPECIALIST_KINDS) {
      const left = end - this.#context.clock.elapsedMs();
      if (left <= 0) break;
      const order = { kind, specialist: specialist.name, metric: 'ndcg@10', seed: SEED, promotes, dataset };
      const { run } = await training.start(order, reach);
      const job = await this.#parts.jobs.wait(run.job, left, { signal });
      if (!isFinished(job)) await training.cancel(run.id);
      const { state, outcome } = await training.status(run.id);
      const { learned } = await this.#parts.specialists.registry.get(specialist.name);
      const isPromoted = [learned.settings?.run, learned.adapter?.run].includes(run.id);
      const decision = outcome?.decision.text ?? job.error?.message ?? 'The budget ended before it did.';
      runs.push({ run: run.id, kind, state, isPromoted, decision });
      throwIfCancelled(signal);
    }
    return runs;
  }

  /** The dataset of mined pairs; undefined when there are none. */
  async #minedPairs({ name }: Specialist): Promise<string | undefined> {
    const { datasets } = await this.#parts.curation();
    const known = (await datasets.list()).datasets.find((one) => one.name === minedFor(name) && one.rows > 0);
    return known?.name;
  }

  async #markOf({ suites, collections, settings, learned }: Specialist, { reach }: LearningRequest): Promise<string> {
    const judged = await Promise.all(
      suites.map(async (suite) => {
        const files = await this.#parts.specialists.openSuite(suite, reach).catch(() => undefined);
        return files?.hash ?? ''; // The run itself tells of a suite that cannot be read.
      }),
    );
    const held = await Promise.all(
      collections.map(async (name) => {
        if ((await this.#context.store.getCollection(name)) === undefined) return null;
        const { documents, chunks } = await this.#context.store.collectionStats(name);
        return [name, documents, chunks];
      }),
    );
    return sha256(JSON.stringify([judged, held, settings, learned])).slice(0, 16);
  }

  async #keep(report: LearningReport): Promise<void> {
    const { store } = this.#context;
    const value: JsonValue = JSON.parse(JSON.stringify(report));
    await store.putRecord(RECORD, `${report.endedAt} ${report.specialist}`, value);
    const keys = (await store.listRecords(RECORD)).map(({ key }) => key);
    for (const key of keys.slice(0, Math.max(0, keys.length - KEPT))) await store.deleteRecord(RECORD, key);
  }
}

const SEED = 1;

function minedFor(specialist: string): string {
  return `mined-${specialist}`.slice(0, 64);
}

/** Waits so long, at most an hour at a time, or until the signal fires. */
async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(Math.min(ms, HOUR_MS), undefined, { signal, ref: false }).catch(() => undefined);
}
