import { QuarryError } from '../../core/errors.js';
import { DEFAULT_RETRIEVAL, type RetrievalSettings } from '../../core/retrieval/settings.js';
import type { Specialist } from '../../core/specialists/specialist.js';
import type { TrainingRecipe } from '../../core/training-runs/training-run.js';

/** What was proven holds against what was in force then. @throws QuarryError RUN_INVALID */
export function requireSameBase(specialist: Specialist, { base, baseAdapter }: TrainingRecipe): void {
  const now = { ...DEFAULT_RETRIEVAL, ...specialist.settings };
  const isSame = differsIn(now, base).length === 0 && (specialist.learned.adapter?.run ?? '') === baseAdapter;
  if (isSame) return;
  throw new QuarryError('RUN_INVALID', `${specialist.name} searches otherwise now than when this run was proven.`, {
    hint: 'Start the run anew: it is then proven against what is in force.',
    details: { differing: differsIn(now, base) },
  });
}

function differsIn(a: RetrievalSettings, b: RetrievalSettings): string[] {
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => left.get(key) !== right.get(key));
}
