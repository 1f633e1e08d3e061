import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { QuarryError } from '../../core/errors.js';
import type { Document } from '../../core/types.js';
import type { Operation, OperationContext } from '../../operations/define.js';

const STATUS_URI = 'quarry://status';
const DOCUMENT_PREFIX = 'quarry://documents/';
/** Template of a document's address; `id` is a document id, percent-encoded where it must be. */
export const DOCUMENT_TEMPLATE = `${DOCUMENT_PREFIX}{id}`;
const PAGE_LENGTH = 100;
/** Largest part of a document in one reading, in tokens. */
const READ_TOKENS = 20_000;
const CURSOR_BINDING = ['resources'];
const SCAN_LENGTH = 1_000;
/** Completion looks at no more documents than this; a longer prefix does not help beyond it. */
const MAX_SCANNED = 5_000;
/** Most values that one completion may offer, by the protocol. */
const MAX_COMPLETIONS = 100;

/** Lists the status first, then every document in the order of the store, by opaque cursor. */
export async function listResources(
  context: OperationContext,
  cursor: string | undefined,
): Promise<ListResourcesResult> {
  const offset = decodeCursor(cursor, CURSOR_BINDING);
  const page = await inTurn(context, () => context.services.documents.list([], {}, { offset, limit: PAGE_LENGTH }));
  const next = offset + page.items.length;
  const documents = page.items.map(toResource);
  return {
    resources: offset === 0 ? [statusResource(), ...documents] : documents,
    ...(page.items.length > 0 && next < page.total ? { nextCursor: encodeCursor(next, CURSOR_BINDING) } : {}),
  };
}

/** The one template: documents by id. */
export function listResourceTemplates(): ListResourceTemplatesResult {
  return {
    resourceTemplates: [
      {
        uriTemplate: DOCUMENT_TEMPLATE,
        name: 'document',
        title: 'Document',
        description: 'The normalised text of an ingested document, by its id.',
      },
    ],
  };
}

/**
 * Reads the status (as the operation of that name gives it) or a document.
 * @throws QuarryError RESOURCE_NOT_FOUND, DOCUMENT_NOT_FOUND
 */
export async function readResource(
  context: OperationContext,
  operations: readonly Operation[],
  uri: string,
): Promise<ReadResourceResult> {
  if (uri === STATUS_URI) {
    const status = operations.find((operation) => operation.name === 'status');
    if (status === undefined) throw unknownResource(uri);
    const { output } = await status.execute(context, {});
    return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(output, null, 2) }] };
  }
  const id = documentIdOf(uri);
  if (id === undefined) throw unknownResource(uri);
  const answer = await inTurn(context, () =>
    context.services.documents.fetch({ id, collections: [], maxTokens: READ_TOKENS }),
  );
  const rest =
    answer.nextCursor === null
      ? ''
      : `\n\n[Cut after line ${answer.endLine} of ${answer.totalLines}. Read on with the fetch tool: id ${id}, startLine ${answer.endLine}.]`;
  return { contents: [{ uri, mimeType: mediaTypeOf(answer.document.format), text: answer.text + rest }] };
}

/** Ids of documents whose id begins with the value or whose title has a word that does. */
export async function completeDocumentIds(
  context: OperationContext,
  value: string,
): Promise<{ values: string[]; hasMore: boolean }> {
  const wanted = value.toLowerCase();
  const found: string[] = [];
  for (let offset = 0; offset < MAX_SCANNED; offset += SCAN_LENGTH) {
    const page = await inTurn(context, () => context.services.documents.list([], {}, { offset, limit: SCAN_LENGTH }));
    found.push(...page.items.filter((document) => matches(document, wanted)).map((document) => document.id));
    if (found.length > MAX_COMPLETIONS || offset + page.items.length >= page.total || page.items.length === 0) break;
  }
  return { values: found.slice(0, MAX_COMPLETIONS), hasMore: found.length > MAX_COMPLETIONS };
}

/** Resources cost what the operations cost that read the same, so they wait in the same queue. */
function inTurn<T>(context: OperationContext, read: () => Promise<T>): Promise<T> {
  return context.services.turns.run({ caller: context.caller ?? context.door, signal: context.signal }, read);
}

function matches(document: Pick<Document, 'id' | 'title'>, wanted: string): boolean {
  const title = document.title.toLowerCase();
  return document.id.toLowerCase().startsWith(wanted) || title.startsWith(wanted) || title.includes(` ${wanted}`);
}

function statusResource(): ListResourcesResult['resources'][number] {
  return {
    uri: STATUS_URI,
    name: 'status',
    title: 'Status of the knowledge base',
    description: 'Collections with their documents and chunks, the model, and the jobs under way.',
    mimeType: 'application/json',
  };
}

function toResource(document: Omit<Document, 'text'>): ListResourcesResult['resources'][number] {
  const title = document.title === '' ? document.uri : document.title;
  return {
    uri: DOCUMENT_PREFIX + encodeURIComponent(document.id),
    name: document.id,
    title,
    description: document.uri,
    mimeType: mediaTypeOf(document.format),
    annotations: { lastModified: document.indexedAt },
  };
}

/** Texts are normalised, so their type is that of the normal form, not of what was read. */
function mediaTypeOf(format: Document['format']): string {
  return format === 'markdown' ? 'text/markdown' : 'text/plain';
}

function documentIdOf(uri: string): string | undefined {
  if (!uri.startsWith(DOCUMENT_PREFIX)) return undefined;
  try {
    const id = decodeURIComponent(uri.slice(DOCUMENT_PREFIX.length));
    return id === '' ? undefined : id;
  } catch {
    return undefined; // Broken percent-encoding names nothing; the caller says which addresses there are.
  }
}

function unknownResource(uri: string): QuarryError {
  return new QuarryError('RESOURCE_NOT_FOUND', `There is no resource ${JSON.stringify(uri.slice(0, 300))}.`, {
    hint: `Resources are ${STATUS_URI} and ${DOCUMENT_TEMPLATE}; resources/list and list_documents give ids.`,
  });
}
