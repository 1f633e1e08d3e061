import { z } from 'zod';
import { defineOperation } from '../define.js';
import { renderSpecialist, specialistShape, toSpecialistShape } from './specialist-shape.js';

export const specialistList = defineOperation({
  name: 'specialist_list',
  summary: 'List specialists',
  description: 'Lists the specialists of the workspace with what they may read, their settings and learned parts.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/specialists' },
  cli: { command: ['specialist', 'list'] },
  input: z.strictObject({
    includeRetired: z.boolean().default(false).describe('Whether retired ones are listed too; default false.'),
  }),
  output: z.object({ specialists: z.array(specialistShape) }),
  errors: ['INPUT_INVALID', 'STORE_BROKEN'],
  examples: [{}, { includeRetired: true }],
  async run({ services }, { includeRetired }) {
    const all = await (await services.specialists()).registry.list();
    const shown = all.filter(({ status }) => includeRetired || status === 'active');
    return { specialists: shown.map(toSpecialistShape) };
  },
  render: ({ specialists }) =>
    specialists.length === 0
      ? 'There are no specialists yet: make one with specialist_create.'
      : specialists.map((specialist) => renderSpecialist({ ...specialist, past: [] })).join('\n\n'),
});
