import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';

const pattern = z.string().min(1).max(1000);

/** Options of a files source, with their defaults. */
export const filesOptionsSchema = z.strictObject({
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
  maxFileBytes: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(5_000_000)
    .describe('Larger text and code files are skipped.'),
  maxContainerBytes: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .default(50_000_000)
    .describe('Larger PDF, DOCX and notebook files are skipped.'),
  includeHidden: z.boolean().default(false).describe('Read files and folders whose names begin with a dot too.'),
  useIgnoreFiles: z
    .boolean()
    .default(true)
    .describe('Honour .gitignore, .git/info/exclude and .quarryignore, also those above the root inside a repository.'),
});

/** The options with what `resolve` found out about the target; the store keeps these. */
const storedSchema = filesOptionsSchema.extend({
  root: z.string().default(''),
  glob: z.string().default(''),
});

/** Options of a files source: see {@link filesOptionsSchema}. `root` is the absolute path, `glob` a pattern from there. */
export type FilesOptions = z.output<typeof storedSchema>;

/** @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseFilesOptions(options: JsonObject): FilesOptions {
  const parsed = storedSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'options' : issue.path.join('.');
  throw new QuarryError(
    'INPUT_INVALID',
    `The options of the files source are wrong at "${where}": ${issue?.message ?? 'invalid'}.`,
    { hint: `Known options: ${Object.keys(filesOptionsSchema.shape).join(', ')}.` },
  );
}
