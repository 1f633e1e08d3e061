import { availableParallelism } from 'node:os';
import { type Once, once } from '../core/once.js';
import type { AccessServices } from './access/access-services.js';
import type { BenchmarkService } from './benchmark/benchmark-service.js';
import { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';
import type { CurationServices } from './curation/curation-services.js';
import { DocumentService } from './documents.js';
import { FairQueue } from './fair-queue.js';
import { IngestService } from './ingest.js';
import { JobService } from './jobs.js';
import { MendService } from './mending.js';
import type { ModelService } from './models/model-service.js';
import { NoteService } from './notes.js';
import { ReindexService } from './reindex.js';
import { RetrieveService } from './retrieve.js';
import { SearchService } from './search.js';
import type { LearningService } from './specialists/learning-service.js';
import type { SpecialistServices } from './specialists/specialist-services.js';
import { StatusService } from './status.js';
import { SymbolService } from './symbols/symbol-service.js';
import type { TrainingService } from './training.js';
import type { TrainingRunService } from './training-runs/training-run-service.js';

/**
 * Every use case of a workspace. Those that are functions load their room, some two hundred modules in all, with the first
 * call that needs it: a search must not wait for them.
 */
export interface Services {
  readonly context: ServiceContext;
  /** Keys, workspaces and the audit trail; what calls over HTTP, and nothing else of a laptop's, comes to. */
  readonly access: Once<AccessServices>;
  benchmark(): Promise<BenchmarkService>;
  readonly collections: CollectionService;
  curation(): Promise<CurationServices>;
  readonly documents: DocumentService;
  readonly ingest: IngestService;
  readonly jobs: JobService;
  learning(): Promise<LearningService>;
  readonly mending: MendService;
  models(): Promise<ModelService>;
  readonly notes: NoteService;
  readonly reindex: ReindexService;
  readonly retrieve: RetrieveService;
  readonly search: SearchService;
  specialists(): Promise<SpecialistServices>;
  /** Resolves when the searches that were answered are in the query log. */
  settleQueryLog(): Promise<void>;
  readonly status: StatusService;
  readonly symbols: SymbolService;
  training(): Promise<TrainingService>;
  trainingRuns(): Promise<TrainingRunService>;
  /** Where the costly reads of all doors wait for their turn. */
  readonly turns: FairQueue;
}

/** Calls that run at once. One more than one, so that a machine with a single core overlaps reading and ranking too. */
const PLACES = Math.max(2, availableParallelism());
/** Calls of one caller that may wait: bursts of a few hundred are served, endless ones are told to slow down. */
const MAX_WAITING_PER_CALLER = 256;
/** Calls that may wait in all; each holds a connection and its input. */
const MAX_WAITING = 1024;

function createTurns(): FairQueue {
  return new FairQueue({ places: PLACES, perCaller: MAX_WAITING_PER_CALLER, total: MAX_WAITING });
}

/**
 * Wires the services of one workspace. Opens nothing.
 * @param turns where costly reads wait; default: a queue of its own
 */
export function createServices(context: ServiceContext, turns: FairQueue = createTurns()): Services {
  const collections = new CollectionService(context);
  const jobs = new JobService(context);
  const retrieve = new RetrieveService(context, collections);
  const documents = new DocumentService(context, collections);
  const reindex = new ReindexService(context, { collections, jobs });
  const symbols = new SymbolService(context, { collections, documents });
  const search = new SearchService(context, { collections, retrieve, symbols });
  const benchmark = once(async () => {
    const { BenchmarkService } = await import('./benchmark/benchmark-service.js');
    return new BenchmarkService(context, { collections, jobs, retrieve });
  }).get;
  const curation = once(async () => {
    const { createCurationServices } = await import('./curation/curation-services.js');
    return createCurationServices(context, { collections, jobs, retrieve });
  }).get;
  const openedSpecialists = once(async () => {
    const { createSpecialistServices } = await import('./specialists/specialist-services.js');
    return createSpecialistServices(context, { collections, retrieve, search, benchmark });
  });
  const specialists = openedSpecialists.get;
  const models = once(async () => {
    const [{ ModelService }, { SuiteMeasure }] = await Promise.all([
      import('./models/model-service.js'),
      import('./benchmark/measure-suite.js'),
    ]);
    const measure = new SuiteMeasure(context, { collections, retrieve });
    return new ModelService(context, { collections, jobs, measure });
  }).get;
  const trainingRuns = once(async () => {
    const { TrainingRunService } = await import('./training-runs/training-run-service.js');
    const parts = { collections, jobs, models, labelling: async () => (await curation()).labelling };
    const { registry, liveTests } = await specialists();
    return new TrainingRunService(context, { ...parts, specialists: registry, liveTests });
  }).get;
  const learners = { collections, jobs, curation, trainingRuns };
  return {
    context,
    access: once(async () => {
      const { createAccessServices } = await import('./access/access-services.js');
      return createAccessServices(context);
    }),
    collections,
    jobs,
    retrieve,
    reindex,
    benchmark,
    curation,
    documents,
    ingest: new IngestService(context, { collections, jobs, reindex }),
    learning: once(async () => {
      const { LearningService } = await import('./specialists/learning-service.js');
      return new LearningService(context, { ...learners, specialists: await specialists() });
    }).get,
    mending: new MendService(context),
    models,
    notes: new NoteService(context, collections),
    search,
    specialists,
    settleQueryLog: async () => (await openedSpecialists.opened())?.feedback.settle(),
    status: new StatusService(context, { collections, jobs }),
    symbols,
    training: once(async () => {
      const { TrainingService } = await import('./training.js');
      return new TrainingService(context, jobs);
    }).get,
    trainingRuns,
    turns,
  };
}
