import { z } from 'zod';
import { recipeSchema } from '../../core/training-runs/training-run.js';
import { defineOperation } from '../define.js';
import { runIdField } from './run-shape.js';

export const trainConfiguration = defineOperation({
  name: 'train_configuration',
  summary: 'Read the recipe of a training run',
  description:
    'Gives all that decided what a training run did: kind, suite, specialist, settings and adapter that were in force, dataset, guards, metric and seed. train_start with the same gives the same bytes on the same data.',
  effect: 'read',
  idempotent: true,
  openWorld: false,
  toolset: 'specialists',
  http: { method: 'GET', path: '/training/runs/:run/configuration' },
  cli: { command: ['train', 'configuration'], positional: ['run'] },
  input: z.strictObject({ run: runIdField }),
  output: recipeSchema.extend({ run: z.string(), promotes: z.boolean() }),
  errors: ['INPUT_INVALID', 'RUN_NOT_FOUND', 'STORE_BROKEN'],
  examples: [{ run: 'no-such-run' }],
  async run({ services }, input) {
    const { run } = await (await services.trainingRuns()).status(input.run);
    return { ...run.recipe, run: run.id, promotes: run.promotes };
  },
  render: ({ run, base, ...recipe }) =>
    [
      `${run}: ${recipe.kind} on ${recipe.suite}, ${recipe.metric}, seed ${recipe.seed}`,
      ...Object.entries({ ...recipe, base: JSON.stringify(base) })
        .filter(([, value]) => String(value) !== '')
        .map(([key, value]) => `   ${key}: ${Array.isArray(value) ? value.join(', ') : value}`),
    ].join('\n'),
});
