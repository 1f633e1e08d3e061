import { z } from 'zod';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';
import { settingsOf, specialistName } from '../specialist-fields.js';
import {
  readableCollections,
  renderSpecialist,
  specialistFields,
  specialistShape,
  toSpecialistShape,
} from './specialist-shape.js';

export const specialistConfigure = defineOperation({
  name: 'specialist_configure',
  summary: 'Change a specialist',
  description:
    'Changes what is given of a specialist and keeps the rest. Settings that you give take the place of learned ones; resetSettings goes back to those of every search first. Name the revision that you looked at, and nobody else’s change is overwritten.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'PATCH', path: '/specialists/:name' },
  cli: { command: ['specialist', 'configure'], positional: ['name'], fromFile: ['instructions'] },
  input: z.strictObject({
    name: specialistName,
    collections: readableCollections.optional(),
    ...specialistFields,
    resetSettings: z.boolean().default(false).describe('Drop all its settings before those given are set.'),
    revision: z.number().int().min(1).optional().describe('The revision that this change is made on.'),
  }),
  output: specialistShape,
  errors: [
    'INPUT_INVALID',
    'SPECIALIST_NOT_FOUND',
    'COLLECTION_NOT_FOUND',
    'SUITE_NOT_FOUND',
    'SUITE_INVALID',
    'PATH_UNREADABLE',
    'REVISION_MISMATCH',
    'STORE_LOCKED',
  ],
  examples: [{ name: 'no-such-specialist', alpha: 0.5 }],
  async run({ services, door }, { name, revision, resetSettings, ...input }) {
    const { registry, rememberSuites } = await services.specialists();
    const settings = settingsOf(input);
    const suites = input.suites && (await rememberSuites(input.suites, reachOf({ services, door })));
    return toSpecialistShape(await registry.configure(name, { ...input, suites, settings, resetSettings }, revision));
  },
  render: renderSpecialist,
});
