import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WriterLease } from '../../src/store/lease.js';
import { openStore } from '../../src/store/open-store.js';
import { keywords, sampleCollection } from '../contract/knowledge-samples.js';

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

  const holdElsewhere = async () => {
    const script = fileURLToPath(new URL('./hold-lease.js', import.meta.url));
    const child = spawn(process.execPath, [script, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    expect(line).toBe('held');
    return child;
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
    expect(await store.searchKeyword('docs', keywords('x'), 1, {})).toEqual([]);
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
      JSON.stringify({ token: 'ours', pid: process.pid, host: hostname(), start: 'long ago', since: '' }),
    );
    const lease = await leaseOf(0).acquire();
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
