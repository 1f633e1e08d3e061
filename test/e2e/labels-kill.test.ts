import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { importRows } from '../support/datasets.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const CHILD = fileURLToPath(new URL('./labels-loop.child.js', import.meta.url));
const told = z.object({ accepted: z.number().default(0), version: z.number().default(0), rows: z.number().default(0) });

let root: string;
let home: string;

beforeAll(async () => {
  root = await temporaryFolder();
  home = join(root, 'home');
  const quarry = await openTestWorkspace(home);
  const rows = Array.from({ length: 40 }, (_, at) => ({
    anchor: `How is loom number ${at} set up?`,
    positive: `Loom number ${at} is set up by tying the warp to beam ${at * 3} and turning it until the cloth lies flat.`,
  }));
  await importRows(quarry, { folder: root, name: 'looms' }, rows);
  await quarry.close();
});

afterAll(() => removeFolder(root));

/** Lets the child work until it has told so many things, and kills it in the midst of what comes next. */
async function killAfter(count: number): Promise<z.output<typeof told>[]> {
  const child = fork(CHILD, [home, 'looms'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const messages: z.output<typeof told>[] = [];
  child.on('message', (message) => {
    messages.push(told.parse(message));
    if (messages.length === count) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return messages;
}

test('killed while it labels and applies labels, nothing acknowledged is lost and nothing is written twice', async () => {
  let accepted = 0;
  for (const count of [2, 4, 5, 9]) {
    const messages = await killAfter(count);
    // Some may have been on their way when it was killed.
    expect(messages.length).toBeGreaterThanOrEqual(count);
    accepted += Math.max(...messages.map((message) => message.accepted));
    const quarry = await openTestWorkspace(home);
    try {
      const store = await quarry.services.context.datasetStore();
      for (const { version, rows } of messages) {
        if (version > 0) expect((await store.get('looms', version))?.rows).toBe(rows);
      }
      const [campaign] = await (await quarry.services.curation()).labelling.progress('looms');
      expect(campaign?.accepted).toBeGreaterThanOrEqual(accepted);
      await quarry.execute('dataset_edit', { name: 'looms', applyLabels: 'grade' });
      const head = await store.get('looms');
      if (head === undefined) throw new TypeError('The dataset is gone.');
      const ids: string[] = [];
      for await (const { id } of store.read(head)) ids.push(id);
      expect(new Set(ids).size).toBe(head.rows);
      const [applied] = await (await quarry.services.curation()).labelling.progress('looms');
      expect(applied?.unapplied).toBe(0);
      accepted = applied?.accepted ?? 0;
    } finally {
      await quarry.close();
    }
  }
});
