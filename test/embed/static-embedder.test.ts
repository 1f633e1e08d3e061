import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FeatureExtractionPipeline, pipeline } from '@xenova/transformers';
import type { Embedder } from '../../src/core/ports.js';
import { BUNDLED_MODEL, openEmbedder } from '../../src/embed/open-embedder.js';

const BUNDLED = join(import.meta.dirname, '../../../models', BUNDLED_MODEL);

const TEXTS = [
  'How do I reset the cache?',
  'function getUserName(user_id) { return users[user_id]; }',
  'Größe, naïve café, 今天天气很好 \u{1f600}',
  'x'.repeat(500),
  `${'a long text '.repeat(3000)}`,
  '',
  ' \n\t',
];

describe('the bundled model', () => {
  let embedder: Embedder;
  let extractor: FeatureExtractionPipeline;

  beforeAll(async () => {
    embedder = await openEmbedder({ model: '', dtype: '', cacheDir: '/none', allowRemote: false, threads: 0 });
    extractor = await pipeline('feature-extraction', BUNDLED, {
      dtype: 'q8',
    });
  });

  afterAll(async () => {
    await extractor.dispose();
    await embedder.close();
  });

  it('gives the vectors of the feature-extraction pipeline', async () => {
    for (const text of TEXTS) {
      const { data } = await extractor([text], { pooling: 'mean', normalize: true });
      const [vector] = await embedder.embed([text], 'document');
      const expected = Array.from(data, Number);
      expect(vector?.length).toBe(expected.length);
      for (const [at, entry] of expected.entries()) expect(Math.abs((vector?.[at] ?? 0) - entry)).toBeLessThan(1e-5);
    }
  });

  it.each(['tokenizer.json', 'onnx/model_quantized.onnx', 'config.json'])(
    'is refused when %s is cut off',
    async (file) => {
      const folder = await mkdtemp(join(tmpdir(), 'quarry-static-'));
      try {
        await cp(BUNDLED, folder, { recursive: true });
        await truncate(join(folder, file), 100);
        const opening = openEmbedder({ model: folder, dtype: '', cacheDir: '/none', allowRemote: false, threads: 0 });
        await expect(opening).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', hint: expect.any(String) });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  it('passes its own test', async () => {
    for (const check of await embedder.selfTest()) expect(check).toMatchObject({ ok: true });
    expect(embedder.fingerprint).toMatchObject({ model: BUNDLED_MODEL, pooling: 'mean', normalized: true });
  });

  it('lets other work in between and stops at a cancel', async () => {
    const controller = new AbortController();
    let turns = 0;
    const timer = setInterval(() => {
      turns++;
      if (turns === 3) controller.abort();
    }, 0);
    const texts = Array.from({ length: 200_000 }, () => 'a text of a few words that is embedded many times over');
    await expect(embedder.embed(texts, 'document', controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});
