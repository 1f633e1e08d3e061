import { z } from 'zod';
import { defineOperation } from '../define.js';
import { specialistName } from '../specialist-fields.js';
import { evidenceLines, evidenceShape, toEvidenceShape } from './evidence-shape.js';
import { renderSpecialist, specialistShape, toSpecialistShape } from './specialist-shape.js';

export const specialistShow = defineOperation({
  name: 'specialist_show',
  summary: 'Show a specialist',
  description:
    'Shows a specialist with its evidence: settings and learned parts now and before, suites with intervals, queries with nothing relevant, documents that are never found, thin categories, stale sources, and what follows from them.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/specialists/:name' },
  takesTurn: true,
  cli: { command: ['specialist', 'show'], positional: ['name'] },
  input: z.strictObject({ name: specialistName }),
  output: specialistShape.extend({ evidence: evidenceShape }),
  errors: ['INPUT_INVALID', 'SPECIALIST_NOT_FOUND', 'STORE_BROKEN'],
  examples: [{ name: 'no-such-specialist' }],
  async run({ services }, { name }) {
    const { registry, evidence } = await services.specialists();
    const specialist = await registry.get(name);
    return { ...toSpecialistShape(specialist), evidence: toEvidenceShape(await evidence.of(specialist)) };
  },
  render: ({ evidence, ...specialist }) => [renderSpecialist(specialist), ...evidenceLines(evidence)].join('\n'),
});
