import { z } from 'zod';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { specialistName } from '../specialist-fields.js';
import { inForceShape, renderInForce, toInForceShape } from './in-force-shape.js';
import { runIdField } from './run-shape.js';

export const trainPromote = defineOperation({
  name: 'train_promote',
  summary: 'Put what a run learned in force',
  description:
    'Puts what a training run has learned in force for its specialist, in one step. Refused unless held-out questions have proven it, against what is in force now. train_rollback takes it back. A static run’s model becomes that of the workspace, as a job that searches do not wait for; callers from elsewhere may not do that.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/training/runs/:run/promote' },
  cli: { command: ['train', 'promote'], positional: ['run'] },
  input: z.strictObject({
    run: runIdField,
    specialist: specialistName.optional().describe('Specialist; default the one that the run learned for.'),
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
  examples: [{ run: 'no-such-run' }],
  async run({ services, door }, { run, specialist: name }) {
    const { promotions } = await services.trainingRuns();
    return toInForceShape(await promotions.promote(run, { name, reach: reachOf({ services, door }) }));
  },
  render: renderInForce,
});
