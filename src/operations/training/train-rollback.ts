import { z } from 'zod';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { specialistName } from '../specialist-fields.js';
import { inForceShape, renderInForce, toInForceShape } from './in-force-shape.js';

export const trainRollback = defineOperation({
  name: 'train_rollback',
  summary: 'Take a promotion back',
  description:
    'Puts in force again what a specialist searched with before its newest promotion, in one step; once more goes back one promotion further. Of a static run it goes back to the model before, as a job.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists/:specialist/rollback' },
  cli: { command: ['train', 'rollback'], positional: ['specialist'] },
  input: z.strictObject({
    specialist: specialistName.describe('Name of the specialist; for an adapted model, the id of the static run.'),
  }),
  output: inForceShape,
  errors: [
    'INPUT_INVALID',
    'RUN_NOT_FOUND',
    'RUN_INVALID',
    'MODEL_UNAVAILABLE',
    'CONFIG_INVALID',
    'SPECIALIST_NOT_FOUND',
    'REVISION_MISMATCH',
    'STORE_BROKEN',
    'STORE_LOCKED',
  ],
  examples: [{ specialist: 'no-such-specialist' }],
  async run({ services, door }, { specialist }) {
    const { promotions } = await services.trainingRuns();
    const reach = reachOf({ services, door });
    const isRun = specialist.startsWith('train_');
    return toInForceShape(
      await (isRun ? promotions.rollbackModel(specialist, reach) : promotions.rollback(specialist)),
    );
  },
  render: renderInForce,
});
