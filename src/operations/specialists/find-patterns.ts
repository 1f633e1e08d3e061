import { z } from 'zod';
import { fenceText } from '../../core/text/fence.js';
import { PATTERN_KINDS } from '../../services/specialists/pattern-service.js';
import { datasetName } from '../curation/dataset-fields.js';
import { defineOperation } from '../define.js';
import { collectionNames } from '../shapes.js';
import { specialistName, useSpecialist } from '../specialist-fields.js';

const patternShape = z.object({
  kind: z.enum(PATTERN_KINDS),
  summary: z.string(),
  score: z.number(),
  evidence: z.array(z.object({ documentId: z.string(), title: z.string(), uri: z.string(), quote: z.string() })),
});

export const findPatterns = defineOperation({
  name: 'find_patterns',
  summary: 'Find patterns',
  description:
    'Looks for duplicates and contradictions across sources, groups of documents named by their own words, queries that drift away from what is known (with the query log), and documents that were left behind; each with its evidence. Name a dataset to queue findings about two passages for judging (curate_next); without it nothing is written.',
  effect: 'write',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'POST', path: '/patterns' },
  takesTurn: true,
  cli: { command: ['patterns'] },
  input: z.strictObject({
    collections: collectionNames,
    specialist: specialistName.optional().describe('Look into what this specialist may read.'),
    kinds: z
      .array(z.enum(PATTERN_KINDS))
      .max(5)
      .default([...PATTERN_KINDS])
      .describe(`What to look for: ${PATTERN_KINDS.join(', ')}. Default: all.`),
    limit: z.number().int().min(1).max(200).default(20).describe('Findings of each kind; default 20.'),
    dataset: datasetName.optional().describe('Dataset that findings about two passages are queued in.'),
  }),
  output: z.object({
    patterns: z.array(patternShape),
    documents: z.number(),
    passages: z.number(),
    isPartial: z.boolean(),
    /** How many were new in the dataset. */
    queued: z.number(),
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'SPECIALIST_NOT_FOUND', 'DATASET_INVALID', 'STORE_LOCKED'],
  quoted: ['patterns.evidence.quote'],
  examples: [{ kinds: ['cluster'], limit: 3 }],
  async run({ services }, input) {
    const use = await useSpecialist(services, input);
    const { patterns } = await services.specialists();
    const names = use?.collections ?? input.collections;
    const collections = use !== undefined && names.length === 0 ? [] : await services.collections.select(names);
    const report = await patterns.find(collections, input.kinds, input.limit);
    const queued = input.dataset === undefined ? 0 : await patterns.queue(input.dataset, report.patterns);
    return { ...report, queued, patterns: report.patterns.map((one) => ({ ...one, evidence: [...one.evidence] })) };
  },
  render({ patterns, documents, passages, isPartial, queued }) {
    const head = `${patterns.length} findings in ${passages} passages of ${documents} documents${isPartial ? ' (there are more than were looked at)' : ''}${queued > 0 ? `; ${queued} queued for judging` : ''}.`;
    const lines = patterns.map(({ kind, summary, score, evidence }) =>
      [
        `${kind} ${score.toFixed(2)}: ${summary}`,
        ...evidence.flatMap(({ uri, quote }) => [...(uri === '' ? [] : [`   ${uri}`]), fenceText(quote)]),
      ].join('\n'),
    );
    return [head, ...lines].join('\n\n');
  },
});
