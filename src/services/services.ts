import { BenchmarkService } from './benchmark/benchmark-service.js';
import { CollectionService } from './collections.js';
import type { ServiceContext } from './context.js';
import { type CurationServices, createCurationServices } from './curation/curation-services.js';
import { DocumentService } from './documents.js';
import { IngestService } from './ingest.js';
import { JobService } from './jobs.js';
import { MendService } from './mending.js';
import { NoteService } from './notes.js';
import { ReindexService } from './reindex.js';
import { RetrieveService } from './retrieve.js';
import { SearchService } from './search.js';
import { StatusService } from './status.js';
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
  readonly notes: NoteService;
  readonly reindex: ReindexService;
  readonly retrieve: RetrieveService;
  readonly search: SearchService;
  readonly status: StatusService;
  readonly training: TrainingService;
}

/** Wires the services of one workspace. Opens nothing. */
export function createServices(context: ServiceContext): Services {
  const collections = new CollectionService(context);
  const jobs = new JobService(context);
  const retrieve = new RetrieveService(context, collections);
  const reindex = new ReindexService(context, { collections, jobs });
  return {
    context,
    collections,
    jobs,
    retrieve,
    reindex,
    benchmark: new BenchmarkService(context, { collections, jobs, retrieve }),
    curation: createCurationServices(context, { collections, jobs, retrieve }),
    documents: new DocumentService(context, collections),
    ingest: new IngestService(context, { collections, jobs, reindex }),
    mending: new MendService(context),
    notes: new NoteService(context, collections),
    search: new SearchService(context, { collections, retrieve }),
    status: new StatusService(context, { collections, jobs }),
    training: new TrainingService(context, jobs),
  };
}
