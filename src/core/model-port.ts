import type { Embedder } from './ports.js';

/** An embedding model that is wanted. */
export interface WantedModel {
  /** A name such as `Xenova/bge-small-en-v1.5`, a folder, or empty for the bundled model. */
  readonly model: string;
  /** Kind of weights; empty for the best that is there. */
  readonly dtype: string;
  /** Whether a named model that is not on this machine is fetched. */
  readonly mayDownload: boolean;
}

/** Where a model was found. */
export interface LocatedModel {
  /** `bundled`, in the cache of downloaded models under its name, or in a folder of its own. */
  readonly place: 'bundled' | 'cache' | 'folder';
  /** As a choice keeps it, whatever folder a process starts in: empty, the name, or the absolute path. */
  readonly model: string;
}

/** Embedding models of this machine. */
export interface ModelShelf {
  /** Undefined when the model is not on this machine. `within: 'cache'` looks at no folder outside the cache. */
  locate(model: string, within: 'cache' | 'anywhere'): LocatedModel | undefined;
  /** Whether it can be the name of a model that may be fetched. */
  isName(model: string): boolean;
  /** @throws QuarryError MODEL_UNAVAILABLE saying how to get the model */
  open(wanted: WantedModel): Promise<Embedder>;
  /** Names of the downloaded models, in order. */
  listCached(): Promise<string[]>;
}
