import { z } from 'zod';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';

export const createCollection = defineOperation({
  name: 'create_collection',
  summary: 'Create a collection',
  description:
    'Creates an empty collection, bound to the configured embedding model. Ingesting into a new name does the same with default chunk sizes.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'POST', path: '/collections', status: 201 },
  cli: { command: ['collection', 'create'], positional: ['name'] },
  input: z.strictObject({
    name: collectionName,
    description: z
      .string()
      .max(1000)
      .optional()
      .describe('What it holds, for people and agents that choose among collections.'),
    maxTokens: z
      .number()
      .int()
      .min(32)
      .max(2048)
      .optional()
      .describe('Largest chunk in tokens, 32 to 2048; default 256.'),
    minTokens: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .optional()
      .describe('Smaller chunks are merged with a neighbour; default 48.'),
  }),
  output: z.object({
    name: z.string(),
    description: z.string(),
    model: z.string(),
    dimensions: z.number(),
    maxTokens: z.number(),
    minTokens: z.number(),
  }),
  errors: ['INPUT_INVALID', 'ALREADY_EXISTS', 'MODEL_UNAVAILABLE', 'STORE_LOCKED'],
  examples: [{ name: 'example-collection', description: 'Made by an example' }],
  async run({ services }, { name, ...options }) {
    const { description, fingerprint, sizing } = await services.collections.create(name, options);
    return {
      name,
      description,
      model: fingerprint.model,
      dimensions: fingerprint.dimensions,
      maxTokens: sizing.maxTokens,
      minTokens: sizing.minTokens,
    };
  },
  render: (output) =>
    `Created collection ${output.name} (${output.model}, chunks of ${output.minTokens} to ${output.maxTokens} tokens). ${output.description}`.trimEnd(),
});
