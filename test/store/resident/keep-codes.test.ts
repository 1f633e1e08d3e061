import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { KnowledgeStore } from '../../../src/core/ports.js';
import { CodeMatrix } from '../../../src/core/vectors/code-matrix.js';
import { openStore } from '../../../src/store/open-store.js';
import { readCodes, writeCodes } from '../../../src/store/resident/code-file.js';
import {
  DIMENSIONS,
  sampleCollection,
  sampleDocument,
  sampleSource,
  sampleVector,
} from '../../contract/knowledge-samples.js';
import { temporaryStore } from '../temporary-store.js';

const source = sampleSource('docs');
const vectorPolicy = { residentBytes: 10_000_000, minRecall: 0.99, fewestCoded: 500 };
const QUERIES = ['topic5 own7', 'topic11 part3', 'own40', 'part0'].map((text) => sampleVector(text));

function document(number: number, edition = '') {
  const paragraphs = Array.from(
    { length: 10 },
    (_, at) => `topic${(number + at) % 23} own${number} part${at} ${edition}`,
  );
  return sampleDocument(source, `${number}.md`, paragraphs.join('\n\n'));
}

const documents = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => document(from + at));

async function grown(count: number) {
  const sample = await temporaryStore({ vectorPolicy });
  await sample.store.createCollection(sampleCollection('docs'));
  await sample.store.putSource(source);
  await sample.store.putDocuments('docs', documents(0, count));
  await sample.store.maintain('docs');
  return sample;
}

/** Where the codes of the only collection are, or would be. */
async function codesOf(directory: string): Promise<string> {
  const table = (await readdir(directory)).find((name) => name.startsWith('k_')) ?? '';
  return join(directory, table, 'quarry-codes.bin');
}

/** What a process finds that searches for the first time. */
async function firstFound(directory: string): Promise<(readonly [string, number | null])[][]> {
  const store = await openStore({ directory, vectorPolicy });
  try {
    return await nearest(store);
  } finally {
    await store.close();
  }
}

async function nearest(store: KnowledgeStore) {
  const found = [];
  for (const query of QUERIES) {
    const hits = await store.searchVector('docs', query, 10, {});
    found.push(hits.map(({ chunk, similarity }) => [chunk.id, similarity] as const));
  }
  return found;
}

describe('the file of codes of a table', () => {
  it('is what the first search of a process looks through', async () => {
    const { directory, dispose } = await grown(80);
    try {
      const path = await codesOf(directory);
      const coded = await readCodes(path, DIMENSIONS);
      expect([coded?.ids.length, coded?.without.length]).toEqual([800, 80]);
      const found = await firstFound(directory);
      await rm(path);
      expect(await firstFound(directory)).toEqual(found);
      // Codes of nothing in particular: they would not lead to the nearest.
      const matrix = new CodeMatrix(DIMENSIONS);
      for (let row = 0; row < 800; row++) matrix.push(sampleVector(`other${row}`));
      const { ids = new Float64Array(0), without = new Float64Array(0) } = coded ?? {};
      await writeCodes(path, DIMENSIONS, { ids, without, matrix });
      expect(await firstFound(directory)).not.toEqual(found);
    } finally {
      await dispose();
    }
  });

  it('leads to the true neighbours after any change, and when it is damaged', async () => {
    const { store, directory, dispose } = await grown(80);
    try {
      await store.putDocuments('docs', [document(3, 'second edition'), document(200)]);
      await store.deleteDocuments('docs', [document(7).document.id, document(40).document.id]);
      const path = await codesOf(directory);
      const found = await firstFound(directory);
      const bytes = await readFile(path);
      await rm(path);
      expect(found).toEqual(await firstFound(directory));
      await writeFile(path, bytes.subarray(0, bytes.length / 2));
      expect(await firstFound(directory)).toEqual(found);
    } finally {
      await dispose();
    }
  });

  it('follows the table when that is put in order, and forgets what was deleted', async () => {
    const { store, directory, dispose } = await grown(80);
    try {
      await store.putDocuments('docs', documents(100, 170));
      await store.deleteDocuments(
        'docs',
        documents(0, 60).map((rows) => rows.document.id),
      );
      await store.maintain('docs');
      const path = await codesOf(directory);
      expect((await readCodes(path, DIMENSIONS))?.ids).toHaveLength(900);
      expect((await stat(path)).mode & 0o077).toBe(0);
      await store.deleteDocuments(
        'docs',
        documents(100, 150).map((rows) => rows.document.id),
      );
      await store.maintain('docs');
      await expect(stat(path)).rejects.toThrow('ENOENT'); // few rows are read as fast without
    } finally {
      await dispose();
    }
  });
});
