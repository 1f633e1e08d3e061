import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { writeMixedFolder } from '../support/mixed-folder.js';
import { writeOtherModel } from '../support/other-model.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const CHILD = fileURLToPath(new URL('./model-use.child.js', import.meta.url));
const ROUNDS = 8;
const COUNT = 200;
let home: string;
let folder: string;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await writeMixedFolder(join(folder, 'docs'), COUNT);
  await writeOtherModel(join(folder, 'turned'), 'turned round');
  const quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, join(folder, 'docs'));
  await quarry.close();
});

afterAll(async () => {
  await removeFolder(home);
  await removeFolder(folder);
});

/** Starts a change of models and kills it `delayMs` after the job was accepted; tells whether it had ended before. */
async function killAfter(model: string, delayMs: number): Promise<boolean> {
  const child = fork(CHILD, [home, model], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const said = new Promise<void>((resolve) => {
    child.on('message', (message) => message === 'accepted' && resolve());
  });
  await Promise.race([said, ended]);
  await pause(delayMs);
  const isOver = child.exitCode !== null;
  child.kill('SIGKILL');
  await ended;
  return isOver;
}

/** One model with all rows of that model: the best hit of a passage's own words is that passage, near to 1. */
async function expectOneModel(quarry: Quarry): Promise<string> {
  const { store } = quarry.services.context;
  const { output } = await quarry.execute('model_status', {});
  expect(output).toMatchObject({ problem: '', otherCollections: [] });
  const { items, total } = await store.listDocuments('default', {}, { offset: 0, limit: 1000 });
  expect(total).toBe(COUNT);
  for (const listed of items.slice(0, 5)) {
    const answer = await quarry.execute('find_similar', { id: listed.id, limit: 1 });
    expect((answer.output['results'] as unknown[]).length).toBe(1); // find_similar gives a list of results
    const [chunk] = await store.listChunks('default', listed.id);
    if (chunk === undefined) continue;
    const [best] = await quarry.services.retrieve.rank({
      query: `${listed.title} ${chunk.text}`.slice(0, 2_000),
      collections: await quarry.services.collections.list(),
      settings: { mode: 'vector' },
      depth: 1,
    });
    expect(best?.vector?.score).toBeGreaterThan(0.5);
  }
  return String(output['model']);
}

test('killed at any moment, the workspace has one model or the other, whole, and the same command completes it', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const model = round % 2 === 0 ? join(folder, 'turned') : 'bundled';
    await killAfter(model, 20 + ((round * 211) % 1_500));
    const quarry = await openTestWorkspace(home);
    expect(['turned', 'quarry-embed-v1']).toContain(await expectOneModel(quarry));
    await quarry.close();
  }
  const quarry = await openTestWorkspace(home);
  for (const [model, name] of [
    [join(folder, 'turned'), 'turned'],
    ['bundled', 'quarry-embed-v1'],
  ] as const) {
    const { output } = await quarry.execute('model_use', { model });
    expect((await finishJob(quarry, output['jobId'])).error).toBeNull();
    expect(await expectOneModel(quarry)).toBe(name);
  }
  await quarry.close();
  const left = await readdir(join(home, 'workspaces', 'default'), { recursive: true });
  expect(left.filter((path) => /k_[^/\\]*\.lance$/.test(path))).toHaveLength(1);
});
