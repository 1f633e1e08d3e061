import type { Config } from '../config/schema.js';
import type { AccessStore } from '../core/access/ports.js';
import type { SuiteFiles } from '../core/benchmark/suite.js';
import type { SymbolReader } from '../core/code/symbol-reader.js';
import type { DatasetFiles, DatasetStore } from '../core/curation/ports.js';
import type { HomeRights } from '../core/home-rights-port.js';
import type { ModelShelf } from '../core/model-port.js';
import type { Chunker, Clock, Embedder, KnowledgeStore, Reranker, SourceAdapter } from '../core/ports.js';
import type { ModelTrainer } from '../core/training/trainer-port.js';
import type { SourceKind } from '../core/types.js';

/** Everything that services need from outside; built once by the composition root. Costly parts open on first use. */
export interface ServiceContext {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: KnowledgeStore;
  readonly homeRights: HomeRights;
  readonly chunker: Chunker;
  /** Reads headings and declarations of documents. */
  symbolReader(): Promise<SymbolReader>;
  /** Absolute folder that relative paths start at. */
  readonly folder: string;
  /** Names this process among others, for job records. */
  readonly owner: string;
  /** What is known of the process behind an owner string; `unknown` where it cannot be asked for from here. */
  fateOf(owner: string): 'alive' | 'dead' | 'unknown';
  /** Now, on a clock that nobody sets; moments can be compared where `machine` is the same and not empty. */
  moment(): { readonly machine: string; readonly ms: number };
  /** The model in use: what the configuration names, else what was chosen for the workspace, else the bundled one. */
  embedder(): Promise<Embedder>;
  /** Embedding models of this machine, and those that can be had. */
  models(): Promise<ModelShelf>;
  /** @throws QuarryError MODEL_UNAVAILABLE when no reranker is configured. */
  reranker(): Promise<Reranker>;
  adapter(kind: SourceKind): Promise<SourceAdapter>;
  /** Benchmark suites, judgments and runs as files. */
  suiteFiles(): Promise<SuiteFiles>;
  /** Training sets of the workspace. */
  datasetStore(): Promise<DatasetStore>;
  /** Files that datasets are imported from and exported to. */
  datasetFiles(): Promise<DatasetFiles>;
  /** Fits static models. */
  trainer(): Promise<ModelTrainer>;
  /** A static model by folder (empty for the bundled one). @throws QuarryError MODEL_UNAVAILABLE */
  staticModel(folder: string): Promise<{ readonly folder: string; readonly embedder: Embedder }>;
  /** Keys, workspaces and audit log of the home. */
  access(): Promise<AccessStore>;
  /** Closes a workspace of the same home that this process has open for callers, so that it can be moved or removed. */
  letGo(workspace: string): Promise<void>;
  /** Version of the product, for fingerprints. */
  readonly version: string;
  /** Writes one structured line to the log (stderr); never secrets or document text. */
  log(level: 'error' | 'warn' | 'info' | 'debug', message: string, fields?: Readonly<Record<string, unknown>>): void;
}
