import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';

const pattern = z.string().min(1).max(1000);
const byteLimit = z.int().min(1).max(1_000_000_000);

/** Options that say which files of a folder or repository are read. */
export const selectionFields = {
  include: z
    .array(pattern)
    .max(100)
    .default([])
    .describe(
      'Globs on the path from the root; when given, only matching files are read. A pattern without / matches names at any depth, one that names a folder everything in it.',
    ),
  exclude: z
    .array(pattern)
    .max(100)
    .default([])
    .describe('Globs of files and folders to leave out; they win over include.'),
  maxFileBytes: byteLimit.default(5_000_000).describe('Larger text and code files are skipped.'),
  maxContainerBytes: byteLimit.default(50_000_000).describe('Larger PDF, DOCX and notebook files are skipped.'),
  includeHidden: z.boolean().default(false).describe('Read files and folders whose names begin with a dot too.'),
};

/** How the options of one kind of source are read. */
interface OptionsKind<T> {
  /** Kind of source, for messages. */
  readonly kind: string;
  readonly schema: z.ZodType<T>;
  /** Names that a caller may use. */
  readonly known: readonly string[];
}

/** The options, checked. @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseSourceOptions<T>(options: JsonObject, { kind, schema, known }: OptionsKind<T>): T {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'options' : issue.path.join('.');
  throw new QuarryError(
    'INPUT_INVALID',
    `The options of the ${kind} source are wrong at "${where}": ${issue?.message ?? 'invalid'}.`,
    { hint: `Known options: ${known.join(', ')}.` },
  );
}
