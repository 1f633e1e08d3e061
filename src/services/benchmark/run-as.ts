import type { Suite } from '../../core/benchmark/suite.js';
import { QuarryError } from '../../core/errors.js';
import type { SpecialistUse } from '../specialists/specialist-service.js';
import type { Expert } from './suite-runner.js';

/** What a run takes from a specialist besides settings. */
export function expertOf(use: SpecialistUse | undefined): Expert | null {
  if (use === undefined) return null;
  const { specialist, queryMap } = use;
  return { name: specialist.name, queryMap };
}

/**
 * Holds a specialist to its collections: those that the caller names, and those that the suite judges. The documents that
 * a suite brings are nobody's knowledge.
 * @throws QuarryError INPUT_INVALID
 */
export function requireReadableBy(
  { specialist: use, collection }: { specialist?: SpecialistUse | undefined; collection?: string | undefined },
  { manifest, hasCorpus }: Suite,
): void {
  const name = collection ?? (hasCorpus ? null : manifest.collection);
  if (use === undefined || name === null || use.specialist.collections.includes(name)) return;
  throw new QuarryError('INPUT_INVALID', `The specialist ${use.specialist.name} may not read ${name}.`, {
    hint: `It may read ${use.specialist.collections.join(', ')}.`,
  });
}
