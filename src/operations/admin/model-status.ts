import { z } from 'zod';
import { defineOperation } from '../define.js';

const WHY = {
  setting: 'QUARRY_MODEL names it, which wins over any choice',
  workspace: 'it was chosen for this workspace with model use',
  default: 'no other was chosen',
} as const;

export const modelStatus = defineOperation({
  name: 'model_status',
  summary: 'Show the embedding model',
  description:
    'Shows which embedding model is in use and why, which collections were embedded with another one, and which models are on this machine.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'admin',
  http: { method: 'GET', path: '/model' },
  cli: { command: ['model', 'status'] },
  input: z.strictObject({}),
  output: z.object({
    model: z.string().nullable(),
    decidedBy: z.enum(['setting', 'workspace', 'default']),
    chosenAt: z.string().nullable(),
    dtype: z.string().nullable(),
    dimensions: z.number().nullable(),
    maxTokens: z.number().nullable(),
    revision: z.string().nullable(),
    problem: z.string(),
    otherCollections: z.array(z.string()),
    downloaded: z.array(z.string()),
  }),
  errors: ['INPUT_INVALID', 'STORE_BROKEN'],
  examples: [{}],
  async run({ services }) {
    const status = await (await services.models()).status();
    const { fingerprint, choice, decidedBy, problem } = status;
    return {
      model: fingerprint?.model ?? null,
      decidedBy,
      chosenAt: choice?.chosenAt ?? null,
      dtype: fingerprint?.dtype ?? null,
      dimensions: fingerprint?.dimensions ?? null,
      maxTokens: fingerprint === undefined ? null : status.maxTokens,
      revision: fingerprint?.revision ?? null,
      problem,
      otherCollections: [...status.others],
      downloaded: [...status.cached],
    };
  },
  render: (output) =>
    [
      output.model === null
        ? `The model cannot be opened: ${output.problem}`
        : `${output.model} (${output.dtype}, ${output.dimensions} dimensions, ${output.maxTokens} tokens, sha256 ${output.revision})`,
      `In use because ${WHY[output.decidedBy]}${output.decidedBy === 'workspace' ? ` (${output.chosenAt})` : ''}.`,
      ...(output.otherCollections.length === 0
        ? []
        : [
            `Embedded with another model, so that mode keyword alone searches them: ${output.otherCollections.join(', ')}. Run model use, or reindex them.`,
          ]),
      output.downloaded.length === 0
        ? 'No other model was downloaded.'
        : `Downloaded: ${output.downloaded.join(', ')}.`,
    ].join('\n'),
});
