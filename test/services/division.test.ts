import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RETRIEVAL_MODES, type RetrievalMode } from '../../src/core/retrieval/settings.js';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const PARTS = ['valve seat', 'valve spring', 'gasket', 'rocker arm', 'push rod', 'timing chain'];
const WORK = ['replaced when worn', 'oiled every week', 'checked before a journey', 'cleaned with petrol'];
const SHEETS = Array.from(
  { length: 48 },
  (_, n) =>
    `# Sheet ${n}\n\nThe ${PARTS[n % 6]} and the ${PARTS[(n * 5 + 1) % 6]} are ${WORK[n % 4]}${n % 7 === 0 ? ', the gasket too' : ''}.\n`,
);
const QUERIES = ['valve spring gasket', 'rocker arm oiled', 'how often is the timing chain checked', 'worn push rod'];

let homes: string[];
let whole: Quarry;
let divided: Quarry;

/** A workspace with the sheets in so many collections. */
async function openDivided(collections: number): Promise<Quarry> {
  const home = await temporaryFolder();
  homes.push(home);
  const quarry = await openTestWorkspace(home);
  for (let part = 0; part < collections; part++) {
    const folder = join(home, 'files', String(part));
    await mkdir(folder, { recursive: true });
    for (const [n, sheet] of SHEETS.entries())
      if (n % collections === part) await writeFile(join(folder, `sheet-${n}.md`), sheet);
    await ingestAndWait(quarry, folder, { collection: `part${part}` });
  }
  return quarry;
}

async function scores(quarry: Quarry, query: string, mode: RetrievalMode): Promise<[string, number][]> {
  const { output } = await quarry.execute('search', { query, mode, limit: 40 });
  return output.results.map(({ title, score }): [string, number] => [title, score]);
}

beforeAll(async () => {
  homes = [];
  whole = await openDivided(1);
  divided = await openDivided(4);
});

afterAll(async () => {
  await whole.close();
  await divided.close();
  for (const home of homes) await removeFolder(home);
});

describe('documents divided into collections', () => {
  test.each(RETRIEVAL_MODES)('rank as in one: %s', async (mode) => {
    for (const query of QUERIES) {
      const one = await scores(whole, query, mode);
      const four = new Map(await scores(divided, query, mode));
      const shared = one.filter(([title]) => four.has(title));
      expect(shared.length).toBeGreaterThan(8);
      for (const [title, score] of shared) expect([title, four.get(title)]).toEqual([title, expect.closeTo(score, 2)]);
    }
  });

  test('keep their order beside a collection that has nothing to do with them', async () => {
    const query = QUERIES[0] ?? '';
    const before = new Map<RetrievalMode, [string, number][]>();
    for (const mode of RETRIEVAL_MODES) before.set(mode, await scores(whole, query, mode));
    const folder = join(homes[0] ?? '', 'trumpets');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'trumpet.md'), 'The trumpet has three valves; oil the valve weekly.\n');
    await ingestAndWait(whole, folder, { collection: 'music' });
    for (const mode of RETRIEVAL_MODES) {
      const after = (await scores(whole, query, mode)).map(([title]) => title);
      const first = (before.get(mode) ?? []).map(([title]) => title).slice(0, 8);
      expect(first).toHaveLength(8);
      expect(after.slice(0, 8)).toEqual(first);
    }
  });
});
