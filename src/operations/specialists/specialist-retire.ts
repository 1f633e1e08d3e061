import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { renderSpecialist, specialistShape, toSpecialistShape } from './specialist-shape.js';

export const specialistRetire = defineOperation({
  name: 'specialist_retire',
  summary: 'Retire a specialist',
  description:
    'Takes a specialist out of use: nothing is routed to it and no search may name it. Nothing of it is lost; restore takes it back.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists/:name/retire' },
  cli: { command: ['specialist', 'retire'], positional: ['name'] },
  input: z.strictObject({
    name: specialistName,
    restore: z.boolean().default(false).describe('Take it back into use instead.'),
  }),
  output: specialistShape,
  errors: ['INPUT_INVALID', 'SPECIALIST_NOT_FOUND', 'STORE_LOCKED'],
  examples: [{ name: 'no-such-specialist' }],
  async run({ services }, { name, restore }) {
    const { registry } = await services.specialists();
    return toSpecialistShape(await registry.setStatus(name, restore ? 'active' : 'retired'));
  },
  render: renderSpecialist,
});
