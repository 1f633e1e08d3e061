import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Library from '../../src/quarry.js';

/** A document as it is stored. */
export interface StoredText {
  readonly uri: string;
  readonly title: string;
  readonly text: string;
}

/** Ingests a folder into an empty home with the build of a checkout; resolves to what is stored, by path. */
export async function ingestFolder(
  checkout: string,
  folder: string,
  include: readonly string[],
): Promise<ReadonlyMap<string, StoredText>> {
  const home = await mkdtemp(join(tmpdir(), 'quarry-extraction-'));
  const place = pathToFileURL(resolve(checkout, 'dist/src/quarry.js')).href;
  // The module that is loaded is this one, of this checkout or of another one.
  const { openQuarry } = (await import(place)) as typeof Library;
  const quarry = await openQuarry({ home, logLevel: 'error' });
  try {
    const options = { include: [...include], useIgnoreFiles: false };
    const { output } = await quarry.execute('ingest', { target: folder, kind: 'files', options });
    await quarry.waitForJob(String(output.jobId));
    const { store } = quarry.services.context;
    const found = new Map<string, StoredText>();
    for (let offset = 0; ; offset += 500) {
      const { items, total } = await store.listDocuments('default', {}, { offset, limit: 500 });
      for (const { id } of items) {
        const document = await store.getDocument('default', id);
        if (document !== undefined) found.set(decodeURIComponent(new URL(document.uri).pathname), document);
      }
      if (items.length === 0 || offset + items.length >= total) return found;
    }
  } finally {
    await quarry.close();
    await rm(home, { recursive: true, force: true });
  }
}
