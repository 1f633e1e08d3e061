import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { liveTestShape, renderLiveTest, toLiveTestShape } from './live-test-shape.js';

export const liveTestStatus = defineOperation({
  name: 'live_test_status',
  summary: 'Show a live test',
  description:
    'What the last live test of a specialist has come to: whose results were used on how many queries, the evidence, the verdict and the next step. Look as often as you like: the error does not grow with looking.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/specialists/:specialist/live-test' },
  cli: { command: ['live-test', 'status'], positional: ['specialist'] },
  input: z.strictObject({ specialist: specialistName }),
  output: liveTestShape,
  errors: ['INPUT_INVALID', 'SPECIALIST_NOT_FOUND', 'LIVE_TEST_NOT_FOUND'],
  examples: [{ specialist: 'no-such-specialist' }],
  async run({ services }, { specialist }) {
    return toLiveTestShape(await (await services.specialists()).liveTests.status(specialist));
  },
  render: renderLiveTest,
});
