import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { DatasetStore } from '../../../src/core/curation/ports.js';
import type { Quarry } from '../../../src/quarry.js';
import { AuditService } from '../../../src/services/curation/audit-service.js';
import { importRows } from '../../support/datasets.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

const ECHO = 'This line is question and answer in one, word for word.';

let root: string;
let quarry: Quarry;

beforeAll(async () => {
  root = await temporaryFolder();
  quarry = await openTestWorkspace(join(root, 'home'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(root);
});

/** Cleans a dataset while somebody else edits it, so many times, just before the audit writes. */
async function cleanWhileEdited(name: string, edits: number) {
  const { context, jobs } = quarry.services;
  const store = await context.datasetStore();
  let left = edits;
  const busy: DatasetStore = {
    ...store,
    async commit(dataset, change) {
      if (left-- > 0) {
        const positive = `The bell is rung ${left + 2} times, counted by the warden on her fingers.`;
        await importRows(quarry, { folder: root, name }, [
          { anchor: `How often is the bell rung at hour ${left}?`, positive },
          { anchor: `${ECHO} ${left}`, positive: `${ECHO} ${left}` },
        ]);
      }
      return store.commit(dataset, change);
    },
  };
  const audits = new AuditService({ ...context, datasetStore: () => Promise.resolve(busy) }, { jobs });
  const request = { dataset: name, action: 'clean', drop: ['echo'], sensitive: 'keep', vectors: false } as const;
  const handle = {
    id: 'audit',
    input: {},
    signal: new AbortController().signal,
    report: () => undefined,
    count: () => undefined,
    issue: () => undefined,
  };
  return audits.run({ ...request, vectorThreshold: 0.97 }, handle);
}

async function textsOf(name: string): Promise<string> {
  const { output } = await quarry.execute('dataset_show', { name, limit: 100 });
  return JSON.stringify(output.examples);
}

test('a clean that is overtaken by a change cleans what the change brought as well, and undoes nothing of it', async () => {
  await importRows(quarry, { folder: root, name: 'bells' }, [{ anchor: ECHO, positive: ECHO }]);
  expect(await cleanWhileEdited('bells', 1)).toMatchObject({ version: 3, rows: 1, dropped: 2 });
  const texts = await textsOf('bells');
  expect(texts).toContain('rung 2 times');
  expect(texts).not.toContain(ECHO);
});

test('one that is overtaken again and again gives up with nothing written, and says to run it again', async () => {
  await importRows(quarry, { folder: root, name: 'busy' }, [{ anchor: ECHO, positive: ECHO }]);
  await expect(cleanWhileEdited('busy', 3)).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    hint: expect.stringContaining('Make it again'),
  });
  expect(await textsOf('busy')).toContain(ECHO);
  const { output } = await quarry.execute('dataset_audit', { name: 'busy', action: 'clean', confirm: true });
  expect(await finishJob(quarry, output.jobId)).toMatchObject({ error: null, result: { dropped: 4 } });
});
