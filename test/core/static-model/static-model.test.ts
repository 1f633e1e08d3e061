import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AutoTokenizer,
  type FeatureExtractionPipeline,
  type PreTrainedTokenizer,
  pipeline,
} from '@xenova/transformers';
import { modelConfig, tokenizerConfig } from '../../../src/core/static-model/model-files.js';
import { readOnnx, type StaticWeights, writeOnnx } from '../../../src/core/static-model/onnx-file.js';
import { createStaticModel, type StaticModel } from '../../../src/core/static-model/static-model.js';
import { createTokenizer, type Tokenizer } from '../../../src/core/static-model/tokenizer.js';
import { buildTokenizerJson, SPECIAL_TOKENS } from '../../../src/core/static-model/tokenizer-format.js';
import { randomTexts, seededRandom, smallVocabulary } from './random-text.js';

const DIMENSIONS = 12;
const vocabulary = smallVocabulary();
const tokenizerJson = buildTokenizerJson(vocabulary, [
  ['snake', 'Case'],
  ['Hello', 'World'],
  ['XM', 'LHttp'],
  ['La', 'TeX'],
  ['LaTe', 'X'],
]);

function randomWeights(bits: 4 | 8): StaticWeights {
  const largest = bits === 4 ? 7 : 127;
  const random = seededRandom(3);
  const table = Int8Array.from(
    { length: vocabulary.length * DIMENSIONS },
    () => Math.floor(random() * (2 * largest + 1)) - largest,
  );
  const scales = Float32Array.from({ length: vocabulary.length }, () => random() / 100);
  for (let id = 0; id < 5; id++) table.fill(0, id * DIMENSIONS, (id + 1) * DIMENSIONS);
  table.fill(1, SPECIAL_TOKENS['[CLS]'] * DIMENSIONS, (SPECIAL_TOKENS['[CLS]'] + 1) * DIMENSIONS);
  scales[SPECIAL_TOKENS['[CLS]']] = 1e-6;
  return { table, scales, bits, dimensions: DIMENSIONS };
}

describe.each([8, 4] as const)('a static model of %i bits', (bits) => {
  const folder = mkdtempSync(join(tmpdir(), 'quarry-static-'));
  const weights = randomWeights(bits);
  let tokenizer: Tokenizer;
  let model: StaticModel;
  let reference: PreTrainedTokenizer;
  let extractor: FeatureExtractionPipeline;

  beforeAll(async () => {
    mkdirSync(join(folder, 'onnx'));
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizerJson));
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(tokenizerConfig()));
    writeFileSync(join(folder, 'config.json'), JSON.stringify(modelConfig(vocabulary.length, DIMENSIONS)));
    writeFileSync(join(folder, 'onnx', 'model_quantized.onnx'), writeOnnx(weights));
    tokenizer = createTokenizer(tokenizerJson);
    model = createStaticModel({ tokenizer, ...weights });
    reference = await AutoTokenizer.from_pretrained(folder);
    extractor = await pipeline('feature-extraction', folder, { dtype: 'q8' });
  });

  afterAll(async () => {
    await extractor.dispose();
    rmSync(folder, { recursive: true });
  });

  test('encodes ten thousand random strings to the ids of transformers.js', () => {
    for (const text of randomTexts(10_000, 11)) {
      const expected = reference.encode(text);
      expect({ text, ids: [SPECIAL_TOKENS['[CLS]'], ...tokenizer.encode(text)] }).toEqual({ text, ids: expected });
    }
  });

  test('cuts compounds as their spelling without humps', () => {
    expect(tokenizer.encode('LaTeX HelloWorld')).toEqual(tokenizer.encode('latex helloworld'));
    expect(tokenizer.encode('HelloThere')).toEqual(tokenizer.encode('hello there'));
  });

  test('embeds as the transformers.js pipeline does on the same files', async () => {
    for (const text of ['', 'hello world', 'getHTTPResponse(snake_case)', '漢字 かな', ...randomTexts(60, 5)]) {
      const output = await extractor(text, { pooling: 'mean', normalize: true });
      const expected = [...(output.data as Float32Array)];
      output.dispose();
      const actual = model.embed(text);
      expected.forEach((entry, at) => {
        expect(Math.abs(entry - (actual[at] ?? Number.NaN))).toBeLessThan(1e-5);
      });
    }
  });

  test('gives a unit vector for empty, blank and unknown text', () => {
    for (const text of ['', ' \n', '\u{1f9ec}\u{1f9ec}', '\ud800', 'ᚠᚢᚦ']) {
      const norm = Math.hypot(...model.embed(text));
      expect(norm).toBeCloseTo(1, 5);
    }
  });

  test('counts tokens without special ones', () => {
    expect(model.countTokens('')).toBe(0);
    for (const text of randomTexts(200, 3)) expect(model.countTokens(text)).toBe(tokenizer.encode(text).length);
    expect(model.countTokens('helloWorld, hello')).toBe(4);
    expect(tokenizer.encode('getURLs')).toEqual(tokenizer.encode('get urls'));
  });

  test('reads back the weights it wrote', () => {
    const read = readOnnx(writeOnnx(weights));
    expect([read.dimensions, read.bits]).toEqual([DIMENSIONS, bits]);
    expect(Buffer.from(read.table)).toEqual(Buffer.from(weights.table));
    expect([...read.scales]).toEqual([...weights.scales]);
  });

  test('refuses a cut-off file, a foreign tokenizer and parts that do not fit', () => {
    expect(() => readOnnx(writeOnnx(weights).subarray(0, 900))).toThrow(/cut off/);
    expect(() => createTokenizer({ model: { type: 'BPE' } })).toThrow(/not of the kind/);
    expect(() => createStaticModel({ tokenizer, ...weights, dimensions: 6 })).toThrow(/rows of 6/);
  });
});
