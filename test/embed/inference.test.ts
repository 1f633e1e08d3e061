import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QuarryError } from '../../src/core/errors.js';
import { createInference, type Inference } from '../../src/embed/inference.js';
import { writeTinyTransformer } from './tiny-transformer.js';

let home: string;
const opened: Inference[] = [];
const input = { ids: [2, 6, 3], types: [0, 0, 0] };

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'quarry-inference-'));
  await writeTinyTransformer(home, 'hidden');
});

afterAll(async () => {
  for (const each of opened) await each.close();
  await rm(home, { recursive: true, force: true });
});

function open(folder = home): Inference {
  const inference = createInference(
    { task: 'embed', folder, dtype: 'q8', pooling: 'mean', threads: 1 },
    (reason) => new QuarryError('MODEL_UNAVAILABLE', reason),
  );
  opened.push(inference);
  return inference;
}

function kill(inference: Inference): void {
  const pid = inference.pid();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: it is gone.
  }
}

describe('the inference process', () => {
  it('is started again after a crash, and no input is lost', async () => {
    const inference = open();
    const expected = await inference.run(input, { urgent: false });
    const first = inference.pid();
    const work = Array.from({ length: 500 }, () => inference.run(input, { urgent: false }));
    await work[0];
    kill(inference);
    for (const vector of await Promise.all(work)) expect(vector).toEqual(expected);
    expect(inference.pid()).not.toBe(first);
  });

  it('is started again when it died with nothing to do', async () => {
    const inference = open();
    await inference.run(input, { urgent: true });
    kill(inference);
    expect(await inference.run(input, { urgent: true })).toHaveLength(8);
  });

  it('refuses what waits when it dies while loading, and is not started for ever', async () => {
    const inference = open();
    const work = Promise.allSettled([1, 2, 3].map(() => inference.run(input, { urgent: false })));
    kill(inference);
    for (const each of await work)
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'MODEL_UNAVAILABLE' } });
    expect(await inference.run(input, { urgent: false })).toHaveLength(8);
  });

  it('refuses everything when the model cannot be loaded, and tries again the next time', async () => {
    const inference = open(join(home, 'nowhere'));
    const both = await Promise.allSettled([
      inference.run(input, { urgent: true }),
      inference.run(input, { urgent: false }),
    ]);
    for (const each of both) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'MODEL_UNAVAILABLE' } });
    await expect(inference.run(input, { urgent: false })).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });

  it('fails one input without failing the next', async () => {
    const inference = open();
    await expect(inference.run({ ids: [2, 999_999, 3], types: [0, 0, 0] }, { urgent: false })).rejects.toMatchObject({
      code: 'EMBEDDING_FAILED',
    });
    expect(await inference.run(input, { urgent: false })).toHaveLength(8);
  });

  it('is gone when it was closed, even in the middle of work', async () => {
    const inference = open();
    await inference.run(input, { urgent: false });
    const pid = inference.pid() ?? 0;
    const work = Promise.allSettled(Array.from({ length: 100 }, () => inference.run(input, { urgent: false })));
    await inference.close();
    expect(isAlive(pid)).toBe(false);
    for (const each of await work) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'CANCELLED' } });
  });
});
