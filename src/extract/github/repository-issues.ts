import { z } from 'zod';
import { throwIfCancelled } from '../../core/errors.js';
import type { SyncContext, SyncItem } from '../../core/ports.js';
import { EXTRACTED_LINES } from '../../core/text/line-basis.js';
import { normalizeText } from '../../core/text/normalize-text.js';
import type { ExtractedDocument, JsonObject, JsonValue } from '../../core/types.js';
import { type GithubApi, isSwitchedOff } from './github-api.js';
import type { GithubOptions } from './github-options.js';
import {
  type Comment,
  commentSchema,
  type Issue,
  issueSchema,
  issueToMarkdown,
  labelsOf,
} from './issue-to-markdown.js';

/** What one sync remembers for the next. */
export interface IssuesState {
  /** Last `updated_at` seen; issues changed since then are asked for. */
  readonly since: string;
  /** ETag of the first page of that question. */
  readonly etag: string;
  /** Numbers known so far; positive for issues, negative for pull requests. */
  readonly numbers: readonly number[];
}

/** Whose issues are read, and how. */
export interface RepositoryIssues {
  readonly api: GithubApi;
  readonly options: GithubOptions;
  readonly context: SyncContext;
  /** From the last sync; undefined to read everything. */
  readonly before: IssuesState | undefined;
  readonly licence: string;
}

const stateSchema = z.object({ since: z.string(), etag: z.string(), numbers: z.array(z.int()) });
/** With more commented issues than this, all comments of the repository are listed instead of each issue's. */
const MAX_SINGLE_LISTS = 20;

/** Reads the part of a stored state that belongs to issues; undefined when there is none. */
export function readIssuesState(state: JsonValue | undefined): IssuesState | undefined {
  return stateSchema.safeParse(state).data;
}

/** Uri of an issue or pull request on the web. */
export function issueUri(options: GithubOptions, number: number, isPull: boolean): string {
  return `${options.webUrl}/${options.owner}/${options.repository}/${isPull ? 'pull' : 'issues'}/${number}`;
}

/**
 * Streams issues and pull requests. After a first whole sync only those that changed since are fetched; the others are
 * reported unchanged.
 */
export async function* syncIssues(given: RepositoryIssues): AsyncGenerator<SyncItem, IssuesState | undefined> {
  const { context, options } = given;
  const before = usableState(given);
  const request = { ...given, before };
  const listed = await listIssues(request);
  if (listed === undefined) return undefined;
  const fresh = new Set(listed.issues.map((issue) => issue.number));
  for (const number of before?.numbers ?? []) {
    const uri = issueUri(options, Math.abs(number), number < 0);
    if (!fresh.has(Math.abs(number))) yield { type: 'unchanged', uri };
  }
  const changed = listed.issues.filter((issue) => !isKnown(issue, request));
  for (const issue of listed.issues) {
    if (isKnown(issue, request)) yield { type: 'unchanged', uri: uriOf(issue, options) };
  }
  const comments = await readComments(changed, request);
  for (const [done, issue] of changed.entries()) {
    throwIfCancelled(context.signal);
    context.report({ stage: 'extract', done, total: changed.length, message: `#${issue.number}` });
    const own = comments.get(issue.number) ?? (await commentsOf(issue, request));
    yield { type: 'document', document: documentOf(issue, own, request) };
  }
  return nextState(listed, before);
}

/**
 * What the last sync remembered, when it can be built upon: closed issues leave a list of open ones without a word, and
 * a document that the store lacks has to be read again.
 */
function usableState({ before, options, context }: RepositoryIssues): IssuesState | undefined {
  if (before === undefined || options.issueState !== 'all') return undefined;
  const isWhole = before.numbers.every(
    (number) => context.known(issueUri(options, Math.abs(number), number < 0)) !== undefined,
  );
  return isWhole ? before : undefined;
}

interface Listed {
  readonly issues: readonly Issue[];
  readonly etag: string;
}

/** Wanted issues, the last updated first; undefined when the repository has issues switched off. */
async function listIssues(request: RepositoryIssues): Promise<Listed | undefined> {
  const { options, before, context } = request;
  const query = new URLSearchParams({ state: options.issueState, sort: 'updated', direction: 'desc', per_page: '100' });
  if (before !== undefined && before.since !== '') query.set('since', before.since);
  const path = `${repositoryPath(options)}/issues?${query}`;
  const found = new Map<number, Issue>();
  let etag = '';
  try {
    for await (const page of request.api.pages({ path, signal: context.signal, etag: before?.etag })) {
      if (page.etag !== '') etag = page.etag;
      for (const item of page.items) {
        const issue = issueSchema.safeParse(item).data;
        if (issue !== undefined && isWanted(issue, options) && found.size < options.maxIssues)
          found.set(issue.number, issue);
      }
      context.report({ stage: 'fetch', done: found.size, total: 0, message: 'issues' });
      if (found.size >= options.maxIssues) break;
    }
  } catch (error) {
    if (isSwitchedOff(error)) return undefined;
    throw error;
  }
  return { issues: [...found.values()], etag };
}

function isWanted(issue: Issue, options: GithubOptions): boolean {
  return issue.pull_request ? options.pullRequests : options.issues;
}

function repositoryPath(options: GithubOptions): string {
  return `/repos/${encodeURIComponent(options.owner)}/${encodeURIComponent(options.repository)}`;
}

function uriOf(issue: Issue, options: GithubOptions): string {
  return issueUri(options, issue.number, Boolean(issue.pull_request));
}

function revisionOf(issue: Issue): string {
  return `i1-${issue.updated_at}-${issue.comments}`;
}

function isKnown(issue: Issue, request: RepositoryIssues): boolean {
  if (request.context.full) return false;
  return request.context.known(uriOf(issue, request.options))?.revision === revisionOf(issue);
}

/** Comments of all changed issues at once, when that is fewer requests than one list per issue; else none. */
async function readComments(changed: readonly Issue[], request: RepositoryIssues): Promise<Map<number, Comment[]>> {
  const commented = changed.filter((issue) => issue.comments > 0 || issue.pull_request);
  const byNumber = new Map<number, Comment[]>();
  if (commented.length <= MAX_SINGLE_LISTS) return byNumber;
  const since = commented.map((issue) => issue.created_at).sort()[0] ?? '';
  for (const issue of changed) byNumber.set(issue.number, []);
  const lists = commented.some((issue) => issue.pull_request) ? ['issues', 'pulls'] : ['issues'];
  for (const list of lists) {
    const path = `${repositoryPath(request.options)}/${list}/comments?sort=updated&direction=asc&per_page=100&since=${encodeURIComponent(since)}`;
    for await (const page of request.api.pages({ path, signal: request.context.signal })) {
      for (const comment of commentsIn(page.items)) byNumber.get(numberOf(comment))?.push(comment);
    }
  }
  return byNumber;
}

function commentsIn(items: readonly unknown[]): Comment[] {
  return items.flatMap((item) => commentSchema.safeParse(item).data ?? []);
}

function numberOf(comment: Comment): number {
  return Number(/\/(\d+)$/.exec(comment.issue_url ?? comment.pull_request_url ?? '')?.[1] ?? 0);
}

async function commentsOf(issue: Issue, request: RepositoryIssues): Promise<Comment[]> {
  const base = repositoryPath(request.options);
  const paths = issue.comments > 0 ? [`${base}/issues/${issue.number}/comments?per_page=100`] : [];
  if (issue.pull_request) paths.push(`${base}/pulls/${issue.number}/comments?per_page=100`);
  const found: Comment[] = [];
  for (const path of paths) {
    for await (const page of request.api.pages({ path, signal: request.context.signal }))
      found.push(...commentsIn(page.items));
  }
  return found;
}

function documentOf(issue: Issue, comments: readonly Comment[], request: RepositoryIssues): ExtractedDocument {
  const { options } = request;
  const isPull = Boolean(issue.pull_request);
  const metadata: JsonObject = {
    ...EXTRACTED_LINES,
    repository: `${options.owner}/${options.repository}`,
    number: issue.number,
    state: issue.pull_request?.merged_at ? 'merged' : issue.state,
    author: issue.user?.login ?? 'ghost',
    createdAt: issue.created_at,
    comments: comments.length,
  };
  if (issue.closed_at) metadata['closedAt'] = issue.closed_at;
  if (issue.milestone) metadata['milestone'] = issue.milestone.title;
  return {
    uri: uriOf(issue, options),
    title: normalizeText(issue.title).replace(/\s+/g, ' ').trim() || `#${issue.number}`,
    text: normalizeText(issueToMarkdown(issue, comments)),
    format: 'markdown',
    mediaType: 'text/markdown',
    language: '',
    licence: request.licence,
    revision: revisionOf(issue),
    modifiedAt: issue.updated_at,
    category: isPull ? 'pull_request' : 'issue',
    tags: labelsOf(issue),
    status: 'active',
    confidence: 1,
    metadata,
  };
}

function nextState(listed: Listed, before: IssuesState | undefined): IssuesState {
  const numbers = new Set(before?.numbers ?? []);
  for (const issue of listed.issues) numbers.add(issue.pull_request ? -issue.number : issue.number);
  const since = listed.issues.reduce(
    (latest, issue) => (issue.updated_at > latest ? issue.updated_at : latest),
    before?.since ?? '',
  );
  // The ETag belongs to the question that was asked; a later `since` asks another.
  const isSame = before !== undefined && since === before.since;
  return { since, etag: isSame ? listed.etag || before.etag : '', numbers: [...numbers].sort((a, b) => a - b) };
}
