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

export const specialistCreate = defineOperation({
  name: 'specialist_create',
  summary: 'Create a specialist',
  description:
    'Creates a named expert: the collections that it may read, how it searches, what an agent that uses it should know. Then name it as `specialist` in search, benchmark_run and training. Settings that are left out are those of every search.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/specialists', status: 201 },
  cli: { command: ['specialist', 'create'], positional: ['name'], fromFile: ['instructions'] },
  input: z.strictObject({ name: specialistName, collections: readableCollections, ...specialistFields }),
  output: specialistShape,
  errors: [
    'INPUT_INVALID',
    'ALREADY_EXISTS',
    'COLLECTION_NOT_FOUND',
    'SUITE_NOT_FOUND',
    'SUITE_INVALID',
    'PATH_UNREADABLE',
    'STORE_LOCKED',
  ],
  examples: [{ name: 'example-expert', collections: ['default'], categories: ['analysis'] }],
  async run({ services, door }, { name, ...input }) {
    const { registry, rememberSuites } = await services.specialists();
    const suites = await rememberSuites(input.suites ?? [], reachOf({ services, door }));
    return toSpecialistShape(await registry.create(name, { ...input, suites, settings: settingsOf(input) }));
  },
  render: renderSpecialist,
});
