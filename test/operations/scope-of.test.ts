import { describe, expect, test } from '@jest/globals';
import { ANONYMOUS, type Identity, OWNER } from '../../src/core/access/identity.js';
import { type Need, SCOPES } from '../../src/core/access/scope.js';
import { operations } from '../../src/operations/index.js';
import { mayCall, needOf } from '../../src/operations/scope-of.js';

/** What every operation needs, written down once more: whoever adds one decides who may call it. */
const EXPECTED: Readonly<Record<Need, string>> = {
  read: `search fetch find_similar verify_citation job_status list_sources live_test_status list_documents status outline find_symbol
    note_get note_list note_stats train_status train_list train_statistics train_configuration specialist_list specialist_show
    specialist_compare route_task search_tools feedback_report learning_reports`,
  write: 'ingest sync job_cancel note_create note_update note_delete record_feedback',
  curate: `dataset_create dataset_list dataset_show dataset_edit dataset_import dataset_mine dataset_negatives dataset_audit
    dataset_split dataset_export dataset_delete curate_next curate_submit`,
  benchmark: `benchmark_suites benchmark_create_suite benchmark_run benchmark_score benchmark_compare benchmark_report
    benchmark_export benchmark_export_suite benchmark_history benchmark_summary benchmark_gate benchmark_delete`,
  train: `train_model train_start train_cancel train_resume train_promote train_rollback live_test_start live_test_stop tune_next specialist_create
    specialist_configure specialist_retire specialist_ready_made feedback_queue feedback_forget find_patterns learn`,
  admin: `create_collection delete_collection remove_source reindex model_status model_use list_jobs doctor mend key_create
    key_list key_rotate key_revoke audit_search workspace_list`,
  owner: 'audit_verify audit_export workspace_create workspace_export workspace_rename workspace_delete',
};

test('every operation needs what is written down for it, and none is left out', () => {
  const expected = Object.entries(EXPECTED).flatMap(([need, names]) => names.split(/\s+/).map((name) => [name, need]));
  expect(operations.map((operation) => [operation.name, needOf(operation)]).sort()).toEqual(expected.sort());
});

describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (_name, operation) => {
  const key = (scopes: Identity['scopes']): Identity => ({ kind: 'key', id: 'key_1', workspaceId: 'ws_1', scopes });

  test('is for callers with its scope, whatever else they have or lack, and for the owner', () => {
    const need = needOf(operation);
    for (const scope of SCOPES) {
      expect(mayCall(key([scope]), operation)).toBe(scope === need);
      expect(mayCall(key(SCOPES.filter((other) => other !== scope)), operation)).toBe(
        need !== 'owner' && scope !== need,
      );
    }
    expect(mayCall(key([]), operation)).toBe(false);
    expect(mayCall(OWNER, operation)).toBe(true);
    expect(mayCall(ANONYMOUS, operation)).toBe(operation.toolset !== 'service');
  });
});
