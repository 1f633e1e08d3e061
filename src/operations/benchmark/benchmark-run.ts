import { z } from 'zod';
import { RETRIEVAL_MODES } from '../../core/retrieval/settings.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';
import { collectionName } from '../shapes.js';
import { specialistName, useSpecialist } from '../specialist-fields.js';
import { metricsField, seedField, suiteField } from './benchmark-fields.js';

export const benchmarkRun = defineOperation({
  name: 'benchmark_run',
  summary: 'Run a benchmark',
  description:
    "Runs a suite through the product's own search in one or more configurations, as a job. The corpus of a suite is indexed once and kept. Give several values of alphas, blends, rankConstants, candidates or maxTokens to sweep them. Follow the job with job_status, then read benchmark_report with the job's id.",
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'POST', path: '/benchmarks/runs', status: 202 },
  cli: { command: ['benchmark', 'run'] },
  startsJob: 'jobId',
  jobAnswer: { operation: 'benchmark_report', key: 'runs' },
  input: z.strictObject({
    suite: suiteField,
    split: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Judgments to use: the name of a file in qrels/; default test.'),
    modes: z
      .array(z.enum(RETRIEVAL_MODES))
      .max(3)
      .optional()
      .describe("Retrieval modes to run: keyword, vector, hybrid. Default: all three, or the specialist's own."),
    collection: collectionName
      .optional()
      .describe('Living collection to judge, instead of the documents that the suite brings.'),
    metrics: metricsField,
    alphas: z
      .array(z.number().min(0).max(1))
      .max(21)
      .default([])
      .describe('Weights of the vector leg to try in convex blends, 0 to 1.'),
    blends: z
      .array(z.enum(['convex', 'rrf']))
      .max(2)
      .default([])
      .describe('Blends to try: convex, rrf.'),
    rankConstants: z
      .array(z.number().int().min(1).max(1000))
      .max(10)
      .default([])
      .describe('Rank constants (k) to try in rrf blends; default 60.'),
    candidates: z
      .array(z.number().int().min(10).max(1000))
      .max(10)
      .default([])
      .describe('Numbers of chunks that each leg nominates, 10 to 1000; default 100.'),
    maxTokens: z
      .array(z.number().int().min(32).max(2048))
      .max(8)
      .default([])
      .describe('Chunk sizes to try, 32 to 2048 tokens; each makes its own index.'),
    rerank: z.boolean().optional().describe('Whether the configured reranker reorders the best hits; default false.'),
    diversity: z.number().min(0).max(1).optional().describe('0 (relevance alone, default) to 1 (novelty alone).'),
    specialist: specialistName
      .optional()
      .describe('Ask as this specialist: with its settings and learned parts; kept with the run for comparison.'),
    seed: seedField,
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'SUITE_NOT_FOUND',
    'SPECIALIST_NOT_FOUND',
    'SUITE_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'COLLECTION_NOT_FOUND',
    'MODEL_UNAVAILABLE',
    'STORE_LOCKED',
  ],
  examples: [{ suite: 'no-such-suite' }],
  async run({ services, door }, input) {
    const { suite, split, collection, metrics, seed, specialist: _, ...swept } = input;
    const specialist = await useSpecialist(services, { specialist: input.specialist });
    const modes = input.modes ?? (specialist === undefined ? RETRIEVAL_MODES : []);
    const request = { suite, split, collection, metrics, seed, specialist, sweep: { ...swept, modes } };
    const job = await (await services.benchmark()).start(request, reachOf({ services, door }));
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
