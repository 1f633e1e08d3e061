import { z } from 'zod';
import type { InForce } from '../../services/training-runs/promotion-service.js';

const partShape = z.object({ run: z.string(), version: z.number(), promotedAt: z.string() }).nullable();

/** Output: what is in force for a specialist. */
export const inForceShape = z.object({
  specialist: z.string(),
  revision: z.number(),
  /** What differs from the settings of every search. */
  settings: z.record(z.string(), z.unknown()),
  learned: z.object({ settings: partShape, adapter: partShape }),
  /** The model of the workspace and the job that puts it in place, for a run that adapted it; else null. */
  model: z.object({ model: z.string(), job: z.string() }).nullable(),
});

/** What is in force, in the shape of {@link inForceShape}. */
export function toInForceShape({
  specialist,
  revision,
  settings,
  learned,
  model,
}: InForce): z.output<typeof inForceShape> {
  return {
    specialist,
    revision,
    settings: { ...settings },
    learned: { settings: learned.settings ?? null, adapter: learned.adapter ?? null },
    model: model === undefined ? null : { ...model },
  };
}

/** What is in force, for people. */
export function renderInForce({
  specialist,
  revision,
  settings,
  learned,
  model,
}: z.output<typeof inForceShape>): string {
  if (model !== null) {
    return model.job === ''
      ? `${model.model} is in use already.`
      : `Collections are embedded anew with ${model.model}, and switched all at once; searches go on until then. Follow it with job_status (${model.job}).`;
  }
  const own = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`);
  const parts = Object.entries(learned).flatMap(([kind, part]) =>
    part === null ? [] : [`${kind} version ${part.version} of ${part.run}`],
  );
  return `${specialist} (revision ${revision}) searches with ${own.length === 0 ? 'the usual settings' : own.join(', ')}; learned: ${parts.length === 0 ? 'nothing' : parts.join(', ')}.`;
}
