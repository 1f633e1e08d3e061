import { z } from 'zod';
import { defineOperation } from '../define.js';
import { renderRun, runIdField, runShape, toRunShape } from './run-shape.js';

export const trainCancel = defineOperation({
  name: 'train_cancel',
  summary: 'Cancel a training run',
  description:
    'Stops a training run. Nothing changes in what is in force; what it had finished is kept for train_resume.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/training/runs/:run/cancel' },
  cli: { command: ['train', 'cancel'], positional: ['run'] },
  input: z.strictObject({ run: runIdField }),
  output: runShape,
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'STORE_BROKEN', 'STORE_LOCKED'],
  examples: [{ run: 'no-such-run' }],
  run: async ({ services }, { run }) => toRunShape(await (await services.trainingRuns()).cancel(run)),
  render: renderRun,
});
