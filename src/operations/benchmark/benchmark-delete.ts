import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import { defineOperation } from '../define.js';
import { reachOf } from '../reach-of.js';

export const benchmarkDelete = defineOperation({
  name: 'benchmark_delete',
  summary: 'Delete benchmark runs',
  description:
    'Deletes a run (or every run of a job) with its rankings; with indexes also the indexes kept for suites, which the next run makes again. Set confirm to true.',
  effect: 'destroy',
  idempotent: false,
  openWorld: false,
  toolset: 'benchmark',
  http: { method: 'DELETE', path: '/benchmarks/runs/:id' },
  cli: { command: ['benchmark', 'delete'], positional: ['id'] },
  input: z.strictObject({
    id: z.string().min(1).max(200).describe('Id of a run, or of the job that made runs.'),
    indexes: z.boolean().default(false).describe('Also drop the indexes kept for suites.'),
    confirm: z.boolean().default(false).describe('Must be true, or nothing is deleted.'),
  }),
  output: z.object({ deleted: z.array(z.string()), indexes: z.number() }),
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'CONFIRMATION_REQUIRED', 'STORE_LOCKED'],
  examples: [{ id: 'run_unknown', confirm: true }],
  async run({ services, door }, input) {
    const report = await (await services.benchmark()).report([input.id], {
      perQuery: false,
      moved: 0,
      seed: 1,
      reach: reachOf({ services, door }),
    });
    if (!input.confirm) {
      throw new QuarryError(
        'CONFIRMATION_REQUIRED',
        `This would delete ${report.runs.length} runs of ${report.suite}.`,
        {
          hint: 'Call again with confirm set to true (--confirm on the command line).',
        },
      );
    }
    const deleted = await (await services.benchmark()).delete(input.id);
    return { deleted, indexes: input.indexes ? await (await services.benchmark()).clearIndexes() : 0 };
  },
  render: (output) =>
    `Deleted ${output.deleted.join(', ')}${output.indexes > 0 ? ` and ${output.indexes} indexes` : ''}.`,
});
