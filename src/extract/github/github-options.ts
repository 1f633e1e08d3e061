import { z } from 'zod';
import type { JsonObject } from '../../core/types.js';
import { parseSourceOptions, selectionFields } from '../selection/selection-options.js';

const reference = z
  .string()
  .max(250)
  .regex(/^(?!-)[^\s\0~^:?*[\\]*$/, 'is not a branch, tag or commit');

/** A commit is a small document: this many are indexed in some 20 s on two cores. */
const MAX_HISTORY = 20_000;

/** Options of a repository source, with their defaults. */
export const githubOptionsSchema = z.strictObject({
  ref: reference.default('').describe('Branch, tag or full commit id. Default: the default branch of the remote.'),
  path: z.string().max(1000).default('').describe('Only this file or folder of the repository.'),
  files: z.boolean().default(true).describe('Read the files.'),
  history: z
    .int()
    .min(0)
    .max(MAX_HISTORY)
    .default(0)
    .describe(
      `Read this many of the most recent commits of the branch too, a document for each message, whatever \`path\` says; at most ${MAX_HISTORY}. Authors, addresses and merges of branches are left out. 0: none.`,
    ),
  wiki: z.boolean().default(false).describe('Read the wiki too.'),
  issues: z.boolean().default(false).describe('Read issues with their comments.'),
  pullRequests: z.boolean().default(false).describe('Read pull requests with their comments and review comments.'),
  issueState: z
    .enum(['all', 'open', 'closed'])
    .default('all')
    .describe('Which issues and pull requests. Only `all` is synced by what changed; the others are listed anew.'),
  maxIssues: z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe('At most this many issues and pull requests, the last updated first.'),
  ...selectionFields,
  skipGenerated: z
    .boolean()
    .default(true)
    .describe('Leave out what .gitattributes marks as linguist-generated or linguist-vendored.'),
  gitUrl: z
    .string()
    .max(2000)
    .default('')
    .describe(
      'Fetch the files of owner/repo from this git address instead, for instance a mirror, which they are then cited by. The token is not sent there.',
    ),
});

/** The options with what `resolve` found out about the target; the store keeps these. They hold no secret. */
const storedSchema = githubOptionsSchema.extend({
  owner: z.string().max(100).default(''),
  repository: z.string().max(200).default(''),
  webUrl: z.string().max(500).default(''),
});

/**
 * Options of a repository source: see {@link githubOptionsSchema}. `owner` and `repository` are empty for remotes that
 * are not on GitHub; `webUrl` is the address of the GitHub web site, for instance `https://github.com`.
 */
export type GithubOptions = z.output<typeof storedSchema>;

const kind = 'github';
const known = Object.keys(githubOptionsSchema.shape);

/** Options as a caller gives them. @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseGivenOptions(options: JsonObject): z.output<typeof githubOptionsSchema> {
  return parseSourceOptions(options, { kind, schema: githubOptionsSchema, known });
}

/** Options as they are stored. @throws QuarryError INPUT_INVALID naming the bad key and the known ones */
export function parseGithubOptions(options: JsonObject): GithubOptions {
  return parseSourceOptions(options, { kind, schema: storedSchema, known });
}
