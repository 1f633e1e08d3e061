import type { DocumentRows, MendStep, Report } from '../core/ports.js';
import { isSameSpace } from '../core/same-space.js';
import type { Collection, Document } from '../core/types.js';
import type { ServiceContext } from './context.js';
import { DocumentWriter } from './document-writer.js';

/** Mends the workspace's store. */
export class MendService {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Mends what is damaged, or, unless `act`, only says what mending would come to. @throws QuarryError STORE_LOCKED */
  async mend(act: boolean, report?: Report): Promise<readonly MendStep[]> {
    const options = { act, now: this.#context.clock.now(), remake: this.#remake.bind(this) };
    return this.#context.store.mend(report === undefined ? options : { ...options, report });
  }

  /** Undefined where the configured model is not the collection's: its vectors would be of another space. */
  async #remake(collection: Collection, documents: readonly Document[]): Promise<readonly DocumentRows[] | undefined> {
    const embedder = await this.#context.embedder().catch(() => undefined); // without a model no vectors; doctor says why
    if (embedder === undefined || !isSameSpace(embedder.fingerprint, collection.fingerprint)) return undefined;
    const { signal } = new AbortController();
    const rows: DocumentRows[] = [];
    const store = { put: async (_name: string, made: readonly DocumentRows[]) => void rows.push(...made) };
    const writer = new DocumentWriter({ context: this.#context, collection, embedder, signal, ...store });
    for (const document of documents) await writer.addDocument(document);
    await writer.flush();
    return rows;
  }
}
