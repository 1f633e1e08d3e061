import { chunkId, documentId, embedHash, sha256 } from '../../src/core/identity.js';
import type { ChunkRow, DocumentRows, Embedder } from '../../src/core/ports.js';
import { searchTextOf } from '../../src/core/text/search-text.js';
import type { Quarry } from '../../src/quarry.js';
import { readParagraphs, seededNumbers } from './corpus.js';

const CHUNKS_PER_DOCUMENT = 20;
const DOCUMENTS_PER_BATCH = 100;
const SOURCE = 'src_bench';

/** The collection that made-up documents are stored in. */
export const MADE_COLLECTION = 'bench';

/** What of a checkout makes ids and texts; all that are measured have these with the same shapes. */
export interface RowMakers {
  readonly chunkId: typeof chunkId;
  readonly documentId: typeof documentId;
  readonly embedHash: typeof embedHash;
  readonly sha256: typeof sha256;
  readonly searchTextOf: typeof searchTextOf;
}

const OWN: RowMakers = { chunkId, documentId, embedHash, sha256, searchTextOf };

/** Documents of twenty chunks with the numbers from `from` up to `to`; another edition of a number has other chunks. */
export interface Batch {
  readonly from: number;
  readonly to: number;
  readonly edition?: number;
}

/** Half, a tenth and a hundredth of all documents have addresses and tags of these, each within the one before. */
function shareOf(n: number): string {
  if (n % 100 === 0) return 'abc';
  if (n % 10 === 0) return 'ab';
  return n % 2 === 0 ? 'a' : 'z';
}

const uriOf = (n: number): string => `bench:${shareOf(n)}/${n}`;

/** Id of the document with a number. */
export function madeDocumentId(n: number, makers: RowMakers = OWN): string {
  return makers.documentId(SOURCE, uriOf(n));
}

/** Stores documents in the collection, which must be there, without folding them. */
export async function putMadeDocuments(
  quarry: Quarry,
  { from, to, edition = 0 }: Batch,
  makers: RowMakers = OWN,
): Promise<void> {
  const { store, embedder } = quarry.services.context;
  const parts = { paragraphs: await readParagraphs(), embedder: await embedder(), makers };
  for (let n = from; n < to; n += DOCUMENTS_PER_BATCH) {
    const rows: DocumentRows[] = [];
    for (let at = n; at < Math.min(to, n + DOCUMENTS_PER_BATCH); at++) rows.push(await toRows(at, edition, parts));
    await store.putDocuments(MADE_COLLECTION, rows);
  }
}

/** Sentences of the paragraphs, shuffled, so that no two documents are alike. */
async function toRows(
  n: number,
  edition: number,
  { paragraphs, embedder, makers }: { paragraphs: readonly string[]; embedder: Embedder; makers: RowMakers },
): Promise<DocumentRows> {
  const next = seededNumbers(n + edition * 1_000_000 + 77);
  const pick = (): string => paragraphs[Math.floor(next() * paragraphs.length)] ?? '';
  const bodies = Array.from({ length: CHUNKS_PER_DOCUMENT }, (_, i) => `${pick()}\n\nItem ${n}.${i}: ${pick()}`);
  return madeRows({ n, edition, bodies, vectors: await embedder.embed(bodies, 'document') }, makers);
}

/** What is made up of a document: the texts of its chunks and their vectors. */
export interface MadeDocument {
  readonly n: number;
  readonly edition: number;
  readonly bodies: readonly string[];
  readonly vectors: readonly Float32Array[];
}

/** The rows of a made-up document. */
export function madeRows({ n, edition, bodies, vectors }: MadeDocument, makers: RowMakers = OWN): DocumentRows {
  const title = `Document ${n}`;
  const text = bodies.join('\n\n');
  const id = madeDocumentId(n, makers);
  let start = 0;
  const chunks = bodies.map((body, ordinal): ChunkRow => {
    const span = { start, end: start + body.length, startLine: ordinal + 1, endLine: ordinal + 1, headingPath: [] };
    start = span.end + 2;
    return {
      ...span,
      id: makers.chunkId(id, span.start, span.end, body),
      documentId: id,
      ordinal,
      text: body,
      tokens: 0,
      embedHash: makers.embedHash(body),
      searchText: makers.searchTextOf({ title, headingPath: [], text: body, format: 'plain' }),
      vector: vectors[ordinal] ?? new Float32Array(0),
    };
  });
  const share = shareOf(n);
  const document = {
    id,
    uri: uriOf(n),
    title,
    text,
    format: 'plain' as const,
    mediaType: 'text/plain',
    language: '',
    licence: '',
    revision: `${edition}`,
    modifiedAt: '',
    category: '',
    tags: ['a', 'ab', 'abc'].filter((tag) => share.startsWith(tag)),
    status: 'active' as const,
    confidence: 1,
    metadata: {},
    collection: MADE_COLLECTION,
    sourceId: SOURCE,
    sourceKind: 'files' as const,
    contentHash: makers.sha256(text),
    indexedAt: '2026-01-01T00:00:00.000Z',
    chunkCount: chunks.length,
  };
  return { document, chunks };
}
