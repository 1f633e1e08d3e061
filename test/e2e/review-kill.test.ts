import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { importRows } from '../support/datasets.js';
import { openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

let root: string;
let home: string;

beforeAll(async () => {
  root = await temporaryFolder();
  home = join(root, 'home');
  const quarry = await openTestWorkspace(home);
  const rows = Array.from({ length: 12 }, (_, at) => ({ anchor: `Question ${at}`, positive: `Answer ${at}.` }));
  await importRows(quarry, { folder: root, name: 'pairs' }, rows);
  await quarry.close();
});

afterAll(() => removeFolder(root));

/** Strikes keys in a review, each when the answer to the one before is seen, and kills it when the last one is answered. */
async function reviewAndKill(keys: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'dataset', 'review', 'pairs', '--home', home], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let shown = '';
  let struck = 0;
  child.stdout.on('data', (part: Buffer) => {
    shown += part.toString();
    while (struck <= keys.length && (shown.match(/\d+ of \d+: ex_/g) ?? []).length > struck) {
      if (struck === keys.length) child.kill('SIGKILL');
      else child.stdin.write(keys[struck] ?? '');
      struck++;
    }
  });
  await ended;
  expect(struck).toBe(keys.length + 1);
}

async function statesOf(): Promise<string> {
  const quarry = await openTestWorkspace(home);
  try {
    const { examples } = await (await quarry.services.curation()).datasets.show('pairs', undefined, {});
    return examples.map(({ review }) => review.charAt(0)).join('');
  } finally {
    await quarry.close();
  }
}

test('a review that is killed loses no decision that was seen to be taken, and the next one goes on from there', async () => {
  await reviewAndKill('aarua');
  expect(await statesOf()).toBe('aaa'.padEnd(12, 'u'));
  await reviewAndKill('rr');
  expect(await statesOf()).toBe('aaarr'.padEnd(12, 'u'));
  const quarry = await openTestWorkspace(home);
  try {
    const { datasets } = await quarry.services.curation();
    const { history } = await datasets.show('pairs', undefined, {});
    expect(history.map(({ version }) => version)).toEqual([3, 2, 1]);
    await quarry.execute('dataset_edit', { name: 'pairs', restore: 1 });
    const { examples } = await datasets.show('pairs', undefined, {});
    expect(new Set(examples.map(({ review }) => review))).toEqual(new Set(['unreviewed']));
    expect(await (await quarry.services.curation()).labelling.progress('pairs')).toEqual([]);
  } finally {
    await quarry.close();
  }
});
