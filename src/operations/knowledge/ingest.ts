import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { SOURCE_KINDS } from '../../core/types.js';
import { defineOperation } from '../define.js';
import { renderStarted, startedJobShape } from '../job-shape.js';
import { reachOf } from '../reach-of.js';
import { collectionName } from '../shapes.js';

/** Kinds that are ingested from a target; notes are written with note_create. */
const TARGET_KINDS = SOURCE_KINDS.filter((kind) => kind !== 'text');

export const ingest = defineOperation({
  name: 'ingest',
  summary: 'Ingest a source',
  description:
    'Adds a folder, file, glob, web page or site (https://...), GitHub repository (owner/repo or owner/repo@ref:path) or git address to the knowledge as a job: returns its id at once; follow it with job_status. Ingesting the same target again syncs it.',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  toolset: 'knowledge',
  http: { method: 'POST', path: '/sources', status: 202 },
  cli: { command: ['ingest'], positional: ['target'], short: { options: 'o' }, watch: 'sourceId' },
  startsJob: 'jobId',
  input: z.strictObject({
    target: z
      .string()
      .min(1)
      .max(4000)
      .describe(
        'What to ingest: ./docs, "docs/**/*.md", https://site/docs, owner/repo, owner/repo@ref:path, a git URL.',
      ),
    kind: z.enum(SOURCE_KINDS).optional().describe('Kind of source, when it should not be recognised from the target.'),
    collection: collectionName.optional(),
    options: z
      .record(z.string().max(100), z.unknown())
      .default({})
      .describe(
        'Options of the source as a JSON object, for instance {"maxPages": 50, "scope": "host"} for web, {"include": ["**/*.md"]} for files, {"issues": true, "history": 1000} for github.',
      ),
  }),
  output: startedJobShape.extend({
    sourceId: z.string(),
    collection: z.string(),
    kind: z.enum(SOURCE_KINDS),
    url: z.string(),
  }),
  errors: [
    'INPUT_INVALID',
    'PATH_NOT_FOUND',
    'PATH_UNREADABLE',
    'URL_BLOCKED',
    'FINGERPRINT_MISMATCH',
    'MODEL_UNAVAILABLE',
    'STORE_LOCKED',
    'FETCH_FAILED',
  ],
  examples: [{ target: './no-such-folder' }],
  async run({ services, door }, input) {
    if (input.kind === 'text') {
      throw new QuarryError('INPUT_INVALID', 'Notes are not ingested from a target.', {
        hint: `Create them with note_create. Kinds with a target: ${TARGET_KINDS.join(', ')}.`,
      });
    }
    const request = {
      target: input.target,
      kind: input.kind,
      collection: input.collection,
      // Tool and REST input came as JSON, and the command line parses JSON too; adapters check the keys.
      options: input.options as Record<string, never>,
    };
    const { source, job } = await services.ingest.ingest(request, reachOf({ services, door }));
    return {
      jobId: job.id,
      state: job.state,
      subject: job.subject,
      sourceId: source.id,
      collection: source.collection,
      kind: source.kind,
      url: source.uri,
    };
  },
  render: (output) =>
    `${renderStarted(output)} Source ${output.sourceId} (${output.kind}) in collection ${output.collection}: ${output.url}`,
});
