import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 1000) / 1000);

export const feedbackReport = defineOperation({
  name: 'feedback_report',
  summary: 'Report feedback',
  description:
    'Counts what was searched and said, tells how much less each place is looked at (measured by intervention where QUARRY_QUERY_LOG is explore; never guessed), and lists what was used as candidates for judging.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/feedback' },
  cli: { command: ['feedback', 'report'] },
  input: z.strictObject({
    specialist: specialistName.optional().describe('Only what was said of this specialist.'),
    limit: z.number().int().min(1).max(500).default(20).describe('How many candidates; default 20.'),
  }),
  output: z.object({
    isOn: z.boolean(),
    searches: z.number(),
    feedback: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    propensities: z.array(
      z.object({
        rank: z.number(),
        ratio: z.number().nullable(),
        low: z.number().nullable(),
        high: z.number().nullable(),
        stayed: z.number(),
        moved: z.number(),
      }),
    ),
    candidates: z.array(
      z.object({
        query: z.string(),
        passage: z.string(),
        used: z.number(),
        useless: z.number(),
        weight: z.number().nullable(),
      }),
    ),
  }),
  errors: ['INPUT_INVALID'],
  examples: [{}],
  async run({ services }, { specialist, limit }) {
    const { feedback } = await services.specialists();
    const report = await feedback.report(specialist);
    return {
      ...report,
      isOn: feedback.isOn,
      propensities: report.propensities.map((one) => ({
        ...one,
        ratio: rounded(one.ratio),
        low: rounded(one.low),
        high: rounded(one.high),
      })),
      candidates: report.candidates.slice(0, limit).map((one) => ({ ...one, weight: rounded(one.weight) })),
    };
  },
  render({ isOn, searches, feedback, succeeded, failed, propensities, candidates }) {
    const places = propensities.map(({ rank, ratio, low, high, stayed, moved }) =>
      ratio === null
        ? `place ${rank}: not known yet (${stayed} and ${moved} searches with feedback; 30 of each are needed)`
        : `place ${rank}: looked at ${ratio.toFixed(2)} [${(low ?? 0).toFixed(2)}, ${(high ?? 0).toFixed(2)}] times as often as the first`,
    );
    return [
      `${isOn ? 'The query log is on' : 'The query log is off (QUARRY_QUERY_LOG)'}: searches ${searches}, feedback ${feedback}, of which tasks that came out well ${succeeded}, badly ${failed}.`,
      ...(places.length === 0 ? ['How much places count is not known: nothing was explored.'] : places),
      ...candidates.map(
        ({ query, passage, used, useless, weight }) =>
          `${passage} for "${query}": used ${used}, useless ${useless}${weight === null ? ', weight not known' : `, weight ${weight.toFixed(2)}`}`,
      ),
    ].join('\n');
  },
});
