import { z } from 'zod';
import { AUDIT_CHECKS } from '../../core/curation/audit-report.js';
import { QuarryError } from '../../core/errors.js';
import { AUDIT_ACTIONS, DEFAULT_DROP } from '../../services/curation/audit-service.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { datasetName } from './dataset-fields.js';

export const datasetAudit = defineOperation({
  name: 'dataset_audit',
  summary: 'Audit and clean a dataset',
  description:
    'Looks for exact and near duplicates (shared text shown), secrets, personal data, leaks of benchmark suites (span shown), language, length, symbols, repetition, boilerplate, doubtful labels, outliers, class balance and links that cross splits, as a job. action: report (default) changes nothing, flag marks examples, clean (needs confirm) drops the checks in drop and redacts secrets and personal data.',
  effect: 'destroy',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets/:name/audit', status: 202 },
  cli: { command: ['dataset', 'audit'], positional: ['name'] },
  startsJob: 'jobId',
  input: z.strictObject({
    name: datasetName,
    action: z.enum(AUDIT_ACTIONS).default('report').describe('report (default), flag or clean.'),
    drop: z
      .array(z.enum(AUDIT_CHECKS))
      .max(AUDIT_CHECKS.length)
      .default([...DEFAULT_DROP])
      .describe(`Checks whose examples clean drops; default ${DEFAULT_DROP.join(', ')}.`),
    sensitive: z
      .enum(['redact', 'drop', 'keep'])
      .default('redact')
      .describe('What clean does with secrets and personal data; default redact.'),
    vectors: z
      .boolean()
      .optional()
      .describe('Whether to make the checks that need vectors; default up to 20000 examples.'),
    vectorThreshold: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.97)
      .describe('Cosine from which two texts count as the same; default .97.'),
    confirm: z.boolean().default(false).describe('Must be true for clean.'),
  }),
  output: startedJobShape,
  errors: [
    'INPUT_INVALID',
    'DATASET_NOT_FOUND',
    'CONFIRMATION_REQUIRED',
    'MODEL_UNAVAILABLE',
    'ALREADY_EXISTS',
    'STORE_FULL',
  ],
  examples: [{ name: 'no-such-dataset' }],
  async run({ services }, input) {
    if (input.action === 'clean' && !input.confirm) {
      throw new QuarryError('CONFIRMATION_REQUIRED', `This would drop and redact examples of ${input.name}.`, {
        hint: 'Look at the report first (action report), then call again with confirm set to true (--confirm on the command line). The old version can be restored.',
      });
    }
    const { name, action, drop, sensitive, vectors, vectorThreshold } = input;
    const job = await (await services.curation()).audits.start({
      dataset: name,
      action,
      drop,
      sensitive,
      vectors,
      vectorThreshold,
    });
    return { jobId: job.id, state: job.state, subject: job.subject };
  },
  render: renderStarted,
});
