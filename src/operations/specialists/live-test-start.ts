import { z } from 'zod';
import { defineOperation } from '../define.js';
import { settingsFields, settingsOf, specialistName } from '../specialist-fields.js';
import { liveTestShape, renderLiveTest, toLiveTestShape } from './live-test-shape.js';

export const liveTestStart = defineOperation({
  name: 'live_test_start',
  summary: 'Compare on live searches',
  description:
    'Begins an A/B test of a specialist by team-draft interleaving: from now on the first page of each search as it mixes what it finds now with what a candidate finds (what a training run chose, or other settings), and record_feedback tells whose results helped. Needs the query log (QUARRY_QUERY_LOG). Searches that set something themselves take no part.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists/:specialist/live-test', status: 201 },
  cli: { command: ['live-test', 'start'], positional: ['specialist'] },
  input: z.strictObject({
    specialist: specialistName,
    run: z.string().min(1).max(64).optional().describe('Settings or adapter run whose choice is the candidate.'),
    ...settingsFields,
  }),
  output: liveTestShape,
  errors: [
    'INPUT_INVALID',
    'CONFIG_INVALID',
    'SPECIALIST_NOT_FOUND',
    'RUN_NOT_FOUND',
    'RUN_INVALID',
    'ALREADY_EXISTS',
    'STORE_LOCKED',
  ],
  examples: [{ specialist: 'no-such-specialist', alpha: 0.5 }],
  async run({ services }, { specialist, run, ...input }) {
    const { liveTests } = await services.specialists();
    return toLiveTestShape(await liveTests.start(specialist, { run, settings: settingsOf(input) }));
  },
  render: renderLiveTest,
});
