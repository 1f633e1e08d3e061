import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { plainEngine } from '../../src/core/training/contrastive-engine.js';
import { trainerLength } from '../../src/core/training/static-trainer.js';
import { trainingConfigSchema } from '../../src/core/training/training-config.js';
import { createKernels } from '../../src/core/training/wasm-kernels.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint-file.js';
import { fitTable } from '../../src/train/fit-table.js';
import { WEIGHTS_FILE } from '../../src/train/model-folder.js';
import { readRecords } from '../../src/train/record-file.js';
import { prepareCorpus, trainStaticModel } from '../../src/train/train-static-model.js';
import { makeJargonDomain } from '../core/training/made-up-records.js';

const folder = mkdtempSync(join(tmpdir(), 'quarry-train-'));
const corpusFile = join(folder, 'records.jsonl');
const config = trainingConfigSchema.parse({
  vocabularySize: 2_000,
  continuations: 50,
  minimumWordCount: 2,
  dimensions: 32,
  batchSize: 32,
  epochs: 3,
  warmUpSteps: 2,
  matryoshka: [{ dimensions: 16, weight: 0.5 }],
  views: { pair: { anchors: 1, keywords: 0.4 } },
});
const { training } = makeJargonDomain(300, 0);
writeFileSync(corpusFile, training.map((record) => `${JSON.stringify(record)}\n`).join(''));

afterAll(() => rmSync(folder, { recursive: true }));

describe('training from scratch', () => {
  test('gives the same bytes for the same seed and input, and a falling loss', async () => {
    const losses: number[] = [];
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    const request = { corpusFile, config, report: ({ loss }: { loss?: number }) => losses.push(loss ?? 0) };
    const summary = await trainStaticModel({ ...request, outputFolder: one });
    await trainStaticModel({ ...request, outputFolder: two, threads: 1 });
    expect(summary.records).toBe(300);
    expect(summary.sources[0]).toBe('trade/0');
    for (const file of ['tokenizer.json', WEIGHTS_FILE]) {
      expect(readFileSync(join(one, file)).equals(readFileSync(join(two, file)))).toBe(true);
    }
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  });

  test('stops when held-out pairs no longer gain, and keeps the best rows', async () => {
    const steep = { ...config, epochs: 40, learningRate: 0.3, heldOutShare: 0.2, patience: 2 };
    const prepared = await prepareCorpus(corpusFile, steep, () => undefined);
    const seen: { done: number; total: number; heldOut?: number }[] = [];
    const trainer = await fitTable(prepared, {
      config: steep,
      engine: plainEngine,
      kernels: createKernels(steep.dimensions, trainerLength(prepared.tokenCounts.length, steep)),
      report: (progress) => seen.push(progress),
    });
    expect(trainer.step).toBeLessThan(seen[0]?.total ?? 0);
    expect(seen.at(-1)?.heldOut).toBeGreaterThan(0);
  });

  test('goes on from a checkpoint to the bytes of an uninterrupted run', async () => {
    const prepared = await prepareCorpus(corpusFile, config, () => undefined);
    const kernels = () => createKernels(config.dimensions, trainerLength(prepared.tokenCounts.length, config));
    const parts = { config, engine: plainEngine, report: () => undefined };
    const whole = await fitTable(prepared, { ...parts, kernels: kernels() });

    const checkpoint = join(folder, 'half.checkpoint');
    const stop = new AbortController();
    const interrupted = fitTable(prepared, {
      ...parts,
      kernels: kernels(),
      checkpoint,
      checkpointIntervalMs: 0,
      signal: stop.signal,
      report: ({ done }) => {
        if (done >= 20) stop.abort();
      },
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
    const resumed = await fitTable(prepared, { ...parts, kernels: kernels(), checkpoint });
    expect(Buffer.from(resumed.state.table).equals(Buffer.from(whole.state.table))).toBe(true);
  });
});

describe('training files', () => {
  test('name the line that is no record', async () => {
    const file = join(folder, 'broken.jsonl');
    writeFileSync(file, '{"anchor":"a","positive":"b"}\n\n{"anchor":1}\n');
    const read = async () => {
      for await (const record of readRecords(file)) expect(record.kind).toBe('pair');
    };
    await expect(read()).rejects.toMatchObject({ code: 'DATASET_INVALID', message: expect.stringContaining('Line 3') });
  });

  test('leave a checkpoint of another configuration alone and refuse a damaged one', async () => {
    const file = join(folder, 'some.checkpoint');
    const position = { passStart: [1, 2, 3, 4], consumed: 7, now: [5, 6, 7, 8] };
    const arrays = [Float32Array.of(1, 2)];
    await writeCheckpoint(file, { fingerprint: 'a', step: 3, stepsPerPass: 2, heldOut: [0.5], position, arrays });
    expect(await readCheckpoint(file, 'b')).toBeUndefined();
    expect((await readCheckpoint(file, 'a'))?.arrays[0]).toEqual(Float32Array.of(1, 2));
    writeFileSync(file, readFileSync(file).subarray(0, -3));
    await expect(readCheckpoint(file, 'a')).rejects.toMatchObject({ code: 'TRAINING_INVALID' });
  });
});
