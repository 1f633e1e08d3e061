import { z } from 'zod';
import { SUITE_ORIGINS } from '../../core/benchmark/suite.js';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';
import { seedField } from './benchmark-fields.js';

export const benchmarkCreateSuite = defineOperation({
  name: 'benchmark_create_suite',
  summary: 'Mine a suite',
  description:
    'Makes a suite from the structure of a collection, without any model: heading -> section, doc comment -> code, known item. It is marked as mined: good to see whether a change breaks something, too kind to quote as quality.',
  effect: 'write',
  idempotent: false,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'POST', path: '/benchmarks/suites', status: 201 },
  cli: { command: ['benchmark', 'create-suite'], positional: ['name'] },
  input: z.strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, '1 to 64 letters, digits, dashes or underscores')
      .describe('Name of the new suite.'),
    collection: collectionName.default('default'),
    queries: z.number().int().min(1).max(5000).default(200).describe('Most queries to make, 1 to 5000.'),
    seed: seedField,
  }),
  output: z.object({
    name: z.string(),
    collection: z.string(),
    origin: z.enum(SUITE_ORIGINS),
    queries: z.number(),
    types: z.record(z.string(), z.number()),
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'ALREADY_EXISTS', 'SUITE_INVALID', 'PATH_UNREADABLE'],
  examples: [{ name: 'mined-from-nothing', collection: 'no-such-collection' }],
  async run({ services, signal }, input) {
    const suite = await (await services.benchmark()).mineSuite({ ...input, signal });
    const types: Record<string, number> = {};
    for (const { type } of suite.queries) types[type] = (types[type] ?? 0) + 1;
    return {
      name: suite.manifest.name,
      collection: input.collection,
      origin: suite.manifest.origin,
      queries: suite.queries.length,
      types,
    };
  },
  render: (output) =>
    `Made suite ${output.name} from collection ${output.collection}: ${output.queries} mined queries (${Object.entries(
      output.types,
    )
      .map(([type, count]) => `${type} ${count}`)
      .join(', ')}). Run it with benchmark_run. Mined numbers flatter: quote them nowhere.`,
});
