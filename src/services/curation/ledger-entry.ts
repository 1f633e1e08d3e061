import type { z } from 'zod';
import type { StoredEntry } from '../../core/curation/ports.js';
import { QuarryError } from '../../core/errors.js';

/** What an entry of a ledger says. @throws QuarryError DATASET_INVALID naming the file and what is wrong with it */
export function parseEntry<Shape extends z.ZodType>(shape: Shape, entry: StoredEntry): z.output<Shape> {
  const parsed = shape.safeParse(entry.value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') || 'it';
  throw new QuarryError('DATASET_INVALID', `${entry.path} is damaged: ${where}: ${issue?.message ?? 'invalid'}.`, {
    hint: 'Restore the file from a backup, or remove it to go on without it.',
    cause: parsed.error,
  });
}
