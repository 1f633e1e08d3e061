import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LOCAL_REACH } from '../../src/core/reach.js';
import type { Job } from '../../src/core/types.js';
import type { Quarry } from '../../src/quarry.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let place: string;
let quarry: Quarry;
let sources: string[];

beforeEach(async () => {
  place = await temporaryFolder();
  quarry = await openTestWorkspace(join(place, 'home'));
  sources = [];
  for (const name of ['a', 'b', 'c']) {
    await mkdir(join(place, name));
    await writeFile(join(place, name, 'page.md'), `# ${name}\n\nA page of ${name}.\n`);
    sources.push((await ingestAndWait(quarry, join(place, name))).sourceId);
  }
});
afterEach(async () => {
  await quarry.close();
  await removeFolder(place);
});

/** Keeps the queue from moving until it is let go. */
async function holdQueue(): Promise<() => Promise<void>> {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hasBegun: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve;
  });
  const job = await quarry.services.jobs.start({
    kind: 'test',
    subject: 'in the way',
    input: {},
    work: async () => {
      hasBegun();
      await held;
      return null;
    },
  });
  await begun;
  return async () => {
    release();
    await finishJob(quarry, job.id);
  };
}

const openSyncs = async (): Promise<Job[]> =>
  (await quarry.services.jobs.list(['queued', 'running'], { offset: 0, limit: 100 })).items.filter(
    ({ kind }) => kind !== 'test',
  );

describe('syncs of the same source that wait', () => {
  test('are one job, asked for one after the other or at once, by sync and by ingest', async () => {
    const letGo = await holdQueue();
    const [a = ''] = sources;
    const first = await quarry.services.ingest.sync([a], { reach: LOCAL_REACH });
    const more = await Promise.all(
      Array.from({ length: 20 }, () => quarry.services.ingest.sync([a], { reach: LOCAL_REACH })),
    );
    const again = await quarry.execute('ingest', { target: join(place, 'a') });
    expect(new Set([first.id, ...more.map(({ id }) => id), again.output.jobId])).toEqual(new Set([first.id]));
    expect(await openSyncs()).toHaveLength(1);
    await writeFile(join(place, 'a', 'late.md'), '# Late\n\nWritten while the job waited.\n');
    await letGo();
    expect(await finishJob(quarry, first.id)).toMatchObject({ state: 'succeeded', counts: { added: 1 } });
  });

  test('are joined by one that reads everything anew, which then is done', async () => {
    const letGo = await holdQueue();
    const all = await quarry.services.ingest.sync([], { reach: LOCAL_REACH });
    const full = await quarry.services.ingest.sync([sources[1] ?? ''], { full: true, reach: LOCAL_REACH });
    expect(full.id).toBe(all.id);
    expect(full.input['fullSources']).toEqual([sources[1]]);
    expect((await quarry.services.ingest.sync([sources[1] ?? ''], { reach: LOCAL_REACH })).id).toBe(all.id);
    await letGo();
    expect((await finishJob(quarry, all.id)).state).toBe('succeeded');
  });

  test('do not join one that has begun: what changed since may have been passed', async () => {
    const [a = ''] = sources;
    const letGo = await holdQueue();
    const waiting = await quarry.services.ingest.sync([a], { reach: LOCAL_REACH });
    const { jobs } = quarry.services;
    const begun = new Promise<void>((resolve) => {
      void jobs.wait(waiting.id, Number.MAX_SAFE_INTEGER, {
        onChange: ({ state }) => (state === 'queued' ? undefined : resolve()),
      });
    });
    const released = letGo();
    await begun;
    const next = await quarry.services.ingest.sync([a], { reach: LOCAL_REACH });
    expect(next.id).not.toBe(waiting.id);
    await released;
    expect((await finishJob(quarry, next.id)).state).toBe('succeeded');
  });

  test('do not join one that was cancelled', async () => {
    const letGo = await holdQueue();
    const first = await quarry.services.ingest.sync([sources[0] ?? ''], { reach: LOCAL_REACH });
    await quarry.services.jobs.cancel(first.id);
    expect((await quarry.services.ingest.sync([sources[0] ?? ''], { reach: LOCAL_REACH })).id).not.toBe(first.id);
    await letGo();
  });

  test('never leave a request without a waiting job that does all it asks', async () => {
    const letGo = await holdQueue();
    const request = fc.record({
      ids: fc.subarray([0, 1, 2], { minLength: 1 }),
      full: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 6 }), async (requests) => {
        for (const { ids, full } of requests) {
          const asked = ids.map((i) => sources[i] ?? '');
          const { input } = await quarry.services.ingest.sync(asked, { full, reach: LOCAL_REACH });
          expect(input['sources']).toEqual(expect.arrayContaining(asked));
          if (full && input['full'] !== true) expect(input['fullSources']).toEqual(expect.arrayContaining(asked));
        }
        expect((await openSyncs()).length).toBeLessThanOrEqual(7); // one for each set of three sources at most
      }),
      { numRuns: 15, seed: 4 },
    );
    await letGo();
  });
});
