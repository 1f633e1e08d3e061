import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';

const pattern = z.string().min(1).max(1000);

const schema = z.strictObject({
  include: z.array(pattern).max(100).default([]),
  exclude: z.array(pattern).max(100).default([]),
  maxFileBytes: z.int().min(1).max(1_000_000_000).default(5_000_000),
  maxContainerBytes: z.int().min(1).max(1_000_000_000).default(50_000_000),
  includeHidden: z.boolean().default(false),
  useIgnoreFiles: z.boolean().default(true),
  root: z.string().optional(),
  glob: z.string().optional(),
});

/** Options of a files source. */
export interface FilesOptions {
  /** Globs on the path from the root; only matching files are read. Default: all. */
  readonly include: readonly string[];
  /** Globs of files and folders to leave out. */
  readonly exclude: readonly string[];
  /** Larger text and code files are skipped. Default 5,000,000. */
  readonly maxFileBytes: number;
  /** Larger PDF, DOCX and notebook files are skipped. Default 50,000,000. */
  readonly maxContainerBytes: number;
  /** Read names that begin with a dot too. Default false. */
  readonly includeHidden: boolean;
  /** Honour .gitignore, .git/info/exclude and .quarryignore. Default true. */
  readonly useIgnoreFiles: boolean;
  /** Absolute path that is read; found out by `resolve`. */
  readonly root: string;
  /** Glob from the root, when the target was one; found out by `resolve`. */
  readonly glob: string;
}

/** @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseFilesOptions(options: JsonObject): FilesOptions {
  const parsed = schema.safeParse(options);
  if (parsed.success) return { ...parsed.data, root: parsed.data.root ?? '', glob: parsed.data.glob ?? '' };
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'options' : issue.path.join('.');
  throw new QuarryError(
    'INPUT_INVALID',
    `The options of the files source are wrong at "${where}": ${issue?.message ?? 'invalid'}.`,
    {
      hint: 'Known options: include, exclude, maxFileBytes, maxContainerBytes, includeHidden, useIgnoreFiles.',
    },
  );
}

/** The options as the store keeps them. */
export function filesOptionsToJson(options: FilesOptions): JsonObject {
  return { ...options, include: [...options.include], exclude: [...options.exclude] };
}
