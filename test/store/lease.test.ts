import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { utimesSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WriterLease } from '../../src/store/lease.js';
import { openStore } from '../../src/store/open-store.js';
import { ownIdentity } from '../../src/store/process-identity.js';
import { sampleCollection } from '../contract/knowledge-samples.js';

const isLinux = process.platform === 'linux';
/** What puts a process into a process-id namespace of its own; only root may. */
const UNSHARE = ['--pid', '--fork', '--mount-proc', '--kill-child'];
const canUnshare = isLinux && spawnSync('unshare', [...UNSHARE, 'true']).status === 0;

const clock = { now: () => new Date().toISOString(), elapsedMs: () => performance.now() };

/** A clock that runs a second with every look, so that waiting takes no time. */
function fastClock() {
  let ms = 0;
  return { now: () => '2026-01-01T00:00:00.000Z', elapsedMs: () => (ms += 1000) };
}

describe('WriterLease', () => {
  let directory: string;
  const leaseOf = (waitMs: number, time = clock) =>
    new WriterLease({ directory: join(directory, 'writers'), clock: time, waitMs });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lease-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const holdElsewhere = async (wrapper: readonly string[] = []) => {
    const script = fileURLToPath(new URL('./hold-lease.js', import.meta.url));
    const [program = '', ...words] = [...wrapper, process.execPath, script, directory];
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    expect(line).toBe('held');
    return child;
  };

  /** What a process says that finds the lease taken. */
  const holdOrRefuse = async (wrapper: readonly string[]): Promise<string> => {
    const script = fileURLToPath(new URL('./hold-lease.js', import.meta.url));
    const [program = '', ...words] = [...wrapper, process.execPath, script, directory, '0'];
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    child.stdin.end();
    await once(child, 'close');
    return String(line);
  };

  /** A thread with a copy of the module of its own. */
  const startThread = async () => {
    const worker = new Worker(new URL('./lease-thread.js', import.meta.url), {
      workerData: join(directory, 'writers'),
    });
    const ask = async (order: 'acquire' | 'release'): Promise<string> => {
      worker.postMessage(order);
      const [answer] = await once(worker, 'message');
      return String(answer);
    };
    return { ask, end: () => worker.terminate() };
  };

  it('is held by one at a time and free again after release', async () => {
    const first = await leaseOf(0).acquire();
    expect(first.isHeld()).toBe(true);
    await expect(leaseOf(0).acquire()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      details: { pid: process.pid, host: hostname() },
    });
    expect(await leaseOf(0).holder()).toMatchObject({ pid: process.pid });
    await first.release();
    expect(await leaseOf(0).holder()).toBeUndefined();
    await (await leaseOf(0).acquire()).release();
    expect(await readdir(join(directory, 'writers'))).toEqual([]);
  });

  it('names the process that holds it, and is taken over at once when that process is killed', async () => {
    const child = await holdElsewhere();
    await expect(leaseOf(0).acquire()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining(`process ${child.pid}`),
      hint: expect.any(String),
    });
    child.kill('SIGKILL');
    await once(child, 'close');
    const lease = await leaseOf(0).acquire();
    expect(lease.isHeld()).toBe(true);
    await lease.release();
  });

  it('makes a store refuse to write, but not to read, while another process writes', async () => {
    const store = await openStore({ directory, lockWaitMs: 0 });
    await store.createCollection(sampleCollection('docs'));
    const child = await holdElsewhere();
    await expect(store.dropCollection('docs')).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    expect(await store.searchKeyword('docs', 'x', 1, {})).toEqual([]);
    await store.putRecord('run', 'a', 1); // small records need no lease
    expect((await store.check()).find(({ name }) => name === 'writer')?.detail).toContain(String(child.pid));
    child.kill('SIGKILL');
    await once(child, 'close');
    await store.dropCollection('docs');
    await store.close();
  });

  it('ignores torn claims, and claims of an earlier process with our number', async () => {
    const folder = join(directory, 'writers');
    await mkdir(folder);
    await writeFile(join(folder, 'torn.claim'), '{"token":');
    await writeFile(
      join(folder, 'ours.claim'),
      JSON.stringify({ ...ownIdentity(), token: 'ours', start: 'long ago', since: '' }),
    );
    // Where the system tells no starts of processes, silence alone tells that a claim is dead.
    const lease = await (isLinux ? leaseOf(0) : leaseOf(200_000, fastClock())).acquire();
    expect(lease.isHeld()).toBe(true);
    await lease.release();
  });

  it('takes over from another machine only after it saw no heartbeat for a while', async () => {
    const folder = join(directory, 'writers');
    await mkdir(folder);
    const claim = { token: 'far', pid: 1, host: 'another-machine', start: '', since: '2026-01-01T00:00:00.000Z' };
    await writeFile(join(folder, 'far.claim'), JSON.stringify(claim));
    await expect(leaseOf(3000, fastClock()).acquire()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      details: { host: 'another-machine' },
    });
    const lease = await leaseOf(100_000, fastClock()).acquire();
    expect(lease.isHeld()).toBe(true);
    await lease.release();
  });

  it('believes no process number of another namespace, whatever its host is called', async () => {
    const folder = join(directory, 'writers');
    await mkdir(folder);
    const path = join(folder, 'other.claim');
    const gone = { ...ownIdentity(), pid: 2 ** 22 + 1, token: 'other', since: '' };
    for (const place of ['another/boot/or/namespace', '']) {
      await writeFile(path, JSON.stringify({ ...gone, place }));
      await expect(leaseOf(0).acquire()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      const renewing = { ...fastClock(), renewals: 0 };
      const renewed = {
        now: renewing.now,
        elapsedMs: () => {
          renewing.renewals += 1;
          utimesSync(path, renewing.renewals, renewing.renewals); // a sign of life before every look
          return renewing.elapsedMs();
        },
      };
      await expect(leaseOf(60_000, renewed).acquire()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      await (await leaseOf(100_000, fastClock()).acquire()).release(); // silent at last
    }
  });

  it('waits for a claim that earlier versions wrote, until it is silent', async () => {
    const folder = join(directory, 'writers');
    await mkdir(folder);
    const { pid, host, start } = ownIdentity();
    await writeFile(join(folder, 'old.claim'), JSON.stringify({ token: 'old', pid, host, start, since: '' }));
    await expect(leaseOf(0).acquire()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await (await leaseOf(100_000, fastClock()).acquire()).release();
  });

  it('is held by one of two processes in namespaces of their own, whichever comes first', async () => {
    if (!canUnshare) return process.stderr.write('not tried: this user may not make namespaces\n');
    const child = await holdElsewhere(['unshare', ...UNSHARE]);
    await expect(leaseOf(0).acquire()).rejects.toMatchObject({ code: 'STORE_LOCKED', details: { pid: 1 } });
    child.kill('SIGKILL');
    await once(child, 'close');
    const lease = await leaseOf(100_000, fastClock()).acquire();
    const late = await holdOrRefuse(['unshare', ...UNSHARE]);
    expect(late).toContain(`process ${process.pid}`);
    await lease.release();
    return undefined;
  });

  it('is held by one of two threads, or copies of the module, whichever comes first', async () => {
    const thread = await startThread();
    expect(await thread.ask('acquire')).toBe('held');
    await expect(leaseOf(0).acquire()).rejects.toMatchObject({ code: 'STORE_LOCKED', details: { pid: process.pid } });
    expect(await thread.ask('release')).toBe('released');
    const lease = await leaseOf(0).acquire();
    expect(await thread.ask('acquire')).toBe('STORE_LOCKED');
    expect(await lease.renew()).toBe(true);
    await lease.release();
    expect(await thread.ask('acquire')).toBe('held');
    await thread.end(); // with the lease in its hands: silence tells
    await expect(leaseOf(0).acquire()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await (await leaseOf(1_000_000, fastClock()).acquire()).release();
  });

  it('takes a folder that cannot be listed for no proof of being alone', async () => {
    await writeFile(join(directory, 'writers'), 'a file where the claims should be');
    await expect(leaseOf(0).acquire()).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  });

  it('tells its holder when the claim was taken away', async () => {
    const lease = await leaseOf(0).acquire();
    await rm(join(directory, 'writers'), { recursive: true });
    expect(await lease.renew()).toBe(false);
    expect(lease.isHeld()).toBe(false);
    await lease.release();
  });

  it('never lets two hold it, whoever comes first', async () => {
    let holders = 0;
    let most = 0;
    const take = async () => {
      const lease = await leaseOf(30_000).acquire();
      holders += 1;
      most = Math.max(most, holders);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      holders -= 1;
      await lease.release();
    };
    await Promise.all(Array.from({ length: 12 }, take));
    expect(most).toBe(1);
  });
});
