import { parentPort, workerData } from 'node:worker_threads';
import { createChunker } from './chunk/chunker.js';
import { toQuarryError } from './core/errors.js';
import type { Embedder } from './core/ports.js';
import type { PreparedDocument } from './core/prepare-port.js';
import { chunkTextsOf } from './core/text/chunk-texts.js';
import { openStaticEmbedder } from './embed/static-embedder.js';
import type { PrepareAnswer, PrepareRequest } from './prepare-documents.js';
import { chunkToFit } from './services/chunk-to-fit.js';

/** The thread's side of prepare-documents: documents are cut and embedded one after the other. */
const { folder } = workerData as { readonly folder: string }; // as prepare-documents gives it
const chunker = createChunker();
const embedder = await openStaticEmbedder({ folder, name: '' });
let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: PrepareRequest) => {
  last = last.then(() => answer(request, embedder));
});
parentPort?.postMessage({ isReady: true } satisfies PrepareAnswer);

async function answer({ document, sizing }: PrepareRequest, model: Embedder): Promise<void> {
  try {
    const prepared = await prepare({ document, sizing }, model);
    // The thread keeps no copy of the vectors.
    send({ prepared }, [prepared.vectors.buffer as ArrayBuffer]); // made here from a length, so never shared memory
  } catch (error) {
    send({ error: toQuarryError(error).toReport() }, []);
  }
}

function send(message: PrepareAnswer, memory: ArrayBuffer[]): void {
  parentPort?.postMessage(message, memory);
}

async function prepare({ document, sizing }: PrepareRequest, model: Embedder): Promise<PreparedDocument> {
  const spans = await chunkToFit(document, { context: { chunker }, collection: { sizing }, embedder: model });
  const made = spans.map((span) => chunkTextsOf(document, span, model));
  const rows = await model.embed(
    made.map(({ embedText }) => embedText),
    'document',
  );
  const { dimensions } = model.fingerprint;
  const vectors = new Float32Array(rows.length * dimensions);
  for (const [at, row] of rows.entries()) vectors.set(row, at * dimensions);
  return { spans, texts: made.map(({ texts }) => texts), vectors };
}
