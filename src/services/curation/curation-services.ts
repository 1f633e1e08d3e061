import type { CollectionService } from '../collections.js';
import type { ServiceContext } from '../context.js';
import type { JobService } from '../jobs.js';
import type { RetrieveService } from '../retrieve.js';
import { AuditService } from './audit-service.js';
import { DatasetService } from './dataset-service.js';
import { ExportService } from './export-service.js';
import { ImportService } from './import-service.js';
import { LabellingService } from './labelling-service.js';
import { MiningService } from './mining-service.js';
import { NegativeService } from './negative-service.js';
import { SampleService } from './sample-service.js';
import { SplitService } from './split-service.js';

/** Use cases of training-set curation. */
export interface CurationServices {
  readonly datasets: DatasetService;
  readonly samples: SampleService;
  readonly imports: ImportService;
  readonly mining: MiningService;
  readonly negatives: NegativeService;
  readonly audits: AuditService;
  readonly splits: SplitService;
  readonly exports: ExportService;
  readonly labelling: LabellingService;
}

/** Wires the services of this room. Opens nothing. */
export function createCurationServices(
  context: ServiceContext,
  parts: { collections: CollectionService; jobs: JobService; retrieve: RetrieveService },
): CurationServices {
  return {
    datasets: new DatasetService(context),
    samples: new SampleService(context, parts),
    imports: new ImportService(context, parts),
    mining: new MiningService(context, parts),
    negatives: new NegativeService(context, parts),
    audits: new AuditService(context, parts),
    splits: new SplitService(context, parts),
    exports: new ExportService(context, parts),
    labelling: new LabellingService(context, parts),
  };
}
