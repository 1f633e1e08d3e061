import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Catalog } from '../../src/store/catalog.js';
import { CollectionTables } from '../../src/store/collection-tables.js';
import { Database } from '../../src/store/database.js';
import { Presence } from '../../src/store/presence.js';
import { Retention } from '../../src/store/retention.js';
import { sampleCollection, sampleDocument, sampleSource } from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

const source = sampleSource('docs');

describe('reading from a collection', () => {
  it('starts again in the new table when the old one was swapped away in the middle', async () => {
    const { store, directory, dispose } = await temporaryStore();
    const clock = { now: () => new Date().toISOString(), elapsedMs: () => performance.now() };
    const retention = new Retention(new Presence(join(directory, 'users')), clock);
    const database = await Database.connect(directory, retention);
    const tables = new CollectionTables(database, new Catalog(database));
    try {
      const id = sampleDocument(source, 'a.md', '').document.id;
      await store.createCollection(sampleCollection('docs'));
      await store.putDocuments('docs', [sampleDocument(source, 'a.md', 'old text')]);
      await store.createCollection(sampleCollection('scratch'));
      await store.putDocuments('scratch', [sampleDocument(source, 'a.md', 'new text')]);
      let tries = 0;
      const document = await tables.read('docs', async ({ knowledge }) => {
        tries += 1;
        if (tries === 1) await store.replaceCollection('docs', 'scratch');
        return knowledge.get(id);
      });
      expect(document?.text).toBe('new text');
      expect(tries).toBe(2);
      const gone = tables.read('docs', async ({ knowledge }) => {
        await store.dropCollection('docs');
        return knowledge.get(id);
      });
      await expect(gone).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
    } finally {
      database.close();
      await dispose();
    }
  });
});
