import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sha256 } from '../../src/core/identity.js';
import type { Quarry } from '../../src/quarry.js';
import { damageFile, filesOfKind, snapshot, WAYS, type Way } from '../support/damage.js';
import {
  finishJob,
  ingestAndWait,
  openTestWorkspace,
  removeFolder,
  syncAndWait,
  temporaryFolder,
} from '../support/workspace.js';

const NOTES = ['alpha', 'beta', 'gamma'];
let folder: string;
let pristine: string;

/** A home with two collections: `docs` of a folder and of notes, `other` of another folder. Each has deleted rows. */
beforeAll(async () => {
  folder = await temporaryFolder();
  pristine = join(folder, 'pristine');
  for (const name of ['docs', 'other']) {
    await mkdir(join(folder, name));
    for (let i = 0; i < 5; i++) {
      const text = `# Page ${i} of ${name}\n\nThe ${name} page number ${i} tells of kettles and quarries.\n\n## More\n\nStone ${i}.\n`;
      await writeFile(join(folder, name, `${i}.md`), text);
    }
  }
  const quarry = await openTestWorkspace(pristine);
  for (const name of ['docs', 'other']) await ingestAndWait(quarry, join(folder, name), { collection: name });
  for (const id of [...NOTES, 'gone']) {
    await quarry.execute('note_create', {
      id,
      title: `Note ${id}`,
      text: `Remember ${id} for later.`,
      collection: 'docs',
    });
  }
  await writeFile(join(folder, 'docs', '4.md'), '# Page 4 of docs\n\nChanged.\n');
  await syncAndWait(quarry);
  await quarry.services.context.store.putRecord('probe', 'a', { number: 1 });
  // In a fragment with others: one that is all deleted goes whole, and leaves no file that says so.
  await quarry.services.context.store.maintain('docs');
  await quarry.execute('note_delete', { id: 'gone', collection: 'docs' });
  await quarry.close();
}, 120_000);

afterAll(async () => {
  await removeFolder(folder);
});

async function database(home: string): Promise<string> {
  return join(home, 'workspaces', 'default');
}

async function tableOf(home: string, collection: string): Promise<string> {
  const root = await database(home);
  const name = (await readdir(root)).find((entry) => entry.startsWith(`k_${collection}_`));
  return join(root, name ?? '');
}

/** What is on the disk and what is stored of it: uri and content hash of each document of a folder. */
async function expectEqualToDisk(quarry: Quarry, collection: string): Promise<void> {
  const { output } = await quarry.execute('list_documents', {
    collections: [collection],
    limit: 100,
    sourceKinds: ['files'],
  });
  const stored = output.documents.map(({ url, contentHash }) => [url.split('/').at(-1), contentHash]);
  const files = (await readdir(join(folder, collection))).sort();
  const expected = await Promise.all(
    files.map(async (name) => [name, sha256(await readFile(join(folder, collection, name), 'utf8'))]),
  );
  expect(stored.sort()).toEqual(expected);
}

/** Where nothing tells any more which rows were deleted, a deleted note may be back: better so than one lost. */
async function expectNotes(quarry: Quarry, mayHoldDeleted = false): Promise<void> {
  for (const id of NOTES) {
    const { output } = await quarry.execute('note_get', { id, collection: 'docs' });
    expect(output).toMatchObject({ title: `Note ${id}`, text: `Remember ${id} for later.` });
    const found = await quarry.execute('search', { query: `remember ${id}`, collections: ['docs'], limit: 20 });
    expect(found.output.results.map(({ title }) => title)).toContain(`Note ${id}`);
  }
  const { output } = await quarry.execute('note_list', { collection: 'docs' });
  expect(output.total - NOTES.length).toBeLessThanOrEqual(mayHoldDeleted ? 1 : 0);
}

async function expectOthersAnswer(quarry: Quarry): Promise<void> {
  const { output: status } = await quarry.execute('status', {});
  const other = status.collections.find(({ name }) => name === 'other');
  expect(other).toMatchObject({ documents: 5, broken: null });
  const { output: found } = await quarry.execute('search', { query: 'kettles and quarries', limit: 50 });
  expect(found.results.filter(({ collection }) => collection === 'other').length).toBeGreaterThanOrEqual(5);
  await quarry.execute('list_documents', {});
  await quarry.execute('find_similar', { text: 'kettles' });
}

async function doctor(quarry: Quarry) {
  const { output } = await quarry.execute('doctor', {});
  return output.findings.filter(({ ok, name }) => !ok && name !== 'disk' && name !== 'privacy');
}

const copies: string[] = [];

async function withCopy(work: (home: string) => Promise<void>): Promise<void> {
  const home = join(folder, `home-${copies.length}`);
  copies.push(home);
  await cp(pristine, home, { recursive: true });
  try {
    await work(home);
  } finally {
    await removeFolder(home);
  }
}

/** Mends, syncs, and finds everything as it was. */
async function expectMended(quarry: Quarry): Promise<void> {
  const before = snapshot(await database(quarry.config.home));
  const preview = await quarry.execute('mend', {});
  expect(snapshot(await database(quarry.config.home))).toEqual(before);
  const { output } = await quarry.execute('mend', { confirm: true });
  expect(output.steps[0]?.what).toBe(preview.output.steps[0]?.what);
  expect((await syncAndWait(quarry)).state).toBe('succeeded');
  await expectEqualToDisk(quarry, 'docs');
  await expectEqualToDisk(quarry, 'other');
  expect(await doctor(quarry)).toEqual([]);
}

describe.each(WAYS)('a file that is %s', (way: Way) => {
  test.each(['data', '_deletions', '_versions', '_indices'] as const)(
    'of the kind %s leaves the other collection whole, is named, and is mended',
    async (kind) => {
      const files = filesOfKind(await tableOf(pristine, 'docs'), kind);
      const chosen = kind === '_indices' ? files.filter((_, index) => index % 7 === 0) : files;
      expect(chosen.length).toBeGreaterThan(0);
      for (const file of chosen) {
        await withCopy(async (home) => {
          damageFile(file.replace(pristine, home), way);
          const quarry = await openTestWorkspace(home);
          try {
            await expectOthersAnswer(quarry);
            await writeFile(join(folder, 'other', 'new.md'), 'A new page.\n');
            const job = await finishJob(
              quarry,
              (await quarry.execute('ingest', { target: join(folder, 'other'), collection: 'other' })).output.jobId,
            );
            expect(job).toMatchObject({ state: 'succeeded', error: null });
            await writeFile(join(folder, 'other', 'new.md'), '');
            const findings = await doctor(quarry);
            for (const { name, hint } of findings) {
              expect(name).toMatch(/docs|torn/);
              expect(hint).toContain('doctor --mend');
            }
          } finally {
            await quarry.close();
            await import('node:fs/promises').then(({ rm }) => rm(join(folder, 'other', 'new.md'), { force: true }));
          }
          const again = await openTestWorkspace(home);
          try {
            await expectMended(again);
            if (kind !== 'data') await expectNotes(again, kind !== '_indices');
          } finally {
            await again.close();
          }
        });
      }
    },
    240_000,
  );

  test.each(['collections', 'sources', 'jobs', 'records'])(
    'of the control table %s deletes no row and is mended',
    async (name) => {
      for (const kind of ['data', '_versions'] as const) {
        await withCopy(async (home) => {
          const table = join(await database(home), `${name}.lance`);
          for (const file of filesOfKind(table, kind)) damageFile(file, way);
          const quarry = await openTestWorkspace(home);
          try {
            await expectOthersAnswer(quarry);
            await quarry.services.context.store.maintain('other').catch(() => undefined);
            await expectMended(quarry);
            await expectNotes(quarry);
          } finally {
            await quarry.close();
          }
        });
      }
    },
    240_000,
  );

  test('the file of the format is named and written again', async () => {
    await withCopy(async (home) => {
      damageFile(join(await database(home), 'quarry-store.json'), way);
      const quarry = await openTestWorkspace(home);
      try {
        await expectOthersAnswer(quarry);
        expect((await doctor(quarry)).map(({ name }) => name)).toEqual(['format']);
        await expectMended(quarry);
        await expectNotes(quarry);
      } finally {
        await quarry.close();
      }
    });
  });
});
