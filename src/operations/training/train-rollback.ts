import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { inForceShape, renderInForce, toInForceShape } from './in-force-shape.js';

export const trainRollback = defineOperation({
  name: 'train_rollback',
  summary: 'Take a promotion back',
  description:
    'Puts in force again what a specialist searched with before its newest promotion, in one step; once more goes back one promotion further.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists/:specialist/rollback' },
  cli: { command: ['train', 'rollback'], positional: ['specialist'] },
  input: z.strictObject({ specialist: specialistName }),
  output: inForceShape,
  errors: [
    'INPUT_INVALID',
    'RUN_NOT_FOUND',
    'SPECIALIST_NOT_FOUND',
    'REVISION_MISMATCH',
    'STORE_BROKEN',
    'STORE_LOCKED',
  ],
  examples: [{ specialist: 'no-such-specialist' }],
  async run({ services }, { specialist }) {
    return toInForceShape(await (await services.trainingRuns()).promotions.rollback(specialist));
  },
  render: renderInForce,
});
