import { z } from 'zod';
import { SOURCE_KINDS } from '../../core/types.js';
import { defineOperation } from '../define.js';
import { collectionName, toUnavailableShape, unavailableLines, unavailableShape } from '../shapes.js';

export const listSources = defineOperation({
  name: 'list_sources',
  summary: 'List sources',
  description: 'Lists where knowledge came from: folders, sites, repositories and notes, with ids and last sync.',
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
    unavailable: unavailableShape,
  }),
  errors: ['INPUT_INVALID', 'COLLECTION_NOT_FOUND', 'STORE_BROKEN'],
  examples: [{}],
  async run({ services }, input) {
    if (input.collection !== undefined) await services.collections.get(input.collection);
    const names = input.collection === undefined ? [] : [input.collection];
    const absentees = await services.collections.absentees(names);
    const sources = await services.context.store.listSources(input.collection);
    return {
      unavailable: toUnavailableShape(absentees.list()),
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
  render({ sources, unavailable }) {
    const absent = unavailableLines(unavailable);
    if (sources.length === 0) return ['No sources yet. Ingest a folder, a site or a repository.', ...absent].join('\n');
    return sources
      .map(
        (source) =>
          `${source.id}  ${source.kind}  ${source.url}  ${source.label}\n    collection ${source.collection}, added ${source.createdAt}, ${source.syncedAt === null ? 'never synced' : `synced ${source.syncedAt}`}; options ${JSON.stringify(source.options)}`,
      )
      .concat(absent)
      .join('\n');
  },
});
