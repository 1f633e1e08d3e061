import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRandom } from '../../src/core/statistics/random.js';
import type { Job, JsonObject } from '../../src/core/types.js';
import type { Quarry } from '../../src/quarry.js';
import { createModelTrainer } from '../../src/train/model-trainer.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

const STEMS = [
  'flimb',
  'grolt',
  'snarv',
  'plenk',
  'droze',
  'quint',
  'marl',
  'thrup',
  'yolk',
  'brind',
  'clave',
  'sproz',
];
const ENDINGS = ['er', 'ing', 'let', 'wick', 'mon', 'dle'];
const PARTS = ['valve', 'pump', 'filter', 'gauge', 'hinge', 'nozzle'];
let home: string;
let folder: string;
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

/** Two questions about every machine of a made-up trade, whose names the model has never seen. */
function tradePairs(): { anchor: string; positive: string }[] {
  return STEMS.flatMap((stem, row) =>
    ENDINGS.flatMap((ending, column) => {
      const name = stem + ending;
      const n = row * ENDINGS.length + column;
      const part = PARTS[column] ?? 'part';
      return [
        {
          anchor: `what to do when the ${name} leaks`,
          positive: `Loosen the ${part} beside unit ${n}, drain it, and fit a fresh one. The ${name} must be cold before you begin.`,
        },
        {
          anchor: `${name} maintenance interval`,
          positive: `Every ${3 + (n % 9)} months the unit called ${name} is opened, brushed and greased; record ${n} names the tools.`,
        },
      ];
    }),
  );
}

async function train(
  name: string,
  pairs: readonly object[],
  acceptPairs = true,
): Promise<{ result: JsonObject; output: string }> {
  const data = join(folder, `${basename(name)}.jsonl`);
  const output = join(folder, name);
  await writeFile(data, pairs.map((pair) => JSON.stringify(pair)).join('\n'));
  const started = await quarry.execute('train_model', { data, output, acceptPairs });
  const job = await finishJob(quarry, started.output['jobId']);
  expect(job.error).toBeNull();
  return { result: job.result as JsonObject, output }; // A training job's result is an object.
}

test('a held-out pair is one query, however many rows give it a negative', async () => {
  const rows = tradePairs().flatMap((pair) =>
    [1, 2, 3].map((n) => ({ ...pair, negative: `Gasket ${n} of the bay door is grey.` })),
  );
  const { result } = await train('thrice', rows);
  expect(result).toMatchObject({ kept: true, proof: { queries: 32 } });
});

test('a gain on pairs is told with what it is worth, and keeps nothing unless that is said to be enough', async () => {
  const { result, output } = await train('doubted', tradePairs(), false);
  expect(result).toMatchObject({ kept: false, model: null, proof: { isGain: true } });
  expect(result['lines']).toEqual([
    expect.stringContaining('held-out pairs'),
    expect.stringMatching(
      /tells nothing of questions that people ask\. So it was not kept\..*train_start.*acceptPairs/,
    ),
  ]);
  expect(existsSync(output)).toBe(false);
});

test('a folder is refused with the file to give', async () => {
  const started = await quarry.execute('train_model', { data: folder, output: join(folder, 'of-a-folder') });
  const job = await finishJob(quarry, started.output['jobId']);
  expect(job.error).toMatchObject({ code: 'PATH_NOT_FOUND', hint: expect.stringContaining('data/train.jsonl') });
});

test('a model that learns the trade is kept with its proof, and can be used', async () => {
  const { result, output } = await train('trade', tradePairs());
  expect(result).toMatchObject({ kept: true, model: output });
  const tuned = await openTestWorkspace(home, { model: output });
  const doctor = await tuned.execute('doctor', {});
  expect(doctor.text).toContain('model: trade');
  await tuned.close();
});

test('a model that proves nothing is not kept, and nothing changes', async () => {
  const next = createRandom(5);
  const words = (count: number): string =>
    Array.from({ length: count }, () => `${STEMS[Math.floor(next() * 12)] ?? ''}${Math.floor(next() * 1e6)}`).join(' ');
  const { result, output } = await train(
    join('made', 'for', 'noise'),
    Array.from({ length: 80 }, () => ({ anchor: words(4), positive: words(20) })),
  );
  expect(result).toMatchObject({ kept: false, model: null });
  expect(result['lines']).toEqual([
    expect.stringContaining('held-out pairs'),
    'No significant gain: nothing was kept.',
  ]);
  expect(output).toBe(join(folder, 'made', 'for', 'noise'));
  expect(existsSync(join(folder, 'made'))).toBe(false);
});

test('too few pairs are refused with the number that is needed', async () => {
  const data = join(folder, 'few.jsonl');
  await writeFile(data, JSON.stringify({ anchor: 'a', positive: 'b' }));
  const started = await quarry.execute('train_model', { data, output: join(folder, 'few') });
  const job = await finishJob(quarry, started.output['jobId']);
  expect(job.error).toMatchObject({ code: 'TRAINING_INVALID', hint: expect.stringContaining('at least 50') });
});

test('nothing that stands at the place of the model, or beside it, is touched', async () => {
  const data = join(folder, 'safe.jsonl');
  await writeFile(
    data,
    tradePairs()
      .map((pair) => JSON.stringify(pair))
      .join('\n'),
  );
  const taken = join(folder, 'deep', 'taken');
  await mkdir(`${taken}.training`, { recursive: true });
  await writeFile(join(`${taken}.training`, 'notes.md'), 'mine');
  await mkdir(taken);
  await writeFile(join(taken, 'notes.md'), 'mine');
  const run = async (output: string): Promise<Job> =>
    finishJob(quarry, (await quarry.execute('train_model', { data, output, acceptPairs: true })).output.jobId);
  await expect(run(taken)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  await expect(run(join(data, 'below-a-file'))).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  expect((await run(join('/proc', 'nothing', 'here'))).error).toMatchObject({ code: 'PATH_UNREADABLE' });
  expect((await run(join(folder, 'new', 'x'.repeat(250)))).error).toMatchObject({ code: 'PATH_UNREADABLE' });
  expect(existsSync(join(folder, 'new'))).toBe(false);
  await rm(join(taken, 'notes.md'));
  expect((await run(taken)).result).toMatchObject({ kept: true, model: taken });
  expect((await readdir(join(folder, 'deep'))).sort()).toEqual(['taken', 'taken.training']);
  expect(await readdir(`${taken}.training`)).toEqual(['notes.md']);
  expect(await readdir(taken)).toContain('tokenizer.json');
});

test('an earlier model is replaced when that is asked for twice, and what is no model never', async () => {
  const trainer = createModelTrainer();
  const earlier = join(folder, 'earlier');
  await mkdir(join(earlier, 'onnx'), { recursive: true });
  await writeFile(join(earlier, 'tokenizer.json'), 'old');
  await expect(trainer.prepare(earlier, { overwrite: false })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  const workshop = await trainer.prepare(earlier, { overwrite: true });
  const model = join(workshop.folder, 'model');
  await mkdir(model);
  await writeFile(join(model, 'tokenizer.json'), 'new');
  await workshop.keep(model);
  await workshop.discard();
  expect(await readFile(join(earlier, 'tokenizer.json'), 'utf8')).toBe('new');
  expect((await readdir(folder)).filter((name) => name.startsWith('earlier'))).toEqual(['earlier']);
  await writeFile(join(earlier, 'notes.md'), 'mine');
  await expect(trainer.prepare(earlier, { overwrite: true })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
});
