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
});

/** What is in force, in the shape of {@link inForceShape}. */
export function toInForceShape({ specialist, revision, settings, learned }: InForce): z.output<typeof inForceShape> {
  return {
    specialist,
    revision,
    settings: { ...settings },
    learned: { settings: learned.settings ?? null, adapter: learned.adapter ?? null },
  };
}

/** What is in force, for people. */
export function renderInForce({ specialist, revision, settings, learned }: z.output<typeof inForceShape>): string {
  const own = Object.entries(settings).map(([key, value]) => `${key} ${String(value)}`);
  const parts = Object.entries(learned).flatMap(([kind, part]) =>
    part === null ? [] : [`${kind} version ${part.version} of ${part.run}`],
  );
  return `${specialist} (revision ${revision}) searches with ${own.length === 0 ? 'the usual settings' : own.join(', ')}; learned: ${parts.length === 0 ? 'nothing' : parts.join(', ')}.`;
}
