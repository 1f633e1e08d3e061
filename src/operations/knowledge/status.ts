import { z } from 'zod';
import type { WorkspaceStatus } from '../../services/status.js';
import { defineOperation } from '../define.js';
import { jobShape, renderJob, toJobShape } from '../job-shape.js';
import { toUnavailableShape, unavailableLines, unavailableShape } from '../shapes.js';

const collectionShape = z.object({
  name: z.string(),
  description: z.string(),
  documents: z.number(),
  chunks: z.number(),
  sources: z.number(),
  model: z.string(),
  dimensions: z.number(),
  searchable: z.boolean(),
  broken: z.string().nullable(),
  vectorIndex: z.string(),
  vectorRecall: z.number(),
  unindexedRows: z.number(),
  bytesOnDisk: z.number(),
});

function toCollectionShape({
  collection,
  stats,
  isSearchable,
  broken,
}: WorkspaceStatus['collections'][number]): z.output<typeof collectionShape> {
  return {
    name: collection.name,
    description: collection.description,
    documents: stats.documents,
    chunks: stats.chunks,
    sources: stats.sources,
    model: collection.fingerprint.model,
    dimensions: collection.fingerprint.dimensions,
    searchable: isSearchable && broken === null,
    broken,
    vectorIndex: stats.vectorIndex,
    vectorRecall: stats.vectorRecall,
    unindexedRows: stats.unindexedRows,
    bytesOnDisk: stats.bytesOnDisk,
  };
}

export const status = defineOperation({
  name: 'status',
  summary: 'Show the status',
  description: 'Shows what is indexed: collections with their documents, chunks and model, and open jobs.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'knowledge',
  http: { method: 'GET', path: '/status' },
  takesTurn: true,
  cli: { command: ['status'] },
  input: z.strictObject({}),
  output: z.object({
    workspace: z.string(),
    model: z.string(),
    documents: z.number(),
    chunks: z.number(),
    collections: z.array(collectionShape),
    jobs: z.array(jobShape),
    unavailable: unavailableShape,
  }),
  errors: ['INPUT_INVALID', 'MODEL_UNAVAILABLE'],
  examples: [{}],
  async run({ services }) {
    const found = await services.status.status();
    const collections = found.collections.map(toCollectionShape);
    return {
      workspace: found.workspace,
      model: found.model,
      documents: collections.reduce((sum, collection) => sum + collection.documents, 0),
      chunks: collections.reduce((sum, collection) => sum + collection.chunks, 0),
      collections,
      jobs: found.openJobs.map(toJobShape),
      unavailable: toUnavailableShape(found.unavailable),
    };
  },
  render(output) {
    const head = `Workspace ${output.workspace}, model ${output.model}: ${output.documents} documents, ${output.chunks} chunks.`;
    const absent = unavailableLines(output.unavailable);
    if (output.collections.length === 0 && absent.length === 0)
      return `${head} Nothing is indexed yet: ingest a folder, a site or a repository.`;
    const lines = output.collections.map((collection) => {
      if (collection.broken !== null) return `  ${collection.name}: broken`;
      const size = `${(collection.bytesOnDisk / 1e6).toFixed(1)} MB`;
      const index =
        collection.vectorIndex === 'exact'
          ? 'exact vectors'
          : `${collection.vectorIndex} (recall ${collection.vectorRecall.toFixed(3)})`;
      const model = collection.searchable ? '' : `; embedded with ${collection.model}: reindex it`;
      return `  ${collection.name}: ${collection.documents} documents, ${collection.chunks} chunks from ${collection.sources} sources, ${size}, ${index}${model}`;
    });
    return [head, ...lines, ...output.jobs.map(renderJob), ...absent].join('\n');
  },
});
