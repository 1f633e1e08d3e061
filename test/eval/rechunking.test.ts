import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { anchorJudgments } from '../../src/services/benchmark/anchor-judgments.js';
import { BUNDLED } from '../support/benchmark.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home = '';
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  quarry = await openTestWorkspace(home);
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
});

describe.each(['field-guide', 'ui-specialist', 'router-specialist', 'prompt-architect'])('%s', (name) => {
  it('keeps every judgment on a living collection through three chunk sizes', async () => {
    await ingestAndWait(quarry, `${BUNDLED}${name}/documents`, { collection: name });
    const suite = await (await quarry.services.context.suiteFiles()).open(`${BUNDLED}${name}`);
    const counts = new Set<number>();
    for (const maxTokens of [64, 128, 512]) {
      const { output } = await quarry.execute('reindex', { name, maxTokens });
      expect((await finishJob(quarry, output['jobId'])).error).toBeNull();
      const { store } = quarry.services.context;
      const collection = await quarry.services.collections.get(name);
      const judgments = await anchorJudgments(store, { collection, suite, place: 'living' });
      expect(judgments).toMatchObject({ stale: [], missing: [], moved: 0 });
      expect(judgments.qrels.size).toBe(suite.qrels.size);
      expect([...judgments.references.values()].flat()).toHaveLength(suite.excerpts.length);
      for (const [query, judged] of suite.qrels) expect(judgments.qrels.get(query)?.size).toBe(judged.size);
      counts.add((await store.collectionStats(name)).chunks);
    }
    expect(counts.size).toBe(3);
  });
});
