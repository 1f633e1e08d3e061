import { z } from 'zod';
import type { Unavailable } from '../core/ports.js';
import { type Document, NOTE_STATUSES, SEARCHED_STATUSES, type SearchFilter, SOURCE_KINDS } from '../core/types.js';

const plainCollectionName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, '1 to 64 letters, digits, dashes or underscores');

/** A collection's name. */
export const collectionName = plainCollectionName.describe('Name of a collection; default: `default`.');

/** Collections to read; none means all. */
export const collectionNames = z.array(plainCollectionName).max(50).default([]).describe('Collections; default: all.');

/** A list of short words. */
const words = (max: number, description: string) =>
  z.array(z.string().min(1).max(200)).max(max).optional().describe(description);

/** A moment, in any spelling that JavaScript reads. */
export const moment = z
  .string()
  .max(40)
  .refine((value) => !Number.isNaN(Date.parse(value)), 'an ISO 8601 date or time');

/** Input fields that narrow a search or a list; all given must hold. */
export const filterFields = {
  sourceKinds: z.array(z.enum(SOURCE_KINDS)).max(4).optional().describe('Kinds of source.'),
  uriPrefix: z.string().min(1).max(2000).optional().describe('How url or path begins; a folder ends with /.'),
  categories: words(50, 'Any of these categories.'),
  tags: words(50, 'Every one of these tags.'),
  languages: words(50, 'Any of these (typescript, en, ...).'),
  statuses: z.array(z.enum(NOTE_STATUSES)).max(4).optional().describe('Statuses of notes.'),
  metadata: z
    .record(z.string().min(1).max(200), z.union([z.string().max(2000), z.number(), z.boolean()]))
    .optional()
    .describe('Values in the metadata, as a JSON object.'),
  since: moment.optional().describe('Changed since this ISO 8601 time.'),
  until: moment.optional().describe('Changed until this ISO 8601 time.'),
};

/** Like {@link filterFields}, for what looks into passages: archived notes have none. */
export const searchFilterFields = {
  ...filterFields,
  statuses: z.array(z.enum(SEARCHED_STATUSES)).max(3).optional().describe('Statuses of notes.'),
};

type FilterInput = { readonly [K in keyof typeof filterFields]?: z.output<(typeof filterFields)[K]> };

/** The filter among an operation's input. */
export function filterOf(input: FilterInput): SearchFilter {
  const { sourceKinds, uriPrefix, categories, tags, languages, statuses, metadata, since, until } = input;
  return {
    sourceKinds,
    uriPrefix,
    categories,
    tags,
    languages,
    statuses,
    metadata,
    since: since === undefined ? undefined : new Date(since).toISOString(),
    until: until === undefined ? undefined : new Date(until).toISOString(),
  };
}

/** Where the next page begins. */
export const cursor = z
  .string()
  .max(500)
  .optional()
  .describe('The nextCursor of the page before; change nothing else.');

/** A page's length. */
export const pageLimit = z
  .number()
  .int()
  .min(1)
  .max(500)
  .default(50)
  .describe('At most this many entries, 1 to 500; default 50.');

/** Size of an answer in tokens. */
export const tokenCount = z.number().int().min(100).max(20_000);

/** Largest answer. */
export const maxTokens = tokenCount.default(8_000).describe('Largest answer in tokens, 100 to 20000; default 8000.');

/** Output: what is known of a document without its text. */
export const documentShape = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string(),
  collection: z.string(),
  sourceId: z.string(),
  sourceKind: z.enum(SOURCE_KINDS),
  format: z.string(),
  language: z.string(),
  licence: z.string(),
  category: z.string(),
  tags: z.array(z.string()),
  status: z.enum(NOTE_STATUSES),
  confidence: z.number(),
  contentHash: z.string(),
  modifiedAt: z.string(),
  indexedAt: z.string(),
  chunks: z.number(),
  metadata: z.record(z.string(), z.unknown()),
});

/** A document in the shape of {@link documentShape}. */
export function toDocumentShape(document: Omit<Document, 'text'>): z.output<typeof documentShape> {
  return {
    id: document.id,
    title: document.title,
    url: document.uri,
    collection: document.collection,
    sourceId: document.sourceId,
    sourceKind: document.sourceKind,
    format: document.format,
    language: document.language,
    licence: document.licence,
    category: document.category,
    tags: [...document.tags],
    status: document.status,
    confidence: document.confidence,
    contentHash: document.contentHash,
    modifiedAt: document.modifiedAt,
    indexedAt: document.indexedAt,
    chunks: document.chunkCount,
    metadata: document.metadata,
  };
}

/** What is known of a document besides title, url and text, in few words; what says nothing is left out. */
export function documentFacts(document: Omit<z.output<typeof documentShape>, 'id' | 'title' | 'url'>): string[] {
  // Where pages begin is for programs.
  const { pageStarts: _, ...metadata } = document.metadata;
  const facts = [
    `collection ${document.collection}`,
    `${document.sourceKind} source ${document.sourceId}`,
    document.format === 'markdown' ? '' : document.format,
    document.language,
    document.category,
    document.tags.map((tag) => `#${tag}`).join(' '),
    document.licence,
    // Only notes have a life and a confidence; other documents always are active and sure.
    document.sourceKind === 'text' ? `${document.status}, confidence ${document.confidence}` : '',
    document.modifiedAt === '' ? '' : `changed ${document.modifiedAt}`,
    `indexed ${document.indexedAt}`,
    Object.keys(metadata).length === 0 ? '' : `metadata ${JSON.stringify(metadata)}`,
  ];
  return facts.filter((fact) => fact !== '');
}

/** One line for a document in a list. */
export function documentLine(document: z.output<typeof documentShape>): string {
  const head = `${document.id} @${document.contentHash.slice(0, 12)}  ${document.title}`;
  return `${head}\n    ${document.url}  (${document.chunks} ${document.chunks === 1 ? 'chunk' : 'chunks'}, ${documentFacts(document).join(', ')})`;
}

/** The closing line of a page. */
export function pageLine(shown: number, total: number, nextCursor: string | null): string {
  return nextCursor === null ? `${shown} of ${total}.` : `${shown} of ${total}; more with cursor ${nextCursor}`;
}

/** Output: collections that were asked for and cannot be read, each with the reason. */
export const unavailableShape = z.record(z.string(), z.string());

/** One line for each thing that cannot be read. */
export function unavailableLines(unavailable: z.output<typeof unavailableShape>): string[] {
  return Object.entries(unavailable).map(
    ([collection, reason]) =>
      `! ${collection} cannot be read: ${reason} Run \`quarry doctor --mend\` to see what can be saved.`,
  );
}

/** A copy that may leave the process. */
export function toUnavailableShape(unavailable: readonly Unavailable[]): z.output<typeof unavailableShape> {
  return Object.fromEntries(unavailable.map(({ collection, reason }) => [collection, sentence(reason)]));
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
