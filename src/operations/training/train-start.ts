import { z } from 'zod';
import { DEFAULT_SEED } from '../../core/benchmark/report.js';
import { RUN_KINDS } from '../../core/training-runs/training-run.js';
import { JOB_STATES } from '../../core/types.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { collectionName } from '../shapes.js';
import { specialistName } from '../specialist-fields.js';

const suiteName = z.string().min(1).max(2000);

export const trainStart = defineOperation({
  name: 'train_start',
  summary: 'Start a training run',
  description:
    'Learns for a specialist from the judged questions of a suite, as a job: settings of search, a query adapter (a small map on query vectors), or the static model itself. Half of the questions tunes, the other half proves, and the other way round. Only a significant gain on held-out questions may be promoted; otherwise nothing changes and the answer says how many more judged questions would decide. Follow it with train_status.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  maxInputBytes: 128 * 1024,
  http: { method: 'POST', path: '/training/runs', status: 202 },
  cli: { command: ['train', 'start'] },
  startsJob: 'jobId',
  jobAnswer: { operation: 'train_list', key: 'runs' },
  input: z.strictObject({
    kind: z
      .enum(RUN_KINDS)
      .default('settings')
      .describe(
        'settings (default); adapter: a map on query vectors; static: the static model itself, for the whole workspace.',
      ),
    suite: suiteName
      .optional()
      .describe('Suite (name or folder) whose judged questions tune and prove; default the specialist’s first.'),
    split: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Judgments to use: the name of a file in qrels/; default test.'),
    collection: collectionName
      .optional()
      .describe('Living collection that is judged; default the one that the suite names, or its own documents.'),
    specialist: specialistName.optional().describe('Specialist to learn for.'),
    dataset: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Dataset whose pairs and triplets an adapter learns from too; what overlaps with suites is left out.'),
    guards: z
      .array(suiteName)
      .max(20)
      .optional()
      .describe('Suites (names or folders) that must not fall significantly; default the specialist’s others.'),
    metric: z.string().min(1).max(60).default('ndcg@10').describe('What is to rise; default ndcg@10.'),
    promote: z.boolean().default(false).describe('Put a proven gain in force at once.'),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31)
      .default(DEFAULT_SEED)
      .describe('Seed of everything random; the same seed and data give the same bytes.'),
  }),
  output: z.object({ run: z.string(), jobId: z.string(), state: z.enum(JOB_STATES) }),
  errors: [
    'INPUT_INVALID',
    'SUITE_NOT_FOUND',
    'SUITE_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'COLLECTION_NOT_FOUND',
    'SPECIALIST_NOT_FOUND',
    'DATASET_NOT_FOUND',
    'MODEL_UNAVAILABLE',
    'STORE_LOCKED',
  ],
  examples: [{ suite: 'no-such-suite' }],
  async run({ services, door }, { promote, ...request }) {
    const runs = await services.trainingRuns();
    const { run, state } = await runs.start({ ...request, promotes: promote }, reachOf({ services, door }));
    return { run: run.id, jobId: run.job, state };
  },
  render: ({ run, jobId }) => `Started training run ${run} as ${jobId}. Follow it with train_status (${run}).`,
});
