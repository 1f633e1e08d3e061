import { QuarryError } from '../../core/errors.js';
import type { Embedder } from '../../core/ports.js';
import { isSameSpace } from '../../core/same-space.js';
import type { QueryMap } from '../../core/specialists/specialist.js';

/** The vector of one query, made once for each model that it is asked of. */
export class QueryVector {
  readonly #map: QueryMap | undefined;
  #known: { readonly embedder: Embedder; readonly vector: Promise<Float32Array> } | undefined;

  /** @param map learned map to apply; vectors of another model than it was learned on stay as they are */
  constructor(map?: QueryMap) {
    this.#map = map;
  }

  /** @throws QuarryError EMBEDDING_FAILED, CANCELLED */
  of(embedder: Embedder, query: string, signal?: AbortSignal): Promise<Float32Array> {
    if (this.#known?.embedder === embedder) return this.#known.vector;
    const vector = this.#embed(embedder, query, signal);
    this.#known = { embedder, vector };
    return vector;
  }

  async #embed(embedder: Embedder, query: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    const [vector] = await embedder.embed([query], 'query', signal);
    if (vector === undefined) throw new QuarryError('EMBEDDING_FAILED', 'The model gave no vector for the query.');
    const map = this.#map;
    return map === undefined || !isSameSpace(map.space, embedder.fingerprint) ? vector : map.apply(vector);
  }
}
