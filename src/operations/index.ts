import type { z } from 'zod';
import { createCollection } from './admin/create-collection.js';
import { deleteCollection } from './admin/delete-collection.js';
import { doctor } from './admin/doctor.js';
import { listJobs } from './admin/list-jobs.js';
import { mend } from './admin/mend.js';
import { modelStatus } from './admin/model-status.js';
import { modelUse } from './admin/model-use.js';
import { reindex } from './admin/reindex.js';
import { removeSource } from './admin/remove-source.js';
import { benchmarkCompare } from './benchmark/benchmark-compare.js';
import { benchmarkCreateSuite } from './benchmark/benchmark-create-suite.js';
import { benchmarkDelete } from './benchmark/benchmark-delete.js';
import { benchmarkExport } from './benchmark/benchmark-export.js';
import { benchmarkExportSuite } from './benchmark/benchmark-export-suite.js';
import { benchmarkGate } from './benchmark/benchmark-gate.js';
import { benchmarkHistory } from './benchmark/benchmark-history.js';
import { benchmarkReport } from './benchmark/benchmark-report.js';
import { benchmarkRun } from './benchmark/benchmark-run.js';
import { benchmarkScore } from './benchmark/benchmark-score.js';
import { benchmarkSuites } from './benchmark/benchmark-suites.js';
import { benchmarkSummary } from './benchmark/benchmark-summary.js';
import { findSymbol } from './code/find-symbol.js';
import { outline } from './code/outline.js';
import { curateNext } from './curation/curate-next.js';
import { curateSubmit } from './curation/curate-submit.js';
import { datasetAudit } from './curation/dataset-audit.js';
import { datasetCreate } from './curation/dataset-create.js';
import { datasetDelete } from './curation/dataset-delete.js';
import { datasetEdit } from './curation/dataset-edit.js';
import { datasetExport } from './curation/dataset-export.js';
import { datasetImport } from './curation/dataset-import.js';
import { datasetList } from './curation/dataset-list.js';
import { datasetMine } from './curation/dataset-mine.js';
import { datasetNegatives } from './curation/dataset-negatives.js';
import { datasetShow } from './curation/dataset-show.js';
import { datasetSplit } from './curation/dataset-split.js';
import type { Operation } from './define.js';
import { fetch } from './knowledge/fetch.js';
import { findSimilar } from './knowledge/find-similar.js';
import { ingest } from './knowledge/ingest.js';
import { jobCancel } from './knowledge/job-cancel.js';
import { jobStatus } from './knowledge/job-status.js';
import { listDocuments } from './knowledge/list-documents.js';
import { listSources } from './knowledge/list-sources.js';
import { search } from './knowledge/search.js';
import { status } from './knowledge/status.js';
import { sync } from './knowledge/sync.js';
import { verifyCitation } from './knowledge/verify-citation.js';
import { noteCreate } from './notes/note-create.js';
import { noteDelete } from './notes/note-delete.js';
import { noteGet } from './notes/note-get.js';
import { noteList } from './notes/note-list.js';
import { noteStats } from './notes/note-stats.js';
import { noteUpdate } from './notes/note-update.js';
import { auditExport } from './service/audit-export.js';
import { auditSearch } from './service/audit-search.js';
import { auditVerify } from './service/audit-verify.js';
import { keyCreate } from './service/key-create.js';
import { keyList } from './service/key-list.js';
import { keyRevoke } from './service/key-revoke.js';
import { keyRotate } from './service/key-rotate.js';
import { workspaceCreate } from './service/workspace-create.js';
import { workspaceDelete } from './service/workspace-delete.js';
import { workspaceExport } from './service/workspace-export.js';
import { workspaceList } from './service/workspace-list.js';
import { workspaceRename } from './service/workspace-rename.js';
import { feedbackForget } from './specialists/feedback-forget.js';
import { feedbackQueue } from './specialists/feedback-queue.js';
import { feedbackReport } from './specialists/feedback-report.js';
import { findPatterns } from './specialists/find-patterns.js';
import { learn } from './specialists/learn.js';
import { learningReports } from './specialists/learning-reports.js';
import { liveTestStart } from './specialists/live-test-start.js';
import { liveTestStatus } from './specialists/live-test-status.js';
import { liveTestStop } from './specialists/live-test-stop.js';
import { recordFeedback } from './specialists/record-feedback.js';
import { routeTask } from './specialists/route-task.js';
import { searchTools } from './specialists/search-tools.js';
import { specialistCompare } from './specialists/specialist-compare.js';
import { specialistConfigure } from './specialists/specialist-configure.js';
import { specialistCreate } from './specialists/specialist-create.js';
import { specialistList } from './specialists/specialist-list.js';
import { specialistReadyMade } from './specialists/specialist-ready-made.js';
import { specialistRetire } from './specialists/specialist-retire.js';
import { specialistShow } from './specialists/specialist-show.js';
import { trainCancel } from './training/train-cancel.js';
import { trainConfiguration } from './training/train-configuration.js';
import { trainList } from './training/train-list.js';
import { trainModel } from './training/train-model.js';
import { trainPromote } from './training/train-promote.js';
import { trainResume } from './training/train-resume.js';
import { trainRollback } from './training/train-rollback.js';
import { trainStart } from './training/train-start.js';
import { trainStatistics } from './training/train-statistics.js';
import { trainStatus } from './training/train-status.js';
import { tuneNext } from './training/tune-next.js';

const registry = [
  search,
  fetch,
  findSimilar,
  verifyCitation,
  ingest,
  sync,
  jobStatus,
  jobCancel,
  listSources,
  listDocuments,
  status,
  outline,
  findSymbol,
  noteCreate,
  noteGet,
  noteUpdate,
  noteDelete,
  noteList,
  noteStats,
  createCollection,
  deleteCollection,
  removeSource,
  reindex,
  modelStatus,
  modelUse,
  listJobs,
  doctor,
  mend,
  benchmarkSuites,
  benchmarkCreateSuite,
  benchmarkRun,
  benchmarkScore,
  benchmarkCompare,
  benchmarkReport,
  benchmarkExport,
  benchmarkExportSuite,
  benchmarkHistory,
  benchmarkSummary,
  benchmarkGate,
  benchmarkDelete,
  datasetCreate,
  datasetList,
  datasetShow,
  datasetEdit,
  datasetImport,
  datasetMine,
  datasetNegatives,
  datasetAudit,
  datasetSplit,
  datasetExport,
  datasetDelete,
  curateNext,
  curateSubmit,
  trainModel,
  trainStart,
  trainStatus,
  trainList,
  trainCancel,
  trainResume,
  trainStatistics,
  trainConfiguration,
  trainPromote,
  trainRollback,
  tuneNext,
  specialistCreate,
  specialistList,
  specialistShow,
  specialistConfigure,
  specialistCompare,
  specialistRetire,
  specialistReadyMade,
  routeTask,
  searchTools,
  recordFeedback,
  feedbackReport,
  feedbackQueue,
  feedbackForget,
  liveTestStart,
  liveTestStatus,
  liveTestStop,
  findPatterns,
  learn,
  learningReports,
  keyCreate,
  keyList,
  keyRotate,
  keyRevoke,
  auditSearch,
  auditVerify,
  auditExport,
  workspaceList,
  workspaceCreate,
  workspaceRename,
  workspaceExport,
  workspaceDelete,
] as const;

/** The registry: everything that Quarry does, in the order in which it is shown. Every edge is derived from it. */
export const operations: readonly Operation[] = registry;

type Registered = (typeof registry)[number];

/** Name of an operation, for callers that the compiler checks. */
export type OperationName = Registered['name'];
/** What the operation takes; fields with a default may be left out. */
export type OperationInput<N extends OperationName> = z.input<Extract<Registered, { readonly name: N }>['input']>;
/** What the operation gives. */
export type OperationOutput<N extends OperationName> = z.output<Extract<Registered, { readonly name: N }>['output']>;
