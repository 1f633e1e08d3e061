import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openChunker } from './chunk/open-chunker.js';
import { childEnvironment } from './config/child-environment.js';
import { loadConfig } from './config/load.js';
import type { Config } from './config/schema.js';
import type { AccessStore } from './core/access/ports.js';
import type { SuiteFiles } from './core/benchmark/suite.js';
import type { SymbolReader } from './core/code/symbol-reader.js';
import type { DatasetFiles, DatasetStore } from './core/curation/ports.js';
import { QuarryError, toQuarryError } from './core/errors.js';
import type { ModelShelf } from './core/model-port.js';
import { type Once, once } from './core/once.js';
import type { Clock, Embedder, KnowledgeStore, Reranker, SourceAdapter } from './core/ports.js';
import type { ModelTrainer } from './core/training/trainer-port.js';
import type { SourceKind } from './core/types.js';
import { packageVersion } from './files/package-version.js';
import { createHomeRights } from './home-rights.js';
import { createLogger, type Logger } from './logger.js';
import { createModelInUse, type WantedSince } from './model-in-use.js';
import { createOwner, fateOfOwner } from './owner.js';
import type { ServiceContext } from './services/context.js';
import type { FairQueue } from './services/fair-queue.js';
import { createServices, type Services } from './services/services.js';
import { makePrivateFolder } from './store/private-files.js';
import { machineMoment } from './store/process-identity.js';

/** An open workspace, as the commands use it: without the registry, of which a command loads its own operation only. */
export interface Workspace {
  readonly config: Config;
  readonly services: Services;
  /** Keys, workspaces and audit log of the home. */
  readonly access: Once<AccessStore>;
  readonly log: Logger;
  /** Cancels running jobs, folds what is pending and lets go of every resource. */
  close(): Promise<void>;
}

/** What several open workspaces of one process have in common. */
export interface SharedParts {
  readonly access?: Once<AccessStore>;
  /** Where costly reads wait for their turn. */
  readonly turns?: FairQueue;
  /** Closes another one of them. */
  letGo?(workspace: string): Promise<void>;
}

const systemClock: Clock = {
  now: () => new Date().toISOString(),
  elapsedMs: () => performance.now(),
};

async function openAdapter(kind: SourceKind, config: Config): Promise<SourceAdapter> {
  switch (kind) {
    case 'files': {
      const { createFilesAdapter } = await import('./extract/files/files-adapter.js');
      return createFilesAdapter({ folder: process.cwd() });
    }
    case 'web': {
      const { createWebAdapter } = await import('./extract/web/web-adapter.js');
      const { allowPrivateNetwork, proxy, home, workspace, keptPagesBytes } = config;
      const kept = { folder: join(home, 'workspaces', workspace, 'pages'), maxBytes: keptPagesBytes };
      return createWebAdapter({ allowPrivateNetwork, proxy, kept });
    }
    case 'github': {
      const { createGithubAdapter } = await import('./extract/github/github-adapter.js');
      return createGithubAdapter({
        apiUrl: config.githubApiUrl,
        token: config.githubToken,
        cacheDirectory: join(config.home, 'git'),
        environment: childEnvironment(),
      });
    }
    case 'text':
      throw new QuarryError('INPUT_INVALID', 'Notes have no outside source to sync.', {
        hint: 'Create, change and delete notes with the note operations.',
      });
  }
}

async function openConfiguredEmbedder(config: Config): Promise<Embedder> {
  const { openEmbedder } = await import('./embed/open-embedder.js');
  return openEmbedder({
    model: config.model,
    dtype: config.modelDtype,
    cacheDir: config.modelCache,
    allowRemote: config.allowRemoteModels,
    threads: config.threads,
  });
}

/** What the configuration names, else what was chosen for the workspace, else the bundled model. */
async function wantedModel(config: Config, store: KnowledgeStore, models: Once<ModelShelf>): Promise<WantedSince> {
  const choice = config.model === '' ? await store.modelChoice() : undefined;
  if (choice === undefined) return { key: '', since: '', open: () => openConfiguredEmbedder(config) };
  const { model, dtype, chosenAt } = choice;
  // A folder's content may have changed since it was chosen before.
  const key = JSON.stringify([model, dtype, chosenAt]);
  const open = async () => (await models.get()).open({ model, dtype, mayDownload: config.allowRemoteModels });
  return { key, since: chosenAt, open };
}

async function openModelShelf(config: Config): Promise<ModelShelf> {
  const { createModelShelf } = await import('./embed/model-shelf.js');
  return createModelShelf({ cacheDir: config.modelCache, threads: config.threads });
}

async function openSymbolReader(): Promise<SymbolReader> {
  const { createSymbolReader } = await import('./chunk/symbol-reader.js');
  return createSymbolReader();
}

async function openTrainer(): Promise<ModelTrainer> {
  const { createModelTrainer } = await import('./train/model-trainer.js');
  return createModelTrainer();
}

async function openNamedStaticModel(folder: string): Promise<{ readonly folder: string; readonly embedder: Embedder }> {
  const { openStaticModel } = await import('./embed/open-embedder.js');
  return openStaticModel(folder);
}

async function openConfiguredReranker(config: Config): Promise<Reranker> {
  if (config.reranker === '') {
    throw new QuarryError('MODEL_UNAVAILABLE', 'No reranker is configured.', {
      hint: 'Set QUARRY_RERANKER to a cross-encoder, for instance Xenova/ms-marco-MiniLM-L-6-v2, or search without rerank.',
    });
  }
  const { openReranker } = await import('./embed/reranker.js');
  return openReranker({
    model: config.reranker,
    cacheDir: config.modelCache,
    allowRemote: config.allowRemoteModels,
    threads: config.threads,
  });
}

async function openSuiteFiles(): Promise<SuiteFiles> {
  const { createSuiteFiles } = await import('./suites/suite-files.js');
  return createSuiteFiles({ bundled: fileURLToPath(new URL('../../eval', import.meta.url)) });
}

async function openDatasetStore(config: Config): Promise<DatasetStore> {
  const { createDatasetStore } = await import('./datasets/dataset-store.js');
  return createDatasetStore({ directory: join(config.home, 'workspaces', config.workspace, 'datasets') });
}

async function openDatasetFiles(): Promise<DatasetFiles> {
  const { createDatasetFiles } = await import('./datasets/dataset-files.js');
  return createDatasetFiles();
}

/** Keys, workspaces and audit log of a home. */
async function openAccessStore({ home, auditDays }: Config): Promise<AccessStore> {
  const [{ openAccess }, { createWorkspaceFolders }] = await Promise.all([
    import('./access/open-access.js'),
    import('./store/workspace-folders.js'),
  ]);
  const { keys, audit } = openAccess({ home, auditDays, now: systemClock.now });
  return { keys, audit, workspaces: createWorkspaceFolders(join(home, 'workspaces')) };
}

/** Marks dead jobs and clears what an interrupted write left; a store that cannot be written is still searched. */
async function recoverWorkspace(store: KnowledgeStore, services: Services, log: Logger): Promise<void> {
  try {
    const marked = await services.jobs.recover();
    await services.reindex.clearAbandoned();
    if (marked.length === 0) return;
    const dropped = await store.recover();
    log('warn', 'Jobs were interrupted; sync their sources to complete them.', {
      jobs: marked.map((job) => job.id),
      dropped,
    });
  } catch (error) {
    const known = toQuarryError(error);
    log('warn', 'The workspace could not be recovered now; reading goes on.', {
      code: known.code,
      message: known.message,
    });
  }
}

/**
 * Opens a workspace. Settings come from `overrides`, then from the environment, then from defaults.
 * @throws QuarryError CONFIG_INVALID, STORE_BROKEN, MACHINE_UNSUPPORTED
 */
export async function openWorkspace(overrides: Partial<Config> = {}, shared: SharedParts = {}): Promise<Workspace> {
  const config = loadConfig(overrides);
  const log = createLogger(config.logLevel);
  const homeRights = createHomeRights(config.home, Date.now());
  // Where it cannot be made, opening the store says so.
  await makePrivateFolder(config.home).catch(() => undefined);
  const { openStore } = await import('./store/open-store.js');
  const store = await openStore({ directory: join(config.home, 'workspaces', config.workspace) });
  const models = once(() => openModelShelf(config));
  const model = createModelInUse(() => wantedModel(config, store, models));
  const reranker = once(() => openConfiguredReranker(config));
  const symbolReader = once(openSymbolReader);
  const suiteFiles = once(openSuiteFiles);
  const datasetStore = once(() => openDatasetStore(config));
  const datasetFiles = once(openDatasetFiles);
  const access = shared.access ?? once(() => openAccessStore(config));
  const adapters = new Map<SourceKind, Once<SourceAdapter>>();
  const context: ServiceContext = {
    config,
    store,
    homeRights,
    log,
    clock: systemClock,
    chunker: openChunker(),
    symbolReader: symbolReader.get,
    folder: process.cwd(),
    owner: createOwner(),
    fateOf: fateOfOwner,
    moment: machineMoment,
    embedder: model.get,
    models: models.get,
    reranker: reranker.get,
    suiteFiles: suiteFiles.get,
    datasetStore: datasetStore.get,
    datasetFiles: datasetFiles.get,
    trainer: openTrainer,
    staticModel: openNamedStaticModel,
    access: access.get,
    letGo: shared.letGo ?? (async () => undefined),
    version: packageVersion(),
    adapter(kind) {
      const known = adapters.get(kind) ?? once(() => openAdapter(kind, config));
      adapters.set(kind, known);
      return known.get();
    },
  };
  const services = createServices(context, shared.turns);
  // Every command asks for the collections; their tables are opened meanwhile, and who asks hears what is wrong with them.
  await Promise.all([recoverWorkspace(store, services, log), store.listCollections().catch(() => undefined)]);
  return {
    config,
    services,
    access,
    log,
    async close() {
      await services.jobs.close();
      await services.notes.settle();
      await services.settleQueryLog();
      await (await services.access.opened())?.trail.close();
      if (shared.access === undefined) await (await access.opened())?.audit.close();
      await model.close();
      await (await reranker.opened())?.close();
      await store.close();
      await homeRights.tightenNew();
    },
  };
}
