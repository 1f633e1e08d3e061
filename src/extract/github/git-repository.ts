import { rm } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, QuarryError } from '../../core/errors.js';
import { sha256 } from '../../core/identity.js';
import { makeFolder } from '../../files/make-folder.js';
import { guardRemote } from './remote-guard.js';
import { requireGitService } from './require-git-service.js';
import { type GitSettings, runGit } from './run-git.js';

/** A commit that has been fetched. */
export interface FetchedCommit {
  /** Bare repository in the cache. */
  readonly folder: string;
  /** 40 (or 64) hex digits. */
  readonly commit: string;
  /** Branch or tag as people name it, or the commit id itself. */
  readonly ref: string;
  /** What is left of a `tree/` address once the ref is known. */
  readonly path: string;
}

/** What to fetch, and where to keep it. */
export interface FetchRequest {
  readonly url: string;
  readonly ref: string;
  readonly path: string;
  /** How many commits to fetch, without their files; 0 for one commit with them. */
  readonly history: number;
  readonly cacheFolder: string;
  readonly settings: GitSettings;
  readonly signal: AbortSignal;
}

const FETCH_TIMEOUT_MS = 1_800_000;
const FETCH_OPTIONS = ['--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--force'] as const;
const LISTED_REFS = ['HEAD', 'refs/heads/*', 'refs/tags/*'] as const;
const busy = new Map<string, Promise<unknown>>();

/**
 * Fetches one commit without history, or a history without files, into the cache, in neither case with a working tree;
 * undefined when the remote holds no commit at all. A damaged cache is made anew once; a token that the server refuses is left out, as a public repository
 * needs none.
 * @throws QuarryError GIT_FAILED (also when the branch is gone), GITHUB_UNAUTHORIZED, TIMEOUT, CANCELLED
 */
export async function fetchCommit(request: FetchRequest): Promise<FetchedCommit | undefined> {
  try {
    return await fetchOnce(request);
  } catch (error) {
    const isRefused = error instanceof QuarryError && error.code === 'GITHUB_UNAUTHORIZED';
    if (!isRefused || request.settings.token === '') throw error;
    // The first error says more: it is the one with the token.
    return await fetchOnce({ ...request, settings: { ...request.settings, token: '' } }).catch((again: unknown) => {
      throw again instanceof QuarryError && again.code === 'CANCELLED' ? again : error;
    });
  }
}

async function fetchOnce(request: FetchRequest): Promise<FetchedCommit | undefined> {
  const guarded = { ...request, ...(await guardRemote(request.url, request.settings)) };
  const choice = chooseRef(await listRefs(guarded), request);
  if (choice === undefined) return undefined;
  const name = `${sha256(request.url).slice(0, 24)}${request.history > 0 ? '-history' : ''}.git`;
  const folder = path.join(request.cacheFolder, name);
  const commit = await oneAtATime(folder, async () => {
    try {
      return await fetchInto(folder, choice, guarded);
    } catch (error) {
      if (!isCacheFault(error)) throw error;
      await rm(folder, { recursive: true, force: true });
      return await fetchInto(folder, choice, guarded);
    }
  });
  return { folder, commit, ref: choice.name, path: choice.path };
}

/** Fetches into one cache folder never overlap. */
async function oneAtATime<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const turn = (busy.get(folder) ?? Promise.resolve()).then(work, work);
  busy.set(folder, turn);
  try {
    return await turn;
  } finally {
    if (busy.get(folder) === turn) busy.delete(folder);
  }
}

function isCacheFault(error: unknown): boolean {
  if (!(error instanceof QuarryError) || error.code !== 'GIT_FAILED') return false;
  return /\.lock'|not a git repository|corrupt|bad object|missing blob|unable to read|could not lock|loose object|index file|packfile|shallow file|invalid sha1/i.test(
    messageOf(error),
  );
}

interface RemoteRefs {
  /** Full name of the default branch, else empty. */
  readonly head: string;
  readonly refs: ReadonlyMap<string, string>;
}

async function listRefs(request: FetchRequest): Promise<RemoteRefs> {
  const args = ['ls-remote', '--symref', ...localServer(request.url), '--', request.url, ...LISTED_REFS];
  const output = await runGit(request.settings, { args, signal: request.signal, timeoutMs: 60_000 });
  const refs = new Map<string, string>();
  let head = '';
  for (const line of output.toString('utf8').split('\n')) {
    const [value = '', name = ''] = line.split('\t');
    if (value.startsWith('ref: ')) head = value.slice(5);
    else if (name !== '') refs.set(name, value);
  }
  if (refs.size === 0) await requireGitService(request);
  return { head, refs };
}

interface RefChoice {
  /** What is fetched: a full ref name or a commit id. */
  readonly wanted: string;
  readonly name: string;
  readonly path: string;
}

/** Undefined for an empty repository. */
function chooseRef(remote: RemoteRefs, request: FetchRequest): RefChoice | undefined {
  const { ref, path: inside } = request;
  if (remote.refs.size === 0 && ref === '') return undefined;
  if (ref === '') {
    const head = remote.head !== '' && remote.refs.has(remote.head) ? remote.head : fallbackHead(remote);
    if (head === undefined) throw noSuchRef('the default branch', remote);
    return { wanted: head, name: shortName(head), path: inside };
  }
  // A branch name may hold slashes, so that part of a tree address's path may belong to it.
  const parts = [...ref.split('/'), ...inside.split('/').filter((part) => part !== '')];
  for (let count = parts.length; count > 0; count--) {
    const name = parts.slice(0, count).join('/');
    const found = [`refs/heads/${name}`, `refs/tags/${name}`, name].find(
      (full) => remote.refs.has(full) && full !== 'HEAD',
    );
    if (found !== undefined && count >= ref.split('/').length)
      return { wanted: found, name: shortName(found), path: parts.slice(count).join('/') };
  }
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)) return { wanted: ref, name: ref, path: inside };
  throw noSuchRef(`"${ref}"`, remote);
}

/** A detached HEAD has no symbolic name: the usual branches serve, else the commit itself. */
function fallbackHead(remote: RemoteRefs): string | undefined {
  const head = remote.refs.get('HEAD');
  const named = ['refs/heads/main', 'refs/heads/master'].find(
    (name) => head === undefined || remote.refs.get(name) === head,
  );
  if (named !== undefined && remote.refs.has(named)) return named;
  const same = [...remote.refs].find(([name, value]) => name.startsWith('refs/heads/') && value === head);
  return same?.[0] ?? (head === undefined ? undefined : 'HEAD');
}

function shortName(full: string): string {
  return full.replace(/^refs\/(?:heads|tags)\//, '');
}

function noSuchRef(what: string, remote: RemoteRefs): QuarryError {
  const branches = [...remote.refs.keys()].filter((name) => name.startsWith('refs/heads/')).map(shortName);
  return new QuarryError(
    'GIT_FAILED',
    `The repository has no branch, tag or commit ${what}. Nothing was removed from the index.`,
    {
      hint: `Known branches: ${branches.slice(0, 10).join(', ') || 'none'}. Name one of them: owner/repo@branch.`,
    },
  );
}

async function fetchInto(folder: string, choice: RefChoice, request: FetchRequest): Promise<string> {
  const { settings, signal } = request;
  const inside = ['--git-dir', folder];
  await initialise(folder, request);
  const local = `refs/quarry/${sha256(choice.wanted).slice(0, 16)}`;
  const fetch = async (depth: readonly string[]): Promise<void> => {
    const args = [
      ...inside,
      'fetch',
      '--quiet',
      ...depth,
      ...localServer(request.url),
      ...FETCH_OPTIONS,
      '--',
      request.url,
      `+${choice.wanted}:${local}`,
    ];
    await runGit(settings, { args, signal, timeoutMs: FETCH_TIMEOUT_MS });
  };
  try {
    await fetch(depthOf(request));
  } catch (error) {
    // A plain file server can only give the whole history.
    if (!/dumb http transport/i.test(messageOf(error))) throw error;
    await initialise(folder, request);
    await fetch([]);
  }
  if (request.history > 0) await initialise(folder, request);
  const parsed = await runGit(settings, {
    args: [...inside, 'rev-parse', '--verify', '--quiet', `${local}^{commit}`],
    signal,
  });
  return parsed.toString('utf8').trim();
}

/**
 * Makes the repository, or gives it the settings of a new one: a filtered fetch writes down that what is missing may be
 * fetched at any time, which git would then do unasked and past our guards.
 */
async function initialise(folder: string, { settings, signal, history }: FetchRequest): Promise<void> {
  await makeFolder(folder, { mode: 0o700 });
  if (history > 0) await rm(path.join(folder, 'config'), { force: true });
  await runGit(settings, { args: ['init', '--quiet', '--bare', '--template=', '--', folder], signal });
}

/** Commits alone where the server can leave files out. */
function depthOf({ history }: FetchRequest): string[] {
  return history === 0 ? ['--depth=1'] : [`--depth=${history}`, '--filter=tree:0'];
}

/**
 * How a repository on this disk is served: at its exact place, with files left out where that is asked for, and without
 * asking the remotes that its own settings name for what it lacks.
 */
function localServer(url: string): string[] {
  if (!url.startsWith('file:')) return [];
  const alone = 'GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none';
  return [`--upload-pack=${alone} git -c uploadpack.allowFilter=true upload-pack --strict`];
}
