import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { liveTestShape, renderLiveTest, toLiveTestShape } from './live-test-shape.js';

export const liveTestStop = defineOperation({
  name: 'live_test_stop',
  summary: 'End a live test',
  description:
    'Ends the live test of a specialist and keeps what it has come to until the next one begins. Nothing is put in force by that: the answer says how.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists/:specialist/live-test/stop' },
  cli: { command: ['live-test', 'stop'], positional: ['specialist'] },
  input: z.strictObject({ specialist: specialistName }),
  output: liveTestShape,
  errors: ['INPUT_INVALID', 'SPECIALIST_NOT_FOUND', 'LIVE_TEST_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ specialist: 'no-such-specialist' }],
  async run({ services }, { specialist }) {
    return toLiveTestShape(await (await services.specialists()).liveTests.stop(specialist));
  },
  render: renderLiveTest,
});
