import { z } from 'zod';
import type { RetrievalSettings } from '../retrieval/settings.js';

/** What a run can learn. */
export const RUN_KINDS = ['settings', 'adapter', 'static'] as const;
/** One of {@link RUN_KINDS}. */
export type RunKind = (typeof RUN_KINDS)[number];
/** What a specialist can learn for itself; a model is the workspace's, and is adapted when somebody says so. */
export const SPECIALIST_KINDS = ['settings', 'adapter'] as const satisfies readonly RunKind[];

const settingsSchema = z.looseObject({
  mode: z.enum(['hybrid', 'vector', 'keyword']),
  blend: z.enum(['convex', 'rrf']),
  alpha: z.number(),
  rankConstant: z.number(),
  candidates: z.int(),
  rerank: z.boolean(),
  diversity: z.number(),
  rerankDepth: z.int().exactOptional(),
  headings: z.number().exactOptional(),
  kinds: z.number().exactOptional(),
}) satisfies z.ZodType<RetrievalSettings>;

/** All that decides what a run does; with the data, the same recipe gives the same bytes. */
export const recipeSchema = z.strictObject({
  kind: z.enum(RUN_KINDS),
  /** Suite whose judgments tune and prove, by name or folder. */
  suite: z.string(),
  split: z.string(),
  /** Living collection to judge; empty for the one that the suite names, or its own documents. */
  collection: z.string(),
  /** Specialist to learn for; empty for none. */
  specialist: z.string(),
  /** Collections that are searched besides the judged one. */
  collections: z.array(z.string()),
  /** Settings in force when the run began. */
  base: settingsSchema,
  /** Run of the query adapter in force; empty for none. */
  baseAdapter: z.string(),
  /** sha256 of the model that a static run adapts; empty for other kinds. */
  model: z.string().default(''),
  /** Dataset to learn from besides the tuning questions; empty for none. */
  dataset: z.string(),
  /** Suites that must not fall. */
  guards: z.array(z.string()),
  metric: z.string(),
  seed: z.int(),
});
/** All that decides what a run does. */
export type TrainingRecipe = z.output<typeof recipeSchema>;

/** A run as it is ordered; what comes of it is kept beside it. */
export const runSchema = z.strictObject({
  id: z.string(),
  recipe: recipeSchema,
  /** Whether a proven gain is put in force at once. */
  promotes: z.boolean(),
  /** The job that works on it, or did last; empty before the first. */
  job: z.string(),
  /** Jobs that worked on it. */
  attempts: z.int(),
  createdAt: z.string(),
});
/** A run as it is ordered. */
export type TrainingRun = z.output<typeof runSchema>;

const proofSchema = z.strictObject({
  questions: z.int(),
  groups: z.int(),
  difference: z.number(),
  low: z.number(),
  high: z.number(),
  level: z.number(),
  p: z.number(),
  wins: z.int(),
  ties: z.int(),
  losses: z.int(),
  spread: z.number(),
});

const scoredQuestionSchema = z.strictObject({ query: z.string(), before: z.number(), after: z.number() });

/** One direction of the proof: tuned on one half of the questions, proven on the other. */
const halfSchema = z.strictObject({
  /** The half that proves, 0 or 1. */
  half: z.int(),
  /** Questions that tuned. */
  tunedOn: z.int(),
  /** What tuning chose; the name of what is in force when nothing did better. */
  choice: z.string(),
  settings: settingsSchema,
  /** sha256 of the adapter's numbers, or of an adapted model's weights; empty without one. */
  adapter: z.string(),
  /** Mean of every candidate over the inner folds of the tuning half, less what is in force: best first. */
  curve: z.array(z.strictObject({ candidate: z.string(), gain: z.number(), error: z.number() })),
  before: z.number(),
  after: z.number(),
  proof: proofSchema,
  /** Corrected by Holm for everything that the run tested. */
  pAdjusted: z.number(),
  perQuery: z.array(scoredQuestionSchema),
});
/** One direction of the proof. */
export type HalfOutcome = z.output<typeof halfSchema>;

const guardSchema = z.strictObject({
  suite: z.string(),
  before: z.number(),
  after: z.number(),
  proof: proofSchema,
  /** Corrected by Holm over the guards. */
  pAdjusted: z.number(),
  hasFallen: z.boolean(),
});
/** What became of a suite that must not fall. */
export type GuardOutcome = z.output<typeof guardSchema>;

/** Why a run may be promoted, or may not. */
export const DECISION_REASONS = ['gain', 'no-gain', 'guard-fell', 'mined', 'too-few'] as const;

const decisionSchema = z.strictObject({
  mayPromote: z.boolean(),
  reason: z.enum(DECISION_REASONS),
  /** The half whose choice is the result; null when nothing is. */
  half: z.int().nullable(),
  /** In words. */
  text: z.string(),
  /** Judged questions that would probably decide, besides those there are; null when decided, or unknown. */
  furtherJudgments: z.int().nullable(),
});
/** Whether what was learned may be put in force. */
export type Decision = z.output<typeof decisionSchema>;

/** What came of a run; holds no time and no id, so that it replays to the same bytes. */
export const outcomeSchema = z.strictObject({
  recipe: recipeSchema,
  /** sha256 over suite, judged questions, documents, model and rules. */
  dataVersion: z.string(),
  /** sha256 over the questions of each half. */
  splitVersion: z.string(),
  questions: z.int(),
  groups: z.int(),
  /** Proofs for the same specialist on the same suite that were ordered before: each takes of the level of this one. */
  earlier: z.int().min(0).default(0),
  /** Judged questions whose answers are gone, or that have none. */
  leftOut: z.int(),
  /** Pairs that were learned from besides the tuning questions. */
  pairs: z.int(),
  /** Candidates that each half tried. */
  candidates: z.int(),
  halves: z.array(halfSchema),
  guards: z.array(guardSchema),
  decision: decisionSchema,
});
/** What came of a run. */
export type TrainingOutcome = z.output<typeof outcomeSchema>;
