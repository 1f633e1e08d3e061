import { z } from 'zod';
import { SOURCE_KINDS } from '../../core/types.js';
import { defineOperation } from '../define.js';
import { collectionName } from '../shapes.js';

export const listSources = defineOperation({
  name: 'list_sources',
  summary: 'List sources',
  description:
    'Lists where the knowledge came from: folders, sites, repositories and notes, with their ids and when they were last synced.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'GET', path: '/sources' },
  takesTurn: true,
  cli: { command: ['sources'] },
  input: z.strictObject({ collection: collectionName.optional() }),
  output: z.object({
    sources: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(SOURCE_KINDS),
        url: z.string(),
        label: z.string(),
        collection: z.string(),
        options: z.record(z.string(), z.unknown()),
        createdAt: z.string(),
        syncedAt: z.string().nullable(),
      }),
    ),
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND'],
  examples: [{}],
  async run({ services }, input) {
    if (input.collection !== undefined) await services.collections.get(input.collection);
    const sources = await services.context.store.listSources(input.collection);
    return {
      sources: sources.map(({ id, kind, uri, label, collection, options, createdAt, syncedAt }) => ({
        id,
        kind,
        url: uri,
        label,
        collection,
        options,
        createdAt,
        syncedAt,
      })),
    };
  },
  render({ sources }) {
    if (sources.length === 0) return 'No sources yet. Ingest a folder, a site or a repository.';
    return sources
      .map(
        (source) =>
          `${source.id}  ${source.kind}  ${source.url}  ${source.label}\n    collection ${source.collection}, added ${source.createdAt}, ${source.syncedAt === null ? 'never synced' : `synced ${source.syncedAt}`}; options ${JSON.stringify(source.options)}`,
      )
      .join('\n');
  },
});
