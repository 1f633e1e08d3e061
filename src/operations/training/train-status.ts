import { z } from 'zod';
import { defineOperation } from '../define.js';
import { renderRun, runIdField, runShape, toRunShape } from './run-shape.js';

export const trainStatus = defineOperation({
  name: 'train_status',
  summary: 'Follow a training run',
  description:
    'Tells how a training run stands: queued, running (with progress and time left), succeeded, failed, cancelled or interrupted; and when it succeeded, whether what it learned is proven, in words and numbers.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/training/runs/:run' },
  cli: { command: ['train', 'status'], positional: ['run'] },
  input: z.strictObject({ run: runIdField }),
  output: runShape,
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'STORE_BROKEN'],
  examples: [{ run: 'no-such-run' }],
  run: async ({ services }, { run }) => toRunShape(await (await services.trainingRuns()).status(run)),
  render: renderRun,
});
