import { QuarryError } from '../../core/errors.js';
import type { Embedder } from '../../core/ports.js';

/** The vector of one query, made once for each model that it is asked of. */
export class QueryVector {
  #known: { readonly embedder: Embedder; readonly vector: Promise<Float32Array> } | undefined;

  /** @throws QuarryError EMBEDDING_FAILED, CANCELLED */
  of(embedder: Embedder, query: string, signal?: AbortSignal): Promise<Float32Array> {
    if (this.#known?.embedder === embedder) return this.#known.vector;
    const vector = embedQuery(embedder, query, signal);
    this.#known = { embedder, vector };
    return vector;
  }
}

async function embedQuery(embedder: Embedder, query: string, signal: AbortSignal | undefined): Promise<Float32Array> {
  const [vector] = await embedder.embed([query], 'query', signal);
  if (vector === undefined) throw new QuarryError('EMBEDDING_FAILED', 'The model gave no vector for the query.');
  return vector;
}
