import { z } from 'zod';
import { type Collection, SOURCE_KINDS } from '../core/types.js';
import { VECTOR_INDEX_STATE } from './vector-index.js';

/** A collection as it is stored. */
export const COLLECTION = z.looseObject({
  name: z.string(),
  description: z.string(),
  fingerprint: z.looseObject({
    model: z.string(),
    revision: z.string(),
    dtype: z.string(),
    pooling: z.enum(['mean', 'cls', 'last', 'none']),
    queryPrefix: z.string(),
    documentPrefix: z.string(),
    dimensions: z.number().int().positive(),
    normalized: z.boolean(),
  }),
  sizing: z.looseObject({ maxTokens: z.number(), minTokens: z.number() }),
  chunker: z.string(),
  createdAt: z.string(),
});

/** An object of plain JSON. */
export const JSON_OBJECT = z.record(z.string(), z.json());

/** A source as it is stored. */
export const SOURCE = z.looseObject({
  id: z.string(),
  collection: z.string(),
  kind: z.enum(SOURCE_KINDS),
  uri: z.string(),
  label: z.string(),
  options: JSON_OBJECT,
  state: z.json(),
  createdAt: z.string(),
  syncedAt: z.string().nullable(),
  addedBy: z.enum(['local', 'remote']).optional(),
});

/** The model that was chosen for the workspace, as it is stored. */
export const MODEL_CHOICE = z.object({ model: z.string(), dtype: z.string(), chosenAt: z.string() });

/** What the catalog keeps of a collection besides its record. */
const TABLE = z.object({
  name: z.string(),
  dimensions: z.number(),
  vectorIndex: VECTOR_INDEX_STATE.nullable().catch(null), // it can be measured again
});

/** A collection with its table, as it is stored. */
export const ENTRY = z.object({ collection: COLLECTION, table: TABLE });

/** Where a collection's rows are, and how they are indexed. */
export type TableEntry = z.infer<typeof TABLE>;

/** A collection with its table. */
export interface CatalogEntry {
  readonly collection: Collection;
  readonly table: TableEntry;
}
