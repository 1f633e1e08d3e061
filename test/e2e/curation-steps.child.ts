/**
 * Mines, finds negatives, audits, splits and exports until it is done or killed, and tells its parent each version that was acknowledged:
 * `node curation-steps.child.js HOME DATASET FOLDER`.
 */
import { finishJob, openTestWorkspace } from '../support/workspace.js';

const [home = '', name = '', path = ''] = process.argv.slice(2);
const quarry = await openTestWorkspace(home);
const steps = [
  ['dataset_mine', { name, preview: false }],
  ['dataset_negatives', { name, preview: false }],
  ['dataset_audit', { name, action: 'flag' }],
  ['dataset_split', { name }],
  ['dataset_export', { name, path, overwrite: true, confirm: true }],
] as const;
process.send?.({ began: true });
for (const [operation, input] of steps) {
  const { output } = await quarry.execute(operation, input);
  const { state, result } = await finishJob(quarry, output['jobId']);
  process.send?.({ operation, state, result });
}
await quarry.close();
process.exit(0);
