import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AutoTokenizer,
  type FeatureExtractionPipeline,
  type PreTrainedTokenizer,
  pipeline,
} from '@xenova/transformers';
import { createStaticModel, type StaticModel } from '../../src/core/static-model/static-model.js';
import { createTokenizer, type Tokenizer } from '../../src/core/static-model/tokenizer.js';
import { trainingConfigSchema } from '../../src/core/training/training-config.js';
import { readModelFolder } from '../../src/train/model-folder.js';
import { randomTexts } from '../core/static-model/random-text.js';
import { GENERAL_PAIRS } from '../train/general-pairs.js';

const FOLDER = join(import.meta.dirname, '../../../models/quarry-embed-v1');
const MAX_BYTES = 16_000_000;

const dot = (a: Float32Array, b: Float32Array, dimensions = a.length): number => {
  let sum = 0;
  for (let at = 0; at < dimensions; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
};

describe('the bundled model', () => {
  let tokenizer: Tokenizer;
  let model: StaticModel;
  let reference: PreTrainedTokenizer;
  let extractor: FeatureExtractionPipeline;

  beforeAll(async () => {
    const { tokenizerJson, weights } = await readModelFolder(FOLDER);
    tokenizer = createTokenizer(tokenizerJson);
    model = createStaticModel({ tokenizer, ...weights });
    reference = await AutoTokenizer.from_pretrained(FOLDER);
    extractor = await pipeline('feature-extraction', FOLDER, { dtype: 'q8' });
  });

  afterAll(() => extractor.dispose());

  test('fits into 16 MB', () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).map((name) =>
      statSync(join(FOLDER, name)),
    );
    const bytes = files.filter((file) => file.isFile()).reduce((sum, file) => sum + file.size, 0);
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  test('is encoded to the ids of transformers.js on ten thousand random strings', () => {
    for (const text of randomTexts(10_000, 29)) {
      const expected = reference.encode(text).slice(1);
      expect({ text, ids: tokenizer.encode(text) }).toEqual({ text, ids: expected });
    }
  });

  test('gives the vectors of the transformers.js pipeline', async () => {
    for (const text of [
      '',
      'How do I reset the cache?',
      'const total = sumOf(items);',
      'Ελληνικά και русский',
      '日本語のテキスト',
    ]) {
      const output = await extractor(text, { pooling: 'mean', normalize: true });
      const vector = model.embed(text);
      // The extractor declares its output as float32.
      expect(1 - dot(output.data as Float32Array, vector)).toBeLessThan(1e-5);
      output.dispose();
    }
  });

  test('finds the passage that answers a question, also by its first 128 dimensions', () => {
    const passages = GENERAL_PAIRS.map(([, passage]) => model.embed(passage));
    for (const [dimensions, atLeast] of [
      [model.dimensions, 0.6],
      [128, 0.5],
      [64, 0.4],
    ] as const) {
      const right = GENERAL_PAIRS.filter(([question], own) => {
        const query = model.embed(question);
        const cosine = (vector: Float32Array): number =>
          dot(query, vector, dimensions) / Math.sqrt(dot(vector, vector, dimensions));
        return passages.every((vector, at) => at === own || cosine(vector) < cosine(passages[own] ?? vector));
      });
      expect({ dimensions, share: right.length / GENERAL_PAIRS.length >= atLeast }).toEqual({
        dimensions,
        share: true,
      });
    }
  });

  test('gives a unit vector for text of any script and for none at all', () => {
    for (const text of ['', '한국어 문장', 'עברית', 'العربية', 'हिन्दी', 'ไทย', '中文', '\u{1f680}', '\u0000', 'ᚠᛇᚻ']) {
      expect(dot(model.embed(text), model.embed(text))).toBeCloseTo(1, 4);
    }
  });

  test('comes with the configuration that trains it', () => {
    const config = trainingConfigSchema.parse(JSON.parse(readFileSync(join(FOLDER, 'training.json'), 'utf8')));
    expect(config.dimensions).toBe(model.dimensions);
  });
});

test('the training guide names every setting', () => {
  const guide = readFileSync(join(FOLDER, '../../docs/training.md'), 'utf8');
  for (const setting of Object.keys(trainingConfigSchema.shape)) expect(guide).toContain(`| \`${setting}\` |`);
});
