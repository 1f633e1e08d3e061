import { availableParallelism } from 'node:os';
import { BenchmarkService } from './benchmark/benchmark-service.js';
import { SuiteMeasure } from './benchmark/measure-suite.js';
import { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';
import { type CurationServices, createCurationServices } from './curation/curation-services.js';
import { DocumentService } from './documents.js';
import { FairQueue } from './fair-queue.js';
import { IngestService } from './ingest.js';
import { JobService } from './jobs.js';
import { MendService } from './mending.js';
import { ModelService } from './models/model-service.js';
import { NoteService } from './notes.js';
import { ReindexService } from './reindex.js';
import { RetrieveService } from './retrieve.js';
import { SearchService } from './search.js';
import { StatusService } from './status.js';
import { SymbolService } from './symbols/symbol-service.js';
import { TrainingService } from './training.js';

/** Every use case of a workspace. */
export interface Services {
  readonly context: ServiceContext;
  readonly benchmark: BenchmarkService;
  readonly collections: CollectionService;
  readonly curation: CurationServices;
  readonly documents: DocumentService;
  readonly ingest: IngestService;
  readonly jobs: JobService;
  readonly mending: MendService;
  readonly models: ModelService;
  readonly notes: NoteService;
  readonly reindex: ReindexService;
  readonly retrieve: RetrieveService;
  readonly search: SearchService;
  readonly status: StatusService;
  readonly symbols: SymbolService;
  readonly training: TrainingService;
  /** Where the costly reads of all doors wait for their turn. */
  readonly turns: FairQueue;
}

/** Calls of one caller that may wait: bursts of a few hundred are served, endless ones are told to slow down. */
const MAX_WAITING_PER_CALLER = 256;
/** Calls that may wait in all; each holds a connection and its input. */
const MAX_WAITING = 1024;

/** Wires the services of one workspace. Opens nothing. */
export function createServices(context: ServiceContext): Services {
  const collections = new CollectionService(context);
  const jobs = new JobService(context);
  const retrieve = new RetrieveService(context, collections);
  const documents = new DocumentService(context, collections);
  const reindex = new ReindexService(context, { collections, jobs });
  const measure = new SuiteMeasure(context, { collections, retrieve });
  const symbols = new SymbolService(context, { collections, documents });
  return {
    context,
    collections,
    jobs,
    retrieve,
    reindex,
    benchmark: new BenchmarkService(context, { collections, jobs, retrieve }),
    curation: createCurationServices(context, { collections, jobs, retrieve }),
    documents,
    ingest: new IngestService(context, { collections, jobs, reindex }),
    mending: new MendService(context),
    models: new ModelService(context, { collections, jobs, measure }),
    notes: new NoteService(context, collections),
    search: new SearchService(context, { collections, retrieve, symbols }),
    status: new StatusService(context, { collections, jobs }),
    symbols,
    training: new TrainingService(context, jobs),
    turns: new FairQueue({
      // One more than one, so that a machine with a single core overlaps reading and ranking too.
      places: Math.max(2, availableParallelism()),
      perCaller: MAX_WAITING_PER_CALLER,
      total: MAX_WAITING,
    }),
  };
}
