import { randomUUID } from 'node:crypto';
import PQueue from 'p-queue';
import { QuarryError, toQuarryError } from '../core/errors.js';
import type { Report } from '../core/ports.js';
import type { Job, JobIssue, JobState, JsonObject, JsonValue, Progress } from '../core/types.js';
import { completed } from './completed-progress.js';
import type { ServiceContext } from './context.js';
import { JobPulse } from './job-pulse.js';
import { writePatiently } from './patient-write.js';
import { settleWithin } from './settle-within.js';

/** How often a running job's record is written and a cancel request of another process is looked for. */
const HEARTBEAT_MS = 500;
const PERSIST_MS = 2_000;
/** A running job that makes no progress still tells this often that it lives. */
const SIGN_OF_LIFE_MS = 15_000;
const MAX_ISSUES = 100;
const CANCEL_RECORD = 'job-cancel';
/** Kinds of job that a sync completes. */
const SYNC_KINDS = ['ingest', 'sync'];
const FINISHED: readonly JobState[] = ['succeeded', 'failed', 'cancelled', 'interrupted'];

/** What a job's work is given. */
export interface JobHandle {
  readonly id: string;
  /** What it is asked to do; others may have joined it before it began. */
  readonly input: JsonObject;
  readonly signal: AbortSignal;
  readonly report: Report;
  /** Adds to a named count. */
  count(name: string, by?: number): void;
  /** Records something that went wrong without stopping the job. */
  issue(issue: JobIssue): void;
}

/** What a job is asked to do. */
export interface JobRequest {
  readonly kind: string;
  readonly subject: string;
  readonly input: JsonObject;
  /** Whether it only starts other jobs and waits for them: then it takes no turn. Default false. */
  readonly onlyConducts?: boolean;
  /** Does the work; its value becomes the job's result. */
  work(handle: JobHandle): Promise<JsonValue>;
}

/** Whether a job has come to its end. */
export function isFinished(job: Job): boolean {
  return FINISHED.includes(job.state);
}

interface LiveJob {
  job: Job;
  readonly controller: AbortController;
  readonly done: Promise<void>;
  readonly settle: () => void;
  dirty: boolean;
  persistedAt: number;
  readonly listeners: Set<(job: Job) => void>;
}

/** Runs long work one at a time behind durable records. */
export class JobService {
  readonly #context: ServiceContext;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #starts = new PQueue({ concurrency: 1 });
  readonly #live = new Map<string, LiveJob>();
  readonly #pulse: JobPulse;
  #heartbeat: NodeJS.Timeout | undefined;
  #beating = false;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#pulse = new JobPulse(context);
  }

  /**
   * Joins a job of this process that has not begun, where `join` gives the input it shall then have, or else starts one.
   * Requests that come at once find each other. Jobs of other processes are never joined: they may begin at any moment.
   */
  startOrJoin(
    request: JobRequest,
    join: (waiting: JsonObject, asked: JsonObject) => JsonObject | undefined,
  ): Promise<Job> {
    return this.#starts.add(async () => {
      for (const live of this.#live.values()) {
        if (live.job.state !== 'queued' || live.controller.signal.aborted) continue;
        const input = join(live.job.input, request.input);
        if (input === undefined) continue;
        if (input !== live.job.input) await this.#update(live, { input }, true);
        return live.job;
      }
      return this.start(request);
    });
  }

  /** Queues work and resolves with its record as soon as that is stored. */
  async start(request: JobRequest): Promise<Job> {
    const { kind, subject, input } = request;
    const now = this.#context.clock.now();
    const job: Job = {
      id: `job_${randomUUID().replaceAll('-', '').slice(0, 20)}`,
      kind,
      subject,
      input,
      state: 'queued',
      progress: { stage: 'queued', done: 0, total: 0 },
      counts: {},
      issues: [],
      result: null,
      error: null,
      createdAt: now,
      startedAt: null,
      finishedAt: null,
      updatedAt: now,
      owner: this.#context.owner,
    };
    await this.#context.store.putJob(job);
    const controller = new AbortController();
    let settle: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const persistedAt = this.#context.clock.elapsedMs();
    const live: LiveJob = { job, controller, done, settle, dirty: false, persistedAt, listeners: new Set() };
    this.#live.set(job.id, live);
    this.#beat();
    controller.signal.addEventListener('abort', () => void this.#dropQueued(live), { once: true });
    void (request.onlyConducts === true ? this.#run(live, request) : this.#queue.add(() => this.#run(live, request)));
    return job;
  }

  /** A job that is cancelled before its turn ends at once; it need not wait for those before it. */
  async #dropQueued(live: LiveJob): Promise<void> {
    if (live.job.state !== 'queued') return;
    const { code, message } = new QuarryError('CANCELLED', 'The job was cancelled before it began.');
    await this.#finish(live, { state: 'cancelled', error: { code, message } });
  }

  async #run(live: LiveJob, request: JobRequest): Promise<void> {
    if (live.controller.signal.aborted) return;
    await this.#begin(live);
    await this.#finish(live, await this.#attempt(live, request));
  }

  async #begin(live: LiveJob): Promise<void> {
    try {
      await this.#update(live, { state: 'running', startedAt: this.#context.clock.now() }, true);
    } catch (error) {
      live.dirty = true; // The next heartbeat tries again; what the job needs to write will fail by itself if it must.
      this.#context.log('warn', 'The start of a job could not be recorded.', { job: live.job.id, error });
    }
  }

  async #finish(live: LiveJob, outcome: Partial<Job>): Promise<void> {
    const finished = { ...outcome, finishedAt: this.#context.clock.now() };
    try {
      const write = (): Promise<void> => this.#update(live, finished, true);
      await writePatiently(write, { signal: new AbortController().signal, onWait: () => undefined });
    } catch (error) {
      this.#context.log('error', 'A finished job could not be recorded.', {
        job: live.job.id,
        error: toQuarryError(error).message,
      });
    }
    if (!live.dirty) this.#forget(live);
    await this.#context.store.deleteRecord(CANCEL_RECORD, live.job.id).catch(() => false); // A left-over request is harmless: its job is over.
    // What the engine wrote has the modes of the process; whoever waits finds it private.
    await this.#context.homeRights.tightenNew();
    live.settle();
  }

  #forget(live: LiveJob): void {
    this.#live.delete(live.job.id);
    if (this.#live.size === 0) this.#stopBeating();
  }

  /** Records the end of a job that could not be recorded before, on a full disk for instance. */
  async #retire(live: LiveJob): Promise<void> {
    if (live.dirty && this.#context.clock.elapsedMs() - live.persistedAt < PERSIST_MS) return;
    if (live.dirty) await this.#persist(live);
    this.#forget(live);
  }

  async #attempt(live: LiveJob, request: JobRequest): Promise<Partial<Job>> {
    try {
      const result = await request.work(this.#handle(live));
      return { state: 'succeeded', result, progress: completed(live.job.progress) };
    } catch (error) {
      const known = live.controller.signal.aborted
        ? new QuarryError('CANCELLED', 'The job was cancelled.')
        : toQuarryError(error);
      if (known.code === 'INTERNAL') this.#context.log('error', 'A job failed.', { job: live.job.id, error });
      const { code, message, hint } = known.toReport();
      const state: JobState = known.code === 'CANCELLED' ? 'cancelled' : 'failed';
      return { state, error: { code, message, ...(hint === undefined ? {} : { hint }) } };
    }
  }

  #handle(live: LiveJob): JobHandle {
    const change = (part: Partial<Job>): void => void this.#update(live, part, false);
    const { id, input } = live.job;
    return {
      id,
      input,
      signal: live.controller.signal,
      report: (progress: Progress) => change({ progress }),
      count: (name, by = 1) => change({ counts: { ...live.job.counts, [name]: (live.job.counts[name] ?? 0) + by } }),
      issue: (issue) =>
        change({
          issues: live.job.issues.length < MAX_ISSUES ? [...live.job.issues, issue] : live.job.issues,
          counts: { ...live.job.counts, issues: (live.job.counts['issues'] ?? 0) + 1 },
        }),
    };
  }

  async #update(live: LiveJob, part: Partial<Job>, persist: boolean): Promise<void> {
    live.job = { ...live.job, ...part, updatedAt: this.#context.clock.now() };
    live.dirty = true;
    for (const listener of live.listeners) listener(live.job);
    if (persist) await this.#persist(live);
  }

  async #persist(live: LiveJob): Promise<void> {
    const { job } = live;
    live.persistedAt = this.#context.clock.elapsedMs();
    await this.#context.store.putJob(job);
    if (live.job === job) live.dirty = false; // Else it went on meanwhile.
  }

  #beat(): void {
    if (this.#heartbeat !== undefined) return;
    this.#heartbeat = setInterval(() => void this.#onBeat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  #stopBeating(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }

  async #onBeat(): Promise<void> {
    if (this.#beating) return;
    this.#beating = true;
    try {
      for (const live of this.#live.values()) await this.#tend(live);
    } catch (error) {
      this.#context.log('warn', 'A job heartbeat failed.', { error: toQuarryError(error).message });
    } finally {
      this.#beating = false;
    }
  }

  async #tend(live: LiveJob): Promise<void> {
    if (
      !live.controller.signal.aborted &&
      (await this.#context.store.getRecord(CANCEL_RECORD, live.job.id)) !== undefined
    ) {
      live.controller.abort();
    }
    if (isFinished(live.job)) return this.#retire(live);
    const silentMs = this.#context.clock.elapsedMs() - live.persistedAt;
    if (live.dirty && silentMs >= PERSIST_MS) await this.#persist(live);
    else if (silentMs >= SIGN_OF_LIFE_MS) await this.#update(live, {}, true);
  }

  /** @throws QuarryError JOB_NOT_FOUND */
  async get(id: string): Promise<Job> {
    const live = this.#live.get(id)?.job;
    if (live !== undefined) return live;
    const job = await this.#context.store.getJob(id);
    if (job === undefined) {
      throw new QuarryError('JOB_NOT_FOUND', `There is no job ${JSON.stringify(id)}.`, {
        hint: 'List jobs to see their ids.',
      });
    }
    return (await this.#isDead(job)) ? this.#interrupt(job) : job;
  }

  /** Newest first; an empty list of states means all. */
  async list(
    states: readonly JobState[],
    page: { readonly offset: number; readonly limit: number },
  ): Promise<{ items: Job[]; total: number }> {
    const marked = new Map((await this.markInterrupted()).map((job) => [job.id, job]));
    const found = await this.#context.store.listJobs(states, page);
    const items = found.items.map((job) => this.#live.get(job.id)?.job ?? marked.get(job.id) ?? job);
    return { items, total: found.total };
  }

  /** Waits until the job has ended or `timeoutMs` has passed, then gives its record. `onChange` hears progress of live jobs. */
  async wait(
    id: string,
    timeoutMs: number,
    options: { signal?: AbortSignal; onChange?: (job: Job) => void } = {},
  ): Promise<Job> {
    const live = this.#live.get(id);
    if (live === undefined) return this.#poll(id, timeoutMs, options);
    if (options.onChange !== undefined) live.listeners.add(options.onChange);
    try {
      await settleWithin(live.done, timeoutMs, options.signal);
    } finally {
      if (options.onChange !== undefined) live.listeners.delete(options.onChange);
    }
    return this.get(id);
  }

  /** A job of another process: its record is read again now and then. */
  async #poll(
    id: string,
    timeoutMs: number,
    options: { signal?: AbortSignal; onChange?: (job: Job) => void },
  ): Promise<Job> {
    const end = this.#context.clock.elapsedMs() + timeoutMs;
    let job = await this.get(id);
    while (!isFinished(job) && this.#context.clock.elapsedMs() < end && options.signal?.aborted !== true) {
      const pause = Math.min(HEARTBEAT_MS, Math.max(0, end - this.#context.clock.elapsedMs()));
      await settleWithin(new Promise<void>(() => undefined), pause, options.signal);
      job = await this.get(id);
      options.onChange?.(job);
    }
    return job;
  }

  /** Asks a job to stop. A job of this process stops at once; one of another process within a second. */
  async cancel(id: string): Promise<Job> {
    const job = await this.get(id);
    if (isFinished(job)) return job;
    const live = this.#live.get(id);
    if (live !== undefined) {
      live.controller.abort();
      await settleWithin(live.done, 5_000);
      return this.get(id);
    }
    await this.#context.store.putRecord(CANCEL_RECORD, id, { requestedAt: this.#context.clock.now() });
    return this.wait(id, 3_000);
  }

  /** Marks jobs whose process has died as interrupted; resolves to those it marked. */
  async markInterrupted(): Promise<Job[]> {
    return (await this.#reviewOpen()).marked;
  }

  /** The same, and clears what was noted of jobs that have ended since. */
  async recover(): Promise<Job[]> {
    const { marked, open } = await this.#reviewOpen();
    await this.#pulse.forgetAllBut(open);
    return marked;
  }

  /** Jobs that are open, and those among them that were until their process was found dead just now. */
  async #reviewOpen(): Promise<{ marked: Job[]; open: Job[] }> {
    const { items } = await this.#context.store.listJobs(['queued', 'running'], { offset: 0, limit: 1000 });
    const marked: Job[] = [];
    for (const job of items) {
      if (!(await this.#isDead(job))) continue;
      const now = await this.#interrupt(job);
      if (now.state === 'interrupted') marked.push(now);
    }
    return { marked, open: items.filter(({ id }) => marked.every((job) => job.id !== id)) };
  }

  async #interrupt(stale: Job): Promise<Job> {
    // Read after its process was found dead: what it wrote last may be newer than what we had read before.
    const job = (await this.#context.store.getJob(stale.id)) ?? stale;
    if (!(await this.#isDead(job))) return job;
    const now = this.#context.clock.now();
    const error = {
      code: 'CANCELLED',
      message: 'The process that ran this job ended before it was done.',
      hint: SYNC_KINDS.includes(job.kind)
        ? 'Sync the source again: what was finished is kept.'
        : 'Start it again with the same input.',
    };
    const marked: Job = { ...job, state: 'interrupted', error, finishedAt: now, updatedAt: now };
    await this.#context.store.putJob(marked).catch((cause: unknown) =>
      // A home that only may be read still tells the truth; whoever may write records it.
      this.#context.log('debug', 'An interrupted job could not be recorded.', { job: job.id, error: cause }),
    );
    return marked;
  }

  async #isDead(job: Job): Promise<boolean> {
    return !isFinished(job) && (await this.#pulse.isDead(job));
  }

  /** Whether this process runs or has queued anything. */
  get isBusy(): boolean {
    return [...this.#live.values()].some(({ job }) => !isFinished(job));
  }

  /** Cancels what runs here and waits for it to end. */
  async close(): Promise<void> {
    for (const live of this.#live.values()) live.controller.abort();
    await Promise.all([...this.#live.values()].map((live) => live.done));
    for (const live of this.#live.values()) await this.#persist(live).catch(() => undefined); // Others will find it interrupted.
    this.#stopBeating();
  }
}
