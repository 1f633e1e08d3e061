import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { renderSpecialist, specialistShape, toSpecialistShape } from './specialist-shape.js';

export const specialistShow = defineOperation({
  name: 'specialist_show',
  summary: 'Show a specialist',
  description: 'Shows a specialist: what it may read, its settings and learned parts now and before.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/specialists/:name' },
  cli: { command: ['specialist', 'show'], positional: ['name'] },
  input: z.strictObject({ name: specialistName }),
  output: specialistShape,
  errors: ['INPUT_INVALID', 'SPECIALIST_NOT_FOUND', 'STORE_BROKEN'],
  examples: [{ name: 'no-such-specialist' }],
  async run({ services }, { name }) {
    return toSpecialistShape(await (await services.specialists()).registry.get(name));
  },
  render: renderSpecialist,
});
