import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';

const ids = z
  .array(z.string().regex(/^chk_[0-9a-f]{8,64}$/, 'the id of a passage: chk_ and hexadecimal digits'))
  .max(100)
  .default([]);

export const recordFeedback = defineOperation({
  name: 'record_feedback',
  summary: 'Record feedback',
  description:
    'Remembers what helped with a query or a task: passages that were used or useless, the tool and the specialist, whether it came out well. Later tasks are routed by it, and what was used is queued for judging; it labels nothing by itself. Works where the owner has opted in (QUARRY_QUERY_LOG); texts are scrubbed of secrets and personal data and stay in the workspace.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  scope: 'write',
  http: { method: 'POST', path: '/feedback', status: 201 },
  cli: { command: ['feedback', 'record'], positional: ['task'] },
  input: z.strictObject({
    task: z
      .string()
      .min(1)
      .max(4000)
      .describe('The query that was searched, or the task (or its step) that was routed, word for word.'),
    specialist: specialistName.optional().describe('The specialist that was named or chosen.'),
    tool: z.string().min(1).max(200).optional().describe('The tool that was used.'),
    used: ids.describe('Ids (chk_) of passages that helped.'),
    useless: ids.describe('Ids (chk_) of passages that did not.'),
    success: z.boolean().optional().describe('Whether the task came out well.'),
  }),
  output: z.object({
    at: z.string(),
    /** The task as it is kept. */
    task: z.string(),
    /** Whether the search that it is about is in the log, so that places are known. */
    isMatched: z.boolean(),
  }),
  errors: ['INPUT_INVALID', 'CONFIG_INVALID', 'SPECIALIST_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ task: 'how do I cite a passage', used: ['chk_0000000000000000'] }],
  async run({ services }, { success, ...input }) {
    const { feedback, registry } = await services.specialists();
    if (feedback.isOn && input.specialist !== undefined) await registry.get(input.specialist);
    const { at, task, search } = await feedback.record({ ...input, isSuccess: success });
    return { at, task, isMatched: search !== null };
  },
  render: ({ task, isMatched }) =>
    isMatched
      ? `Remembered for "${task}".`
      : `Remembered for "${task}". No such search or routed task is in the log, so that nobody knows at which places the passages stood: give the task word for word, and the specialist.`,
});
