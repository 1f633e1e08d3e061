import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Table } from '@lancedb/lancedb';
import { loadEngine } from '../../src/store/engine.js';
import { NewestVersions } from '../../src/store/newest-version.js';
import { openStore } from '../../src/store/open-store.js';
import { sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

const source = sampleSource('docs');

/** A table, its folder, and how often the engine was asked for its version. */
async function watched() {
  const sample = await temporaryStore();
  await sample.store.createCollection(sampleCollection('docs'));
  await sample.store.putSource(source);
  const { lance } = await loadEngine();
  const connection = await lance.connect(sample.directory, { readConsistencyInterval: 0 });
  const [name = ''] = (await connection.tableNames()).filter((other) => other.startsWith('k_'));
  const table = await connection.openTable(name);
  const asked = { times: 0 };
  const watching = new Proxy(table, {
    get(target, key) {
      if (key !== 'version') return Reflect.get(target, key);
      return () => {
        asked.times += 1;
        return target.version();
      };
    },
  }) as Table;
  return { ...sample, table: watching, folder: join(sample.directory, `${name}.lance`), asked };
}

/** As if nothing had been written for a minute. */
async function settle(folder: string): Promise<void> {
  const then = new Date(Date.now() - 60_000);
  await utimes(join(folder, '_versions'), then, then);
}

describe('NewestVersions', () => {
  it('tells the version of a table that another process has changed, without the engine', async () => {
    const { store, directory, table, folder, asked, dispose } = await watched();
    const other = await openStore({ directory });
    try {
      const versions = new NewestVersions();
      await settle(folder);
      const before = await versions.of(table, folder);
      expect([await versions.of(table, folder), await versions.of(table, folder)]).toEqual([before, before]);
      expect(before).toBe(await table.version());
      await other.putDocuments('docs', [sampleDocument(source, 'one.md', 'One.')]);
      const after = await versions.of(table, folder);
      expect(after).toBeGreaterThan(before);
      expect(after).toBe(await table.version());
      expect(asked.times).toBe(2); // both times by this test
      expect(await store.findDocumentsByUri('docs', 'one.md')).toHaveLength(1);
    } finally {
      await other.close();
      await dispose();
    }
  });

  it('does not trust the time of a folder that was changed a moment ago, for it need not show the next change', async () => {
    const { store, table, folder, dispose } = await watched();
    try {
      const versions = new NewestVersions();
      const now = new Date();
      for (const name of ['one.md', 'two.md', 'three.md']) {
        await store.putDocuments('docs', [sampleDocument(source, name, name)]);
        await utimes(join(folder, '_versions'), now, now);
        expect(await versions.of(table, folder)).toBe(await table.version());
      }
    } finally {
      await dispose();
    }
  });

  it('reads the names of tables of any age', async () => {
    const { table, directory, dispose } = await watched();
    try {
      const folder = join(directory, 'names');
      await mkdir(join(folder, '_versions'), { recursive: true });
      const write = (name: string) => writeFile(join(folder, '_versions', name), '');
      for (const name of ['9.manifest', '10.manifest', '11.manifest.tmp', 'latest_version_hint.json'])
        await write(name);
      expect(await new NewestVersions().of(table, folder)).toBe(10);
      await write('18446744073709551599.manifest');
      await write('18446744073709551603.manifest');
      expect(await new NewestVersions().of(table, folder)).toBe(16);
    } finally {
      await dispose();
    }
  });

  it('leaves a folder that is gone to the engine', async () => {
    const { table, asked, dispose } = await watched();
    try {
      const versions = new NewestVersions();
      await versions.of(table, '/nowhere');
      await versions.of(table, '/nowhere');
      expect(asked.times).toBe(2);
    } finally {
      await dispose();
    }
  });
});
