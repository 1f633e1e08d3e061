import { z } from 'zod';

const share = z.number().min(0).max(1);
const view = z.enum(['anchors', 'lastAnchor', 'sentence', 'halves', 'keywords']);

/** How a static model is trained; every value has the default of the bundled model. */
export const trainingConfigSchema = z.strictObject({
  /** Seed of everything random. */
  seed: z.int().default(20_261_122).describe('Seed of everything random; the same seed and input give the same bytes.'),
  vocabularySize: z.int().min(300).max(200_000).default(48_000).describe('Number of pieces, special tokens included.'),
  continuations: z
    .int()
    .min(0)
    .max(100_000)
    .default(4_000)
    .describe('Pieces of two and more characters that continue a word.'),
  minimumWordCount: z.int().min(1).default(5).describe('Words seen less often are not taken whole.'),
  compounds: z.int().min(0).max(2_000).default(300).describe('Words at most that are not split at their humps.'),
  minimumCompoundCount: z
    .int()
    .min(1)
    .default(25)
    .describe('How often such a word must occur with humps, and without.'),
  dimensions: z.int().min(8).max(1_024).multipleOf(16).default(256).describe('Length of a vector.'),
  batchSize: z.int().min(2).max(16_384).default(2_048).describe('Pairs in a batch: each sees the others as negatives.'),
  epochs: z.number().positive().max(1_000).default(12).describe('Passes over the records.'),
  temperature: z.number().min(0.01).max(1).default(0.07).describe('Temperature of the softmax.'),
  learningRate: z.number().positive().max(1).default(0.015).describe('Highest step size of Adam.'),
  warmUpSteps: z.int().min(0).default(100).describe('Steps over which the step size rises.'),
  finalRate: share.default(0).describe('Step size at the end, as a share of the highest.'),
  frequencyDamping: z
    .number()
    .positive()
    .max(1)
    .default(1e-3)
    .describe('a of the initial row weight a / (a + p(token)).'),
  initialNorm: z.number().positive().max(100).default(1).describe('Length of the initial row of a rare token.'),
  scaleRates: z.boolean().default(true).describe('Step size of a row in proportion to its initial weight.'),
  maxTokens: z.int().min(8).max(4_096).default(256).describe('Longest view, in tokens.'),
  keepSentence: share.default(0.3).describe('Share of sentence views whose sentence stays in the passage.'),
  addAnchors: share.default(1).describe('Share of sentence views whose passage begins with the headings.'),
  views: z
    .partialRecord(z.enum(['doc', 'commit', 'code', 'pair']), z.partialRecord(view, z.number().min(0).max(10)))
    .default({
      doc: { anchors: 1, lastAnchor: 0.3, sentence: 1, halves: 0.3, keywords: 0.3 },
      commit: { anchors: 1, sentence: 0.3, keywords: 0.3 },
      code: { anchors: 1, keywords: 0.3 },
      pair: { anchors: 1 },
    })
    .describe('Pairs drawn per record, kind and view in one pass; fractions are chances.'),
  sourceBalance: share
    .default(0)
    .describe('0 draws all records alike, 1 all sources; (mean size / size) to this power.'),
  sourceBlock: z
    .int()
    .min(1)
    .default(1)
    .describe('Pairs of one source that stand together in a batch, as harder negatives.'),
  matryoshka: z
    .array(z.strictObject({ dimensions: z.int().min(4).multipleOf(4), weight: z.number().positive() }))
    .default([])
    .describe('Prefixes of the vector that get a loss of their own, with its weight.'),
  pull: z
    .number()
    .min(0)
    .max(1_000)
    .default(0)
    .describe('Fine-tuning only: share of the way back to the start per unit of step size.'),
  bits: z
    .union([z.literal(4), z.literal(8)])
    .default(8)
    .describe('Bits of a weight in the model file.'),
  patience: z
    .int()
    .min(0)
    .default(0)
    .describe('Passes without a better held-out score after which training stops; 0: never.'),
  heldOutShare: z.number().min(0).max(0.5).default(0.005).describe('Share of documents kept for validation.'),
});

/** A checked training configuration. */
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;
