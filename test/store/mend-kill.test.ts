import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { openStore } from '../../src/store/open-store.js';
import { sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { damageFile, filesOfKind } from '../support/damage.js';
import { temporaryStore } from './temporary-store.js';

/** Changes in the database folder after which the mending process is killed. */
const MOMENTS = [1, 3, 6, 12, 25, 50, 90, 150];
const source = sampleSource('docs');
const texts = Array.from({ length: 30 }, (_, index) => `first ${index}\n\nsecond ${index}`);

/** Starts to mend and kills the process after so many changes of the folder; resolves when it has ended. */
async function killAfter(directory: string, changes: number): Promise<void> {
  const script = fileURLToPath(new URL('./mend-store.child.js', import.meta.url));
  const child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let seen = 0;
  const watcher = watch(directory, { recursive: true }, () => {
    seen += 1;
    if (seen === changes) child.kill('SIGKILL');
  });
  await ended;
  watcher.close();
}

it('mends in the end what was killed in the middle of mending, and loses nothing that could be read', async () => {
  const { store, directory, dispose } = await temporaryStore();
  try {
    await store.createCollection(sampleCollection('docs'));
    await store.putSource(source);
    await store.putDocuments(
      'docs',
      texts.map((text, index) => sampleDocument(source, `${index}.md`, text)),
    );
    const table = (await readdir(directory)).find((name) => name.startsWith('k_')) ?? '';
    await store.close();
    for (const file of filesOfKind(join(directory, table), '_versions')) damageFile(file, 'flipped');
    await rm(join(directory, 'sources.lance'), { recursive: true });
    for (const changes of MOMENTS) {
      const copy = `${directory}-${changes}`;
      await cp(directory, copy, { recursive: true });
      await killAfter(copy, changes);
      const again = await openStore({ directory: copy });
      await again.mend({ act: true, now: '2026-01-01T00:00:00.000Z', remake: async () => undefined });
      expect((await again.listCollections()).map(({ name }) => name)).toEqual(['docs']);
      expect(await again.collectionStats('docs')).toMatchObject({ documents: texts.length, chunks: texts.length * 2 });
      expect((await again.listSources()).map(({ id }) => id)).toEqual([source.id]);
      expect((await again.check()).filter(({ ok, name }) => !ok && name !== 'disk')).toEqual([]);
      expect((await readdir(copy)).filter((name) => name.startsWith('k_'))).toHaveLength(1);
      expect(await readdir(join(copy, 'aside'))).toContain(table);
      await again.close();
      await rm(copy, { recursive: true });
    }
  } finally {
    await dispose();
  }
}, 240_000);
