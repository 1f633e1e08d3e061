import type {
  ListResourcesResult,
  ListResourceTemplatesResult,
  ReadResourceResult,
} from '@modelcontextprotocol/sdk/types.js';
import { decodeCursor, encodeCursor } from '../../core/cursor.js';
import { QuarryError } from '../../core/errors.js';
import { oneLine } from '../../core/text/fence.js';
import type { Document } from '../../core/types.js';
import type { OperationContext } from '../../operations/call.js';
import type { Operation } from '../../operations/define.js';

const STATUS_URI = 'quarry://status';
const DOCUMENT_PREFIX = 'quarry://documents/';
/** Template of a document's address; `id` is a document id, percent-encoded where it must be. */
export const DOCUMENT_TEMPLATE = `${DOCUMENT_PREFIX}{id}`;
const PAGE_LENGTH = 100;
/** Largest part of a document in one reading, in tokens. */
const READ_TOKENS = 20_000;
/** Fenced text is neither the Markdown nor the code that it holds. */
const FENCED_TYPE = 'text/plain';
const CURSOR_BINDING = ['resources'];
const SCAN_LENGTH = 1_000;
/** Completion looks at no more documents than this; a longer prefix does not help beyond it. */
const MAX_SCANNED = 5_000;
/** Most values that one completion may offer, by the protocol. */
const MAX_COMPLETIONS = 100;

/** Whether documents are resources: where the operation that reads them is on offer. */
export function hasDocuments(tools: readonly Operation[]): boolean {
  return tools.some((tool) => tool.name === 'fetch');
}

/** Lists the status first, then every document in the order of the store, by opaque cursor. */
export async function listResources(
  context: OperationContext,
  tools: readonly Operation[],
  cursor: string | undefined,
): Promise<ListResourcesResult> {
  const own = tools.some((tool) => tool.name === 'status') ? [statusResource()] : [];
  if (!hasDocuments(tools)) return { resources: own };
  const offset = decodeCursor(cursor, CURSOR_BINDING);
  const page = await inTurn(context, () => context.services.documents.list([], {}, { offset, limit: PAGE_LENGTH }));
  const next = offset + page.items.length;
  const documents = page.items.map(toResource);
  return {
    resources: offset === 0 ? [...own, ...documents] : documents,
    ...(page.items.length > 0 && next < page.total ? { nextCursor: encodeCursor(next, CURSOR_BINDING) } : {}),
  };
}

/** The one template: documents by id. */
export function listResourceTemplates(tools: readonly Operation[]): ListResourceTemplatesResult {
  if (!hasDocuments(tools)) return { resourceTemplates: [] };
  return {
    resourceTemplates: [
      {
        uriTemplate: DOCUMENT_TEMPLATE,
        name: 'document',
        title: 'Document',
        description:
          'An ingested document by its id: a head with title, url and place, then its normalised text, each line behind a bar.',
      },
    ],
  };
}

/**
 * Reads the status (as the operation of that name gives it) or a document, in the text of `fetch`: a head that names what
 * follows, the text fenced line by line, so that a document can forge neither head nor foot.
 * @param tools the operations on offer
 * @throws QuarryError RESOURCE_NOT_FOUND, DOCUMENT_NOT_FOUND
 */
export async function readResource(
  context: OperationContext,
  tools: readonly Operation[],
  uri: string,
): Promise<ReadResourceResult> {
  if (uri === STATUS_URI) {
    const status = tools.find((operation) => operation.name === 'status');
    if (status === undefined) throw unknownResource(uri);
    const { output } = await status.execute(context, {});
    return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(output, null, 2) }] };
  }
  const id = documentIdOf(uri);
  const fetch = tools.find((tool) => tool.name === 'fetch');
  if (id === undefined || fetch === undefined) throw unknownResource(uri);
  const { text } = await fetch.execute(context, { id, maxTokens: READ_TOKENS });
  return { contents: [{ uri, mimeType: FENCED_TYPE, text }] };
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
  const title = oneLine(document.title === '' ? document.uri : document.title);
  return {
    uri: DOCUMENT_PREFIX + encodeURIComponent(document.id),
    name: document.id,
    title,
    description: oneLine(document.uri),
    mimeType: FENCED_TYPE,
    annotations: { lastModified: document.indexedAt },
  };
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
