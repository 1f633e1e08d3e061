import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { KnowledgeStore } from '../../src/core/ports.js';
import { LanceStore } from '../../src/store/lance-store.js';
import { openStore } from '../../src/store/open-store.js';
import { Presence } from '../../src/store/presence.js';
import { bytesBelow } from '../../src/store/sync-files.js';
import { sampleCollection, sampleDocument, sampleJob, sampleSource } from '../contract/knowledge-samples.js';
import { LOOP_DOCUMENTS, LOOP_PARAGRAPHS, READ_LOOP, type ReadLoopReport } from './read-loop.js';
import { temporaryStore } from './temporary-store.js';

const source = sampleSource('docs');
/** A clock for which everything was written an hour ago. */
const hourAhead = {
  now: () => new Date(Date.now() + 3_600_000).toISOString(),
  elapsedMs: () => performance.now(),
};

function loopDocument(number: number, edition: number) {
  const paragraphs = Array.from({ length: LOOP_PARAGRAPHS }, (_, n) => `paragraph ${n} of ${number} edition${edition}`);
  return sampleDocument(source, `${number}.md`, paragraphs.join('\n\n'));
}

async function fill(store: KnowledgeStore): Promise<void> {
  await store.createCollection(sampleCollection('docs'));
  await store.putSource(source);
  const documents = Array.from({ length: LOOP_DOCUMENTS }, (_, number) => loopDocument(number, 0));
  await store.putDocuments('docs', documents);
  await store.putRecord('run', 'a', 0);
  await store.putJob(sampleJob('job'));
  await store.maintain('docs');
}

/** What a sync of two changed documents writes. */
async function syncTwo(store: KnowledgeStore, edition: number): Promise<void> {
  for (const done of [0, 1, 2]) await store.putJob(sampleJob('job', { progress: { stage: 'embed', done, total: 2 } }));
  const numbers = [(edition * 2) % LOOP_DOCUMENTS, (edition * 2 + 1) % LOOP_DOCUMENTS];
  await store.putDocuments(
    'docs',
    numbers.map((number) => loopDocument(number, edition)),
  );
  await store.putSource(source);
  await store.putRecord('run', 'a', edition);
  await store.maintain('docs');
}

async function versionsOf(directory: string, prefix: string): Promise<number> {
  const name = (await readdir(directory)).find((entry) => entry.startsWith(prefix)) ?? '';
  const files = await readdir(join(directory, name, '_versions'));
  return files.filter((file) => file.endsWith('.manifest')).length;
}

describe('old versions', () => {
  it('go when a job ends and when the store closes: many small syncs leave no more than a few times a fresh store', async () => {
    const fresh = await temporaryStore();
    const grown = await temporaryStore();
    try {
      await fill(fresh.store);
      await fill(grown.store);
      for (let edition = 1; edition <= 25; edition++) await syncTwo(grown.store, edition);
      expect(await bytesBelow(grown.directory)).toBeLessThan(5 * (await bytesBelow(fresh.directory)));
      await grown.store.close();
      await fresh.store.close();
      expect(await bytesBelow(grown.directory)).toBeLessThan(3 * (await bytesBelow(fresh.directory)));
    } finally {
      await grown.dispose();
      await fresh.dispose();
    }
  });

  it('stay while another store has the folder open, and are dropped by the one that stays', async () => {
    const { store, directory, dispose } = await temporaryStore();
    try {
      await fill(store);
      const other = await openStore({ directory });
      for (let edition = 1; edition <= 10; edition++) await syncTwo(store, edition);
      expect(await versionsOf(directory, 'k_')).toBeGreaterThan(10);
      expect(await versionsOf(directory, 'jobs')).toBeGreaterThan(30);
      await store.close();
      expect(await versionsOf(directory, 'k_')).toBeGreaterThan(10);
      if (!(other instanceof LanceStore)) throw new TypeError('not the store that is meant');
      await other.tidy(); // what its heartbeat does
      expect(await versionsOf(directory, 'k_')).toBeLessThan(7);
      expect(await versionsOf(directory, 'jobs')).toBeLessThan(7);
      await other.close();
    } finally {
      await dispose();
    }
  });

  it('are told by the check, which makes closing drop them', async () => {
    const { store, directory, dispose } = await temporaryStore();
    try {
      await fill(store);
      const other = await openStore({ directory });
      for (let edition = 1; edition <= 10; edition++) await syncTwo(store, edition);
      await store.close();
      const [finding] = (await other.check()).filter(({ name }) => name === 'old versions');
      expect(finding?.detail).toMatch(/^about [0-9.]+ MB, freed when/);
      await other.close();
      expect(await versionsOf(directory, 'k_')).toBeLessThan(7);
    } finally {
      await dispose();
    }
  });

  it('are never missed by another process that reads: it finds everything, whole, while versions go at once', async () => {
    const { store, directory, dispose } = await temporaryStore({ clock: hourAhead });
    try {
      await fill(store);
      const script = fileURLToPath(new URL('./read-loop.js', import.meta.url));
      const child = spawn(process.execPath, [script, directory, READ_LOOP], { stdio: ['pipe', 'pipe', 'inherit'] });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      await lines.next();
      for (let edition = 1; edition <= 20; edition++) await syncTwo(store, edition);
      expect(await versionsOf(directory, 'k_')).toBeLessThan(20);
      child.stdin.end();
      const report: ReadLoopReport = JSON.parse((await lines.next()).value ?? '');
      expect(report).toEqual({ rounds: expect.any(Number), wrong: [] });
      expect(report.rounds).toBeGreaterThan(1);
      await once(child, 'close');
    } finally {
      await dispose();
    }
  });
});

describe('presence', () => {
  it('is told of stores, not of what the dead left behind', async () => {
    const { directory, dispose } = await temporaryStore();
    const folder = join(directory, 'marks');
    const [first, second] = [new Presence(folder), new Presence(folder)];
    try {
      expect(await first.isAlone()).toBe(false); // not entered: nobody would see it
      await first.enter();
      expect(await first.isAlone()).toBe(true);
      await second.enter();
      expect([await first.isAlone(), await second.isAlone()]).toEqual([false, false]);
      await second.leave();
      expect(await first.isAlone()).toBe(true);
      const script = `import('${new URL('../../src/store/presence.js', import.meta.url).href}')
        .then(({ Presence }) => new Presence(${JSON.stringify(folder)}).enter())
        .then(() => process.kill(process.pid, 'SIGKILL'));`;
      await once(spawn(process.execPath, ['-e', script], { stdio: 'inherit' }), 'close');
      expect(await readdir(folder)).toHaveLength(2);
      expect(await first.isAlone()).toBe(true);
      expect(await readdir(folder)).toHaveLength(1);
    } finally {
      await first.leave();
      await dispose();
    }
  });

  it('of a process that cannot be asked ends with ten minutes of silence', async () => {
    const { directory, dispose } = await temporaryStore();
    const folder = join(directory, 'marks');
    const presence = new Presence(folder);
    try {
      await mkdir(folder);
      const mark = join(folder, 'elsewhere.open');
      await writeFile(mark, JSON.stringify({ pid: 1, start: '', namespace: 'another container' }));
      await presence.enter();
      expect(await presence.isAlone()).toBe(false);
      const silent = new Date(Date.now() - 601_000);
      await utimes(mark, silent, silent);
      expect(await presence.isAlone()).toBe(true);
      await writeFile(mark, '');
      expect(await presence.isAlone()).toBe(false);
    } finally {
      await presence.leave();
      await dispose();
    }
  });
});
