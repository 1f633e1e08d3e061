import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createStaticModel, type StaticModel } from '../../src/core/static-model/static-model.js';
import { createTokenizer } from '../../src/core/static-model/tokenizer.js';
import { createRandom } from '../../src/core/training/random.js';
import { fineTuneStaticModel } from '../../src/train/fine-tune-static-model.js';
import { readModelFolder } from '../../src/train/model-folder.js';
import { makeJargonDomain } from '../core/training/made-up-records.js';
import { GENERAL_PAIRS } from './general-pairs.js';

const BUNDLED = join(import.meta.dirname, '../../../models/quarry-embed-v1');
/** Takes seconds; a machine that runs everything at once may need far more. */
const TIMEOUT_MS = 240_000;
const folder = mkdtempSync(join(tmpdir(), 'quarry-fine-tune-'));
const adapted = join(folder, 'adapted');

afterAll(() => rmSync(folder, { recursive: true }));

async function loadModel(path: string): Promise<StaticModel> {
  const { tokenizerJson, weights } = await readModelFolder(path);
  return createStaticModel({ tokenizer: createTokenizer(tokenizerJson), ...weights });
}

/** nDCG@10 of each question when its own passage is the only right one among all. */
function scoreQuestions(model: StaticModel, pairs: readonly (readonly [string, string])[]): number[] {
  const passages = pairs.map(([, passage]) => model.embed(passage));
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, entry, at) => sum + entry * (b[at] ?? 0), 0);
  return pairs.map(([question], own) => {
    const query = model.embed(question);
    const scores = passages.map((passage) => dot(query, passage));
    const rank = scores.filter((score, other) => other !== own && score >= (scores[own] ?? 0)).length + 1;
    return rank > 10 ? 0 : 1 / Math.log2(rank + 1);
  });
}

/** Two-sided paired randomization test: the share of random sign flips that give as large a mean difference. */
function pValue(before: readonly number[], after: readonly number[]): number {
  const random = createRandom(1);
  const differences = after.map((score, at) => score - (before[at] ?? 0));
  const seen = Math.abs(differences.reduce((sum, entry) => sum + entry, 0));
  let extreme = 1;
  for (let round = 0; round < 2_000; round++) {
    const flipped = differences.reduce((sum, entry) => sum + (random.next() < 0.5 ? entry : -entry), 0);
    if (Math.abs(flipped) >= seen - 1e-12) extreme++;
  }
  return extreme / 2_001;
}

const mean = (scores: readonly number[]): number => scores.reduce((sum, score) => sum + score, 0) / scores.length;

describe('fine-tuning the bundled model on a made-up trade', () => {
  const { training, heldOut } = makeJargonDomain(400, 40);
  const heldOutPairs = heldOut.map((record) => [record.anchors[0] ?? '', record.text] as const);

  test(
    'learns the trade and keeps what it knew',
    async () => {
      const losses: number[] = [];
      const request = {
        modelFolder: BUNDLED,
        records: training,
        report: ({ loss }: { loss?: number }) => losses.push(loss ?? 0),
      };
      const summary = await fineTuneStaticModel({ ...request, outputFolder: adapted });
      const [before, after] = [await loadModel(BUNDLED), await loadModel(adapted)];

      const jargonBefore = scoreQuestions(before, heldOutPairs);
      const jargonAfter = scoreQuestions(after, heldOutPairs);
      expect(mean(jargonAfter)).toBeGreaterThan(mean(jargonBefore) + 0.2);
      expect(pValue(jargonBefore, jargonAfter)).toBeLessThan(0.01);

      const generalBefore = scoreQuestions(before, GENERAL_PAIRS);
      const generalAfter = scoreQuestions(after, GENERAL_PAIRS);
      expect(mean(generalBefore)).toBeGreaterThan(0.6);
      expect(mean(generalAfter)).toBeGreaterThan(mean(generalBefore) - 0.03);

      expect(summary.addedWords.length).toBeGreaterThan(50);
      expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    },
    TIMEOUT_MS,
  );

  test('refuses a single pair and a missing model', async () => {
    const outputFolder = join(folder, 'none');
    const few = fineTuneStaticModel({ modelFolder: BUNDLED, records: training.slice(0, 1), outputFolder });
    await expect(few).rejects.toMatchObject({ code: 'TRAINING_INVALID' });
    const lost = fineTuneStaticModel({ modelFolder: outputFolder, records: training, outputFolder });
    await expect(lost).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });
});
