import { linkCandidates, openingOf } from '../../core/curation/miners/mine-links.js';
import type { MiningBounds } from '../../core/curation/miners/mined-pair.js';
import { visibleText } from '../../core/curation/miners/visible-text.js';
import type { KnowledgeStore } from '../../core/ports.js';
import { type Found, type MinedDocument, toMinedDocument } from './mined-examples.js';

/** What of the store links are followed with. */
export type LinkStore = Pick<KnowledgeStore, 'listSources' | 'knownDocuments' | 'findDocumentsByUri'>;

interface Opening {
  readonly document: MinedDocument;
  readonly positive: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Follows links to the stored pages that they lead to. The addresses of a collection are read once, on its first link:
 * most links lead outside, each may be meant in ten ways, and asking the store costs milliseconds a time.
 */
export class LinkOpenings {
  readonly #store: LinkStore;
  readonly #bounds: MiningBounds;
  readonly #addresses = new Map<string, ReadonlySet<string>>();
  readonly #openings = new Map<string, Opening | undefined>();

  constructor(store: LinkStore, bounds: MiningBounds) {
    this.#store = store;
    this.#bounds = bounds;
  }

  /** The pair of a link's text and the opening of the page it leads to; undefined when that is not stored. */
  async follow({ document, pair }: Found): Promise<Found | undefined> {
    const addresses = linkCandidates(document.uri, pair.target ?? '');
    const [first] = addresses;
    if (first === undefined) return undefined;
    const key = `${document.collection}\u0000${first}`;
    if (!this.#openings.has(key)) this.#openings.set(key, await this.#openingAt(document.collection, addresses));
    const opening = this.#openings.get(key);
    if (opening === undefined || opening.document.id === document.id) return undefined;
    const { document: target, ...passage } = opening;
    return { miner: 'links', document: target, pair: { anchor: pair.anchor, ...passage } };
  }

  async #openingAt(collection: string, addresses: readonly string[]): Promise<Opening | undefined> {
    const stored = await this.#addressesOf(collection);
    for (const address of addresses) {
      if (!stored.has(address)) continue;
      const [document] = await this.#store.findDocumentsByUri(collection, address);
      if (document === undefined || document.format === 'code') continue;
      const { start, end } = openingOf(document.text, this.#bounds);
      const positive = document.text.slice(start, end);
      if (visibleText(positive).length < this.#bounds.minCharacters) return undefined;
      return { document: toMinedDocument(document), positive, start, end };
    }
    return undefined;
  }

  async #addressesOf(collection: string): Promise<ReadonlySet<string>> {
    const known = this.#addresses.get(collection);
    if (known !== undefined) return known;
    const addresses = new Set<string>();
    for (const source of await this.#store.listSources(collection)) {
      for (const { uri } of await this.#store.knownDocuments(collection, source.id)) addresses.add(uri);
    }
    this.#addresses.set(collection, addresses);
    return addresses;
  }
}
