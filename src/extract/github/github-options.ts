import { z } from 'zod';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';

const pattern = z.string().min(1).max(1000);
const reference = z
  .string()
  .max(250)
  .regex(/^(?!-)[^\s\0~^:?*[\\]*$/, 'is not a branch, tag or commit');

const schema = z.strictObject({
  ref: reference.default(''),
  path: z.string().max(1000).default(''),
  files: z.boolean().default(true),
  wiki: z.boolean().default(false),
  issues: z.boolean().default(false),
  pullRequests: z.boolean().default(false),
  issueState: z.enum(['all', 'open', 'closed']).default('all'),
  maxIssues: z.int().min(1).max(100_000).default(1000),
  include: z.array(pattern).max(100).default([]),
  exclude: z.array(pattern).max(100).default([]),
  maxFileBytes: z.int().min(1).max(1_000_000_000).default(5_000_000),
  maxContainerBytes: z.int().min(1).max(1_000_000_000).default(50_000_000),
  includeHidden: z.boolean().default(false),
  skipGenerated: z.boolean().default(true),
  gitUrl: z.string().max(2000).default(''),
  owner: z.string().max(100).default(''),
  repository: z.string().max(200).default(''),
  webUrl: z.string().max(500).default(''),
});

/** Options of a repository source. */
export interface GithubOptions {
  /** Branch, tag or full commit id. Default: the remote's default branch. */
  readonly ref: string;
  /** Only this file or folder of the repository. Default: all of it. */
  readonly path: string;
  /** Read the files. Default true. */
  readonly files: boolean;
  /** Read the wiki too. Default false. */
  readonly wiki: boolean;
  /** Read issues with their comments. Default false. */
  readonly issues: boolean;
  /** Read pull requests with their comments and review comments. Default false. */
  readonly pullRequests: boolean;
  /** Which issues and pull requests: `all`, `open` or `closed`. Default `all`. */
  readonly issueState: 'all' | 'open' | 'closed';
  /** At most this many issues and pull requests, the last updated first. Default 1,000. */
  readonly maxIssues: number;
  /** Globs on the path from the root of the repository, as for files. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Larger text and code files are skipped. Default 5,000,000. */
  readonly maxFileBytes: number;
  /** Larger PDF, DOCX and notebook files are skipped. Default 50,000,000. */
  readonly maxContainerBytes: number;
  /** Read names that begin with a dot too. Default false. */
  readonly includeHidden: boolean;
  /** Leave out what .gitattributes marks as generated or vendored. Default true. */
  readonly skipGenerated: boolean;
  /** Where the files are fetched from; a mirror when it differs from the repository's own address. */
  readonly gitUrl: string;
  /** Owner and name on GitHub; empty for any other git remote. Found out by `resolve`. */
  readonly owner: string;
  readonly repository: string;
  /** Address of the GitHub web site, for instance `https://github.com`. Found out by `resolve`. */
  readonly webUrl: string;
}

/** @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseGithubOptions(options: JsonObject): GithubOptions {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'options' : issue.path.join('.');
  throw new QuarryError(
    'INPUT_INVALID',
    `The options of the github source are wrong at "${where}": ${issue?.message ?? 'invalid'}.`,
    {
      hint: 'Known options: ref, path, files, wiki, issues, pullRequests, issueState, maxIssues, include, exclude, maxFileBytes, maxContainerBytes, includeHidden, skipGenerated, gitUrl.',
    },
  );
}

/** The options as the store keeps them. They hold no secret. */
export function githubOptionsToJson(options: GithubOptions): JsonObject {
  return { ...options, include: [...options.include], exclude: [...options.exclude] };
}
