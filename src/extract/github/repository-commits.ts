import { throwIfCancelled } from '../../core/errors.js';
import type { SyncContext, SyncItem } from '../../core/ports.js';
import { EXTRACTED_LINES } from '../../core/text/line-basis.js';
import { normalizeText } from '../../core/text/normalize-text.js';
import type { ExtractedDocument, JsonObject } from '../../core/types.js';
import { isoTime } from '../formats/iso-time.js';
import { fetchCommit } from './git-repository.js';
import type { GithubOptions } from './github-options.js';
import { type GitSettings, runGit } from './run-git.js';

/** One git remote whose history is read. */
export interface RepositoryCommits {
  readonly url: string;
  /** `history`: how many of the most recent commits; messages over `maxFileBytes` are skipped. */
  readonly options: GithubOptions;
  readonly cacheFolder: string;
  readonly settings: GitSettings;
  readonly context: SyncContext;
  /** Address of a commit without its id. */
  readonly base: string;
  readonly licence: string;
  /** Put into the metadata of every document. */
  readonly metadata: JsonObject;
}

/** A commit as git tells of it. */
interface Commit {
  /** 40 (or 64) hex digits. */
  readonly id: string;
  readonly isMerge: boolean;
  /** ISO 8601 UTC; empty when the commit holds no time. */
  readonly committedAt: string;
  /** Subject and body, as written. */
  readonly message: string;
}

/** Part of every revision; raise it when commits must be read anew because they are read differently. */
const REVISION_PREFIX = 'c1-';
const MAX_TITLE = 200;
/** Subjects that git and code hosts write by themselves. */
const MERGE_SUBJECT = /^Merge(?:d| )/;
/** An address as it stands behind a name. */
const ADDRESS = /[ \t]?<[^<>\s@]{1,100}@[^<>\s@]{1,255}>/g;
/** Trailers that name people, and nothing else. */
const PERSON_TRAILER =
  /^[ \t]*(?:(?:signed-off|co-(?:authored|developed)|authored|reviewed|acked|tested|reported|suggested|approved|helped|requested|submitted|noticed)-by|cc)[ \t]*:|^[ \t]*[a-z-]{1,40}:[^<\n]{0,200}<[^<>\s@]{1,100}@[^<>\s@]{1,255}>[ \t]*$/i;

/**
 * Streams the most recent commits, one document each, the latest first. A commit never changes, so that known ones are
 * only counted; what has left the history or fallen out of the wanted number is not met, and so pruned.
 * @throws QuarryError as {@link fetchCommit}
 */
export async function* syncRepositoryCommits(request: RepositoryCommits): AsyncGenerator<SyncItem> {
  const { context, options, settings, cacheFolder, url } = request;
  const { ref, path, history } = options;
  context.report({ stage: 'fetch', done: 0, total: 0, message: `history of ${url}` });
  const fetched = await fetchCommit({ url, ref, path, history, cacheFolder, settings, signal: context.signal });
  if (fetched === undefined) return;
  const commits = await readLog({ settings, folder: fetched.folder, from: fetched.commit }, options, context.signal);
  for (const [done, commit] of commits.entries()) {
    throwIfCancelled(context.signal);
    context.report({ stage: 'extract', done, total: commits.length, message: commit.id.slice(0, 10) });
    yield itemOf(commit, { ...request, ref: fetched.ref });
  }
}

async function readLog(
  { settings, folder, from }: { settings: GitSettings; folder: string; from: string },
  options: GithubOptions,
  signal: AbortSignal,
): Promise<Commit[]> {
  const format = ['%H', '%P', '%cI', '%B'].join('%x1f');
  const args = [
    ...['--git-dir', folder, 'log', '-z', `--max-count=${options.history}`, `--format=${format}`],
    // What a person's own settings would add.
    ...['--encoding=UTF-8', '--no-show-signature', '--no-notes', '--no-color', '--no-patch', from, '--'],
  ];
  const output = await runGit(settings, { args, signal });
  return output
    .toString('utf8')
    .split('\0')
    .flatMap((record) => {
      const [id = '', parents = '', time = '', ...message] = record.split('\x1f');
      if (!/^[0-9a-f]{40,64}$/.test(id)) return [];
      return [{ id, isMerge: parents.includes(' '), committedAt: isoTime(time), message: message.join('\x1f') }];
    });
}

function itemOf(commit: Commit, request: RepositoryCommits & { readonly ref: string }): SyncItem {
  const { context, options, licence } = request;
  const uri = `${request.base}${commit.id}`;
  const revision = `${REVISION_PREFIX}${licence}`;
  if (!context.full && context.known(uri)?.revision === revision) return { type: 'unchanged', uri };
  if (Buffer.byteLength(commit.message) > options.maxFileBytes) return { type: 'skipped', uri, reason: 'too-large' };
  if (commit.isMerge && MERGE_SUBJECT.test(commit.message)) return { type: 'skipped', uri, reason: 'ignored' };
  const text = withoutPeople(normalizeText(commit.message));
  if (text === '') return { type: 'skipped', uri, reason: 'empty' };
  return { type: 'document', document: documentOf({ uri, revision, text, commit }, request) };
}

/** A message without the trailers and addresses that name people. */
function withoutPeople(message: string): string {
  return message
    .split('\n')
    .filter((line) => !PERSON_TRAILER.test(line))
    .join('\n')
    .replace(ADDRESS, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function documentOf(
  found: { readonly uri: string; readonly revision: string; readonly text: string; readonly commit: Commit },
  request: RepositoryCommits & { readonly ref: string },
): ExtractedDocument {
  const { uri, revision, text, commit } = found;
  return {
    uri,
    title: titleOf(text),
    text: `${text}\n`,
    format: 'plain',
    mediaType: 'text/plain',
    language: '',
    licence: request.licence,
    revision,
    modifiedAt: commit.committedAt,
    category: 'commit',
    tags: [],
    status: 'active',
    confidence: 1,
    metadata: { ...EXTRACTED_LINES, ...request.metadata, commit: commit.id, ref: request.ref },
  };
}

/** The subject: the first line, cut where it is no line that a person reads. */
function titleOf(text: string): string {
  const end = text.indexOf('\n');
  const subject = (end === -1 ? text : text.slice(0, end)).trim();
  return subject.length <= MAX_TITLE ? subject : `${[...subject.slice(0, MAX_TITLE)].slice(0, -1).join('')}…`;
}
