import type { Collection } from '../../core/types.js';
import type { ServiceContext } from '../context.js';

/** Documents of a collection that are looked at, evenly spread. */
const MOST_DOCUMENTS = 100;
/** Centres that are remembered. */
const MOST_KNOWN = 100;

/** The middle of what a collection holds. */
interface Centre {
  /** Tells whether the collection has changed since. */
  readonly mark: string;
  /** Sum of the unit vectors that were looked at; undefined for an empty collection. */
  readonly sum: Float64Array | undefined;
}

/** Middles of collections, computed once for each state of a collection. */
export class ContentCentres {
  readonly #context: ServiceContext;
  readonly #known = new Map<string, Centre>();

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Unit vector in the middle of the collections; undefined when they hold nothing. */
  async of(collections: readonly Collection[]): Promise<Float32Array | undefined> {
    const sums = (await Promise.all(collections.map((collection) => this.#sumOf(collection)))).flatMap(
      (sum) => sum ?? [],
    );
    const [first] = sums;
    if (first === undefined) return undefined;
    const total = Float64Array.from(first, (_, at) => sums.reduce((all, sum) => all + (sum[at] ?? 0), 0));
    const norm = Math.hypot(...total);
    return norm === 0 ? undefined : Float32Array.from(total, (value) => value / norm);
  }

  async #sumOf({ name, fingerprint }: Collection): Promise<Float64Array | undefined> {
    const { documents, chunks } = await this.#context.store.collectionStats(name);
    const mark = `${documents} ${chunks} ${fingerprint.revision} ${fingerprint.model}`;
    const known = this.#known.get(name);
    if (known?.mark === mark) return known.sum;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    const sum = await this.#read(name, documents);
    this.#known.set(name, { mark, sum });
    return sum;
  }

  async #read(name: string, documents: number): Promise<Float64Array | undefined> {
    const { store } = this.#context;
    const step = Math.max(1, Math.ceil(documents / MOST_DOCUMENTS));
    let sum: Float64Array | undefined;
    for (let offset = 0; offset < documents; offset += PAGE) {
      const { items } = await store.listDocuments(name, {}, { offset, limit: PAGE });
      const looked = items.filter((_, at) => (offset + at) % step === 0);
      const read = await Promise.all(looked.map(({ id }) => store.listCandidates(name, id)));
      for (const { vector } of read.flat()) {
        sum ??= new Float64Array(vector.length);
        for (const [place, value] of vector.entries()) sum[place] = (sum[place] ?? 0) + value;
      }
    }
    return sum;
  }
}

const PAGE = 500;
