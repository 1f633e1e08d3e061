import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { QuarryError } from '../../src/core/errors.js';
import type { KnowledgeStore } from '../../src/core/ports.js';
import type { Job } from '../../src/core/types.js';
import { renderJob, toJobShape } from '../../src/operations/job-shape.js';
import { createOwner } from '../../src/owner.js';
import type { Quarry } from '../../src/quarry.js';
import type { ServiceContext } from '../../src/services/context.js';
import { type JobHandle, JobService } from '../../src/services/jobs.js';
import { writePatiently } from '../../src/services/patient-write.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const CHILD = fileURLToPath(new URL('endless-job.child.js', import.meta.url));

let home: string;
let quarry: Quarry;
const children: ChildProcess[] = [];

beforeAll(async () => {
  home = await temporaryFolder();
  quarry = await openTestWorkspace(home);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
});

/** Another process with a running job on the same home. */
async function otherProcess(): Promise<{ child: ChildProcess; id: string; nextLine(): Promise<string> }> {
  const child = spawn(process.execPath, [CHILD, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => String((await lines.next()).value);
  const first = [await nextLine(), await nextLine()];
  return { child, nextLine, id: first.find((line) => line.startsWith('job_')) ?? '' };
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

function startJob(work: (handle: JobHandle) => Promise<null>): Promise<Job> {
  return quarry.services.jobs.start({ kind: 'test', subject: 'here', input: {}, work });
}

/** A job that runs until it is cancelled. */
async function startEndless(): Promise<Job> {
  return startJob(async ({ signal }) => {
    await untilAborted(signal);
    signal.throwIfAborted();
    return null;
  });
}

/** The workspace, with other ports in some places. */
function workspaceWhere(ports: Partial<ServiceContext>): { store: KnowledgeStore; context: ServiceContext } {
  const { context } = quarry.services;
  return { store: context.store, context: { ...context, ...ports } };
}

/** A running job of somebody else. */
function jobOf(owner: string): Job {
  const now = new Date().toISOString();
  return {
    id: `job_${randomUUID()}`,
    kind: 'sync',
    state: 'running',
    subject: 'there',
    input: {},
    progress: { stage: 'extract', done: 0, total: 0 },
    counts: {},
    issues: [],
    result: null,
    error: null,
    createdAt: now,
    startedAt: now,
    finishedAt: null,
    updatedAt: now,
    owner,
  };
}

describe('a job of another process', () => {
  test('is seen running, with its progress, and cancelled from here', async () => {
    const { id, nextLine } = await otherProcess();
    expect((await quarry.services.jobs.get(id)).state).toMatch(/running|queued/);
    const { output } = await quarry.execute('job_cancel', { id });
    expect(output).toMatchObject({ id, state: 'cancelled' });
    expect(await nextLine()).toBe('cancelled');
  });

  test('is interrupted once that process is killed, whoever looks first and however', async () => {
    const byGet = await otherProcess();
    byGet.child.kill('SIGKILL');
    await once(byGet.child, 'exit');
    const job = await quarry.services.jobs.get(byGet.id);
    expect(job).toMatchObject({ state: 'interrupted', error: { hint: expect.stringContaining('Start it again') } });

    const byList = await otherProcess();
    const waiting = quarry.waitForJob(byList.id);
    byList.child.kill('SIGKILL');
    await once(byList.child, 'exit');
    const { items } = await quarry.services.jobs.list([], { offset: 0, limit: 10 });
    expect(items.find(({ id }) => id === byList.id)?.state).toBe('interrupted');
    expect((await waiting).state).toBe('interrupted');
    expect((await quarry.services.jobs.list(['running'], { offset: 0, limit: 10 })).total).toBe(0);
  });

  test('is interrupted too when its process number is now ours, as in a container that was started again', async () => {
    const job = await startEndless();
    const mine = await quarry.services.jobs.get(job.id);
    if (process.platform !== 'linux') return; // Elsewhere silence alone tells.
    const [host, pid, , place] = createOwner().split(':');
    const owner = [host, pid, 'an-earlier-start', place, 'abcd'].join(':');
    await quarry.services.context.store.putJob({ ...mine, id: 'job_before', kind: 'sync', state: 'running', owner });
    expect(await quarry.services.jobs.get('job_before')).toMatchObject({
      state: 'interrupted',
      error: { hint: expect.stringContaining('Sync') },
    });
    expect((await quarry.services.jobs.get(job.id)).state).toMatch(/running|queued/);
    await quarry.services.jobs.cancel(job.id);
  });

  test.each(['elsewhere:1:x:y', `${hostname()}:1:x:y`, `${hostname()}:2222222:start:another-namespace:y`])(
    'of another machine or namespace (%s) lives as long as its record changes, whatever its clock says',
    async (owner) => {
      let ms = 0;
      const { store, context } = workspaceWhere({ moment: () => ({ machine: 'here', ms }) });
      const far = { ...jobOf(owner), updatedAt: '2001-01-01T00:00:00.000Z' };
      await store.putJob(far);
      for (let turn = 1; turn <= 5; turn++) {
        ms += 59_000;
        await store.putJob({ ...far, updatedAt: `2001-01-01T00:00:0${turn}.000Z` });
        expect((await new JobService(context).get(far.id)).state).toBe('running');
      }
      // What a process saw that has ended since, the next one knows.
      ms += 61_000;
      expect((await new JobService(context).get(far.id)).state).toBe('interrupted');
    },
  );

  test('of a thread of this process, or of another opening, is not taken for dead', async () => {
    let ms = 0;
    const { store, context } = workspaceWhere({ moment: () => ({ machine: 'here', ms }) });
    const far = jobOf(createOwner());
    await store.putJob(far);
    const jobs = new JobService(context);
    expect((await jobs.get(far.id)).state).toBe('running');
    ms += 599_000;
    expect((await jobs.get(far.id)).state).toBe('running');
    ms += 2_000;
    expect((await jobs.get(far.id)).state).toBe('interrupted');
  });

  test('is not believed dead by what another machine remembers', async () => {
    const { store, context } = workspaceWhere({ moment: () => ({ machine: 'here', ms: 100 }) });
    const far = jobOf('elsewhere:1:x:y');
    await store.putJob(far);
    expect((await new JobService(context).get(far.id)).state).toBe('running');
    const there = { ...context, moment: () => ({ machine: 'there', ms: 900_000 }) };
    expect((await new JobService(there).get(far.id)).state).toBe('running');
    await new JobService(context).cancel(far.id);
    await store.putJob({ ...far, state: 'cancelled' });
    await new JobService(context).recover();
    expect(await store.listRecords('job-pulse')).toEqual([]);
  });
});

describe('a job of this process', () => {
  test('that waits for its turn is cancelled without waiting', async () => {
    const first = await startEndless();
    let hasRun = false;
    const second = await startJob(async () => {
      hasRun = true;
      return null;
    });
    expect((await quarry.services.jobs.cancel(second.id)).state).toBe('cancelled');
    expect((await quarry.services.jobs.get(first.id)).finishedAt).toBeNull();
    expect((await quarry.services.jobs.cancel(first.id)).state).toBe('cancelled');
    expect(hasRun).toBe(false);
  });

  test('that has ended stays as it ended, cancelled or not', async () => {
    const job = await startJob(async () => null);
    expect((await quarry.waitForJob(job.id)).state).toBe('succeeded');
    expect((await quarry.services.jobs.cancel(job.id)).state).toBe('succeeded');
  });

  test('that fails keeps its error and hint; the next one runs', async () => {
    const job = await startJob(() => Promise.reject(new QuarryError('FETCH_FAILED', 'No.', { hint: 'Try again.' })));
    expect(await quarry.waitForJob(job.id)).toMatchObject({
      state: 'failed',
      error: { code: 'FETCH_FAILED', message: 'No.', hint: 'Try again.' },
    });
    const next = await startJob(async () => null);
    expect((await quarry.waitForJob(next.id)).state).toBe('succeeded');
  });

  test('keeps at most a hundred issues, and their true number', async () => {
    const job = await startJob(async ({ issue }) => {
      for (let i = 0; i < 250; i++) issue({ uri: `file:///${i}`, code: 'DOCUMENT_BROKEN', message: 'Broken.' });
      return null;
    });
    const done = await quarry.waitForJob(job.id);
    expect(done.issues).toHaveLength(100);
    expect(done.counts['issues']).toBe(250);
    expect(renderJob(toJobShape(done))).toContain('and 240 more');
  });
});

describe('what a job tells', () => {
  const job: Job = {
    id: 'job_x',
    kind: 'ingest',
    state: 'running',
    subject: 'docs',
    input: {},
    progress: { stage: 'extract', done: 50, total: 200 },
    counts: { chunks: 100, added: 50 },
    issues: [],
    result: null,
    error: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: null,
    updatedAt: '2026-01-01T00:00:10.000Z',
    owner: 'x',
  };

  test('rate and time left while it runs', () => {
    expect(toJobShape(job)).toMatchObject({ rate: 5, secondsLeft: 30 });
    expect(renderJob(toJobShape(job))).toContain(
      'job_x  ingest docs: running (extract 50/200, 5/s, 30 s left)\n  added 50, chunks 100',
    );
  });

  test('no time left when the total is unknown, or the job has ended', () => {
    expect(toJobShape({ ...job, progress: { ...job.progress, total: 0 } }).secondsLeft).toBeNull();
    expect(toJobShape({ ...job, state: 'cancelled', finishedAt: '2026-01-01T00:00:10.000Z' }).secondsLeft).toBeNull();
  });
});

describe('a patient write', () => {
  const locked = (): Promise<never> => Promise.reject(new QuarryError('STORE_LOCKED', 'Locked.'));
  const never = new AbortController().signal;

  test('waits for other writers, and says so', async () => {
    let attempts = 0;
    let told = 0;
    const write = async (): Promise<string> => (++attempts < 4 ? locked() : 'written');
    expect(await writePatiently(write, { signal: never, onWait: () => told++ })).toBe('written');
    expect(told).toBe(3);
  });

  test('is not endless, and other errors end it at once', async () => {
    const options = { signal: never, onWait: () => undefined };
    await expect(writePatiently(locked, options)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    const full = (): Promise<never> => Promise.reject(new QuarryError('STORE_FULL', 'Full.'));
    await expect(writePatiently(full, options)).rejects.toMatchObject({ code: 'STORE_FULL' });
  });

  test('ends with the signal, even in the middle of waiting', async () => {
    const controller = new AbortController();
    const write = (): Promise<never> => new Promise(() => undefined);
    const writing = writePatiently(write, { signal: controller.signal, onWait: () => undefined });
    controller.abort();
    await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
