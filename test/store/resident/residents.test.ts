import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from '../../../src/store/database.js';
import { buildIndex, KEYWORD_COLUMN } from '../../../src/store/indexes.js';
import { keywordCoverage } from '../../../src/store/keyword-coverage.js';
import { KnowledgeTable } from '../../../src/store/knowledge-table.js';
import { Presence } from '../../../src/store/presence.js';
import { Residents } from '../../../src/store/resident/residents.js';
import { readRowIds } from '../../../src/store/resident/row-ids.js';
import { Retention } from '../../../src/store/retention.js';
import { DIMENSIONS, sampleDocument, sampleSource, sampleVector } from '../../contract/knowledge-samples.js';

const source = sampleSource('docs');
const document = (number: number) =>
  sampleDocument(source, `${number}.md`, `first own${number}\n\nsecond own${number}\n\nthird`);

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

  it('is nothing as long as nobody has searched', async () => {
    const residents = new Residents(10_000_000);
    await knowledge.put([document(3)]);
    await residents.keepUp(knowledge);
    await rm(join(knowledge.folder, 'data'), { recursive: true });
    residents.noteSearch(knowledge);
    await expect(residents.rows(knowledge, [...(await residents.listsOf(knowledge).read()).ids])).rejects.toThrow();
  });
});
