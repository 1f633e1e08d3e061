import { z } from 'zod';
import { answerSchema, REJECTIONS } from '../../core/curation/labelling/campaign.js';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { datasetName } from './dataset-fields.js';

export const curateSubmit = defineOperation({
  name: 'curate_submit',
  summary: 'Hand in labelling work',
  description:
    'Hands in the answer to one item of curate_next. The server checks it and says accepted, or rejected and why: quote not found in the passage, grades missing, question not answerable by search, duplicate, leaks into a suite, too close to the passage, lease lost. A rejected item stays yours until its lease ends: correct it and submit again. Sending the same answer twice is harmless.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'curation',
  http: { method: 'POST', path: '/datasets/:name/answers' },
  maxInputBytes: 256 * 1024,
  cli: { command: ['curate', 'submit'], positional: ['name', 'item'], fromFile: ['answer'] },
  input: z.strictObject({
    name: datasetName,
    judge: z
      .string()
      .regex(/^[\w.:@ -]{1,80}$/, '1 to 80 letters, digits, spaces or . : @ - _')
      .default('agent')
      .describe('The name under which the item was leased.'),
    item: z.string().min(1).max(60).describe('Id of the work item.'),
    answer: z
      .record(z.string().max(40), z.unknown())
      .describe(
        'The answer as a JSON object: {"grades": [{"label", "grade", "quote"}]}, {"question", "answer", "quote", "onlyHere"}, or {"abstain": true, "reason"}.',
      ),
  }),
  output: z.object({
    item: z.string(),
    accepted: z.boolean(),
    rejection: z.enum(REJECTIONS).nullable(),
    detail: z.string(),
    remaining: z.number(),
    unapplied: z.number(),
  }),
  errors: ['INPUT_INVALID', 'DATASET_NOT_FOUND', 'DATASET_INVALID', 'COLLECTION_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ name: 'no-such-dataset', item: 'item_unknown', answer: { abstain: true, reason: 'unclear' } }],
  async run({ services }, input) {
    const parsed = answerSchema.safeParse(input.answer);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new QuarryError(
        'INPUT_INVALID',
        `${['answer', ...(issue?.path.map(String) ?? [])].join('.')}: ${issue?.message ?? 'not an answer'}`,
        {
          hint: 'Give {"grades": [{"label": "A", "grade": 2, "quote": "..."}]}, {"question": "...", "answer": "...", "quote": "..."}, or {"abstain": true, "reason": "..."}.',
        },
      );
    }
    const { name, judge, item } = input;
    const receipt = await (await services.curation()).labelling.submit({
      dataset: name,
      judge,
      item,
      answer: parsed.data,
    });
    return {
      item,
      accepted: receipt.accepted,
      rejection: receipt.rejection,
      detail: receipt.detail,
      remaining: receipt.progress.remaining,
      unapplied: receipt.progress.unapplied,
    };
  },
  render: (output) =>
    `${output.item} ${output.accepted ? 'accepted' : `rejected (${output.rejection})`}: ${output.detail} ${output.remaining} items left, ${output.unapplied} labels not applied.`,
});
