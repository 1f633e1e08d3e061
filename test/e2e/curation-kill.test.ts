import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { topicPages } from '../services/curation/topic-documents.js';
import { writeFiles } from '../support/benchmark.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const CHILD = fileURLToPath(new URL('./curation-steps.child.js', import.meta.url));
/** Milliseconds from the beginning of the first step to the kill; the steps take about a second in all. */
const MOMENTS = [5, 60, 150, 300, 500, 800, 1_200];
const told = z.object({
  operation: z.string(),
  state: z.literal('succeeded'),
  result: z.object({ version: z.number() }),
});

let root: string;
let home: string;

beforeAll(async () => {
  root = await temporaryFolder();
  home = join(root, 'home');
  const quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, await writeFiles(join(root, 'docs'), topicPages()));
  await quarry.close();
});

afterAll(() => removeFolder(root));

/** Runs the steps and kills them after a while; gives what was acknowledged. */
async function killAfter(delayMs: number, name: string): Promise<z.output<typeof told>[]> {
  const child = fork(CHILD, [home, name, join(root, name)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  const ended = once(child, 'close');
  await Promise.race([once(child, 'message'), ended]);
  await pause(delayMs);
  child.kill('SIGKILL');
  await ended;
  return messages.slice(1).map((message) => told.parse(message));
}

test('killed at several moments, nothing acknowledged is lost and the next try completes', async () => {
  for (const delayMs of MOMENTS) {
    const name = `killed-${delayMs}`;
    const acknowledged = await killAfter(delayMs, name);
    const quarry = await openTestWorkspace(home);
    try {
      const store = await quarry.services.context.datasetStore();
      const kept = (await store.history(name)).map(({ version }) => version);
      for (const { operation, result } of acknowledged)
        expect({ operation, kept }).toMatchObject({ kept: expect.arrayContaining([result.version]) });
      const run = async (operation: string, input: object): Promise<void> => {
        const { output } = await quarry.execute(operation, { name, ...input });
        const job = await finishJob(quarry, z.object({ jobId: z.string() }).parse(output).jobId);
        expect({ operation, delayMs, state: job.state, error: job.error }).toMatchObject({
          state: 'succeeded',
          error: null,
        });
      };
      await run('dataset_mine', { preview: false });
      await run('dataset_negatives', { preview: false });
      await run('dataset_audit', { action: 'flag' });
      await run('dataset_split', {});
      const head = await store.get(name);
      if (head === undefined) throw new TypeError('The dataset is gone.');
      const ids: string[] = [];
      for await (const { id } of store.read(head)) ids.push(id);
      expect(new Set(ids).size).toBe(head.rows);
      expect(head.rows).toBeGreaterThanOrEqual(36);
      await run('dataset_export', { path: join(root, name), overwrite: true, confirm: true });
    } finally {
      await quarry.close();
    }
    for (const line of (await readFile(join(root, name, 'SHA256SUMS'), 'utf8')).trimEnd().split('\n')) {
      const [hash = '', file = ''] = line.split(/\s+/);
      expect(
        createHash('sha256')
          .update(await readFile(join(root, name, file)))
          .digest('hex'),
      ).toBe(hash);
    }
  }
});
