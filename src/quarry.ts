import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChunker } from './chunk/chunker.js';
import { childEnvironment } from './config/child-environment.js';
import { loadConfig } from './config/load.js';
import type { Config } from './config/schema.js';
import type { SuiteFiles } from './core/benchmark/suite.js';
import type { SymbolReader } from './core/code/symbol-reader.js';
import type { DatasetFiles, DatasetStore } from './core/curation/ports.js';
import { QuarryError, toQuarryError } from './core/errors.js';
import type { ModelShelf } from './core/model-port.js';
import type { Clock, Embedder, KnowledgeStore, Report, Reranker, SourceAdapter } from './core/ports.js';
import type { DocumentPreparer } from './core/prepare-port.js';
import { nearestName } from './core/text/nearest-name.js';
import type { ModelTrainer } from './core/training/trainer-port.js';
import type { Job, SourceKind } from './core/types.js';
import { packageVersion } from './extract/fetch/user-agent.js';
import { createHomeRights } from './home-rights.js';
import { createLogger, type Logger } from './logger.js';
import { createModelInUse, type WantedSince } from './model-in-use.js';
import type { Door, Operation, Outcome } from './operations/define.js';
import { type OperationInput, type OperationName, type OperationOutput, operations } from './operations/index.js';
import { createOwner, fateOfOwner } from './owner.js';
import type { ServiceContext } from './services/context.js';
import { isFinished, type JobService } from './services/jobs.js';
import { createServices, type Services } from './services/services.js';
import { makePrivateFolder } from './store/private-files.js';
import { machineMoment } from './store/process-identity.js';

/** How one call of an operation may be run. */
export interface ExecuteOptions {
  readonly signal?: AbortSignal;
  readonly report?: Report;
  /** Through which door the call came; default `library`. */
  readonly door?: Door;
}

/** How to wait for a job. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Hears of progress. */
  readonly onChange?: (job: Job) => void;
}

/** An open workspace. */
export interface Quarry {
  readonly config: Config;
  readonly services: Services;
  readonly operations: readonly Operation[];
  readonly log: Logger;
  /**
   * Runs an operation; docs/reference/operations.md lists them.
   * @throws QuarryError INPUT_INVALID and what the operation declares
   */
  execute<N extends OperationName>(
    name: N,
    input: OperationInput<N>,
    options?: ExecuteOptions,
  ): Promise<Outcome<OperationOutput<N>>>;
  /**
   * Runs an operation whose name or input comes from outside.
   * @throws QuarryError OPERATION_NOT_FOUND, INPUT_INVALID, and what the operation declares
   */
  execute(name: string, input: unknown, options?: ExecuteOptions): Promise<Outcome>;
  /**
   * Waits until a job has ended, however long that takes, or until the signal fires; gives its record as it then is.
   * A job that failed is no exception: its record says why.
   * @throws QuarryError JOB_NOT_FOUND
   */
  waitForJob(id: string, options?: WaitOptions): Promise<Job>;
  /** Cancels running jobs, folds what is pending and lets go of every resource. */
  close(): Promise<void>;
}

const systemClock: Clock = {
  now: () => new Date().toISOString(),
  elapsedMs: () => performance.now(),
};

/** Something that is opened when it is first needed. */
interface Once<T> {
  get(): Promise<T>;
  /** Undefined while nobody has asked for it. */
  opened(): Promise<T> | undefined;
}

/** Opens on first use, once; a failure is not remembered, so a later call may succeed. */
function once<T>(open: () => Promise<T>): Once<T> {
  let value: Promise<T> | undefined;
  return {
    get() {
      value ??= open().catch((error: unknown) => {
        value = undefined;
        throw error;
      });
      return value;
    },
    opened: () => value,
  };
}

async function openAdapter(kind: SourceKind, config: Config): Promise<SourceAdapter> {
  switch (kind) {
    case 'files': {
      const { createFilesAdapter } = await import('./extract/files/files-adapter.js');
      return createFilesAdapter({ folder: process.cwd() });
    }
    case 'web': {
      const { createWebAdapter } = await import('./extract/web/web-adapter.js');
      return createWebAdapter({ allowPrivateNetwork: config.allowPrivateNetwork, proxy: config.proxy });
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

async function openPreparer(folder: string): Promise<DocumentPreparer> {
  const { prepareInThread } = await import('./prepare-documents.js');
  return prepareInThread({ folder });
}

/** A thread for each model that was asked for. */
function preparers() {
  const opened = new Map<string, Once<DocumentPreparer>>();
  return {
    async get({ staticFolder }: Embedder): Promise<DocumentPreparer | undefined> {
      if (staticFolder === undefined || availableParallelism() < 2) return undefined;
      const known = opened.get(staticFolder) ?? once(() => openPreparer(staticFolder));
      opened.set(staticFolder, known);
      return known.get();
    },
    async close(): Promise<void> {
      for (const preparer of opened.values()) await (await preparer.opened())?.close();
    },
  };
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

/** Marks dead jobs and clears what an interrupted write left; a store that cannot be written is still searched. */
async function recoverWorkspace(store: KnowledgeStore, services: Services, log: Logger): Promise<void> {
  try {
    const marked = await services.jobs.markInterrupted();
    await services.jobs.forgetEnded();
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
export async function openQuarry(overrides: Partial<Config> = {}): Promise<Quarry> {
  const config = loadConfig(overrides);
  const log = createLogger(config.logLevel);
  const homeRights = createHomeRights(config.home, Date.now());
  // Where it cannot be made, opening the store says so.
  await makePrivateFolder(config.home).catch(() => undefined);
  const { openStore } = await import('./store/open-store.js');
  const store = await openStore({ directory: join(config.home, 'workspaces', config.workspace) });
  const models = once(() => openModelShelf(config));
  const model = createModelInUse(() => wantedModel(config, store, models));
  const preparing = preparers();
  const reranker = once(() => openConfiguredReranker(config));
  const adapters = new Map<SourceKind, Once<SourceAdapter>>();
  const context: ServiceContext = {
    config,
    store,
    homeRights,
    log,
    clock: systemClock,
    chunker: createChunker(),
    symbolReader: once(openSymbolReader).get,
    folder: process.cwd(),
    owner: createOwner(),
    fateOf: fateOfOwner,
    moment: machineMoment,
    embedder: model.get,
    models: models.get,
    preparer: preparing.get,
    reranker: reranker.get,
    suiteFiles: once(openSuiteFiles).get,
    datasetStore: once(() => openDatasetStore(config)).get,
    datasetFiles: once(openDatasetFiles).get,
    trainer: openTrainer,
    staticModel: openNamedStaticModel,
    version: packageVersion(),
    adapter(kind) {
      const known = adapters.get(kind) ?? once(() => openAdapter(kind, config));
      adapters.set(kind, known);
      return known.get();
    },
  };
  const services = createServices(context);
  await recoverWorkspace(store, services, log);
  const execute = async (name: string, input: unknown, options: ExecuteOptions = {}): Promise<Outcome> => {
    const { signal = new AbortController().signal, report = () => undefined, door = 'library' } = options;
    return findOperation(name).execute({ services, signal, report, door }, input);
  };
  return {
    config,
    services,
    operations,
    log,
    // Each operation checks its output against its own schema, which is what the typed signature promises.
    execute: execute as Quarry['execute'],
    waitForJob: (id, options) => waitForJob(services.jobs, id, options),
    async close() {
      await services.jobs.close();
      await services.notes.settle();
      await preparing.close();
      await model.close();
      await (await reranker.opened())?.close();
      await store.close();
      await homeRights.tightenNew();
    },
  };
}

async function waitForJob(jobs: JobService, id: string, options: WaitOptions = {}): Promise<Job> {
  for (;;) {
    const job = await jobs.wait(id, Number.MAX_SAFE_INTEGER, options);
    if (isFinished(job) || options.signal?.aborted === true) return job;
  }
}

/** @throws QuarryError OPERATION_NOT_FOUND naming the nearest one */
function findOperation(name: string): Operation {
  const found = operations.find((operation) => operation.name === name);
  if (found !== undefined) return found;
  const names = operations.map((operation) => operation.name);
  const near = nearestName(name, names);
  throw new QuarryError('OPERATION_NOT_FOUND', `There is no operation ${JSON.stringify(name.slice(0, 100))}.`, {
    hint: near === undefined ? `Known operations: ${names.join(', ')}.` : `Did you mean ${near}?`,
  });
}
