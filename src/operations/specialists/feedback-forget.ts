import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';

export const feedbackForget = defineOperation({
  name: 'feedback_forget',
  summary: 'Forget searches and feedback',
  description: 'Deletes the whole query log and all feedback of the workspace. Needs confirm.',
  effect: 'destroy',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'DELETE', path: '/feedback' },
  cli: { command: ['feedback', 'forget'] },
  input: z.strictObject({ confirm: z.boolean().default(false).describe('Must be true.') }),
  output: z.object({ forgotten: z.number() }),
  errors: ['INPUT_INVALID', 'CONFIRMATION_REQUIRED', 'STORE_LOCKED'],
  examples: [{}],
  async run({ services }, { confirm }) {
    if (!confirm) {
      throw new QuarryError('CONFIRMATION_REQUIRED', 'This deletes the query log and all feedback.', {
        hint: 'Pass confirm true to do it.',
      });
    }
    return { forgotten: await (await services.specialists()).feedback.clear() };
  },
  render: ({ forgotten }) => `${forgotten} entries were forgotten.`,
});
