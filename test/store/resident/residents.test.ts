import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from '../../../src/store/database.js';
import { buildIndex, KEYWORD_COLUMN } from '../../../src/store/indexes.js';
import { keywordCoverage } from '../../../src/store/keyword-coverage.js';
import { KnowledgeTable } from '../../../src/store/knowledge-table.js';
import { Presence } from '../../../src/store/presence.js';
import type { ResidentTerms } from '../../../src/store/resident/resident-terms.js';
import { Residents } from '../../../src/store/resident/residents.js';
import { readRowIds } from '../../../src/store/resident/row-ids.js';
import { Retention } from '../../../src/store/retention.js';
import { DIMENSIONS, sampleDocument, sampleSource, sampleVector } from '../../contract/knowledge-samples.js';

const source = sampleSource('docs');
const document = (number: number) =>
  sampleDocument(source, `${number}.md`, `first own${number}\n\nsecond own${number}\n\nthird own${number}`);

describe('what is kept of a table', () => {
  let directory: string;
  let database: Database;
  let knowledge: KnowledgeTable;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'residents-'));
    const clock = { now: () => new Date().toISOString(), elapsedMs: () => performance.now() };
    database = await Database.connect(directory, new Retention(new Presence(join(directory, 'users')), clock));
    knowledge = new KnowledgeTable(database, 'docs', { name: 'k_docs', dimensions: DIMENSIONS });
    await buildIndex(database.engine, await knowledge.create(), KEYWORD_COLUMN);
    await knowledge.put([document(1), document(2)]);
  });

  afterEach(async () => {
    database.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Residents that have been searched often enough to keep the table. */
  async function searched(): Promise<Residents> {
    const residents = new Residents(10_000_000);
    for (const _ of [1, 2]) {
      residents.noteSearch(knowledge);
      await residents.termsOf(knowledge, await keywordCoverage(knowledge));
      await nearest(residents);
    }
    return residents;
  }

  async function nearest(residents: Residents) {
    const vectors = await residents.vectorsOf(knowledge);
    return vectors?.nearest({ vector: sampleVector('third'), count: 100, where: undefined });
  }

  it('follows a write before anybody searches', async () => {
    const residents = await searched();
    const before = new Set(await readRowIds(await knowledge.open()));
    await knowledge.put([document(3)]);
    await residents.keepUp(knowledge);
    const added = (await residents.listsOf(knowledge).read()).ids.filter((id) => !before.has(id));
    await rm(join(knowledge.folder, 'data'), { recursive: true });
    const rows = await residents.rows(knowledge, (await nearest(residents)) ?? []);
    expect(rows.filter(({ id }) => added.includes(id)).map(({ row }) => row.chunk.text)).toHaveLength(3);
    expect(rows).toHaveLength(9);
  });

  it('is not read anew when a fold gives all rows other numbers', async () => {
    const many = Array.from({ length: 500 }, (_, number) => document(number));
    await knowledge.put(many);
    const table = await knowledge.open();
    await buildIndex(database.engine, table, KEYWORD_COLUMN);
    const residents = await searched();
    const whole = async (): Promise<ResidentTerms> => {
      for (;;) {
        const terms = await residents.termsOf(knowledge, await keywordCoverage(knowledge));
        if (terms?.isWhole === true && (await nearest(residents)) !== undefined) return terms;
        await nextTurn();
      }
    };
    const found = async () => {
      const rows = await residents.rows(knowledge, (await nearest(residents)) ?? []);
      return rows.map(({ row }) => row.chunk.id).sort();
    };
    await whole();
    const before = await found();
    await knowledge.put([document(7)]); // as it was, but in a fragment of its own
    for (const _ of ['the index', 'the rows']) await table.optimize();
    let taken = 0;
    const takeRowIds = table.takeRowIds.bind(table);
    table.takeRowIds = (ids) => {
      taken += ids.length;
      return takeRowIds(ids);
    };
    const folded = await whole();
    expect(taken).toBeLessThan(2 * many.length); // rows that stand for documents, and no chunks
    expect(await found()).toEqual(before);
    for (const { document: own, chunks } of many)
      expect(folded.chunksOf(own.id).map(({ chunk }) => chunk.text)).toEqual(chunks.map(({ text }) => text));
  });

  it('is nothing as long as nobody has searched', async () => {
    const residents = new Residents(10_000_000);
    await knowledge.put([document(3)]);
    await residents.keepUp(knowledge);
    await rm(join(knowledge.folder, 'data'), { recursive: true });
    residents.noteSearch(knowledge);
    await expect(residents.rows(knowledge, [...(await residents.listsOf(knowledge).read()).ids])).rejects.toThrow();
  });
});
