import { fileURLToPath } from 'node:url';
import { throwIfCancelled, toQuarryError } from '../../core/errors.js';
import type { ResolveContext, SourceAdapter, SourceSpec, SyncContext, SyncItem } from '../../core/ports.js';
import type { JsonObject, JsonValue } from '../../core/types.js';
import { createPathFilter } from '../selection/path-filter.js';
import { createGithubApi, type GithubApi } from './github-api.js';
import { type GithubOptions, parseGithubOptions, parseGivenOptions } from './github-options.js';
import { repositoryPlaces } from './local-repository.js';
import { parseTarget, type RepositoryTarget, type TargetContext } from './parse-target.js';
import { refusePrivateRemote } from './remote-guard.js';
import { syncRepositoryCommits } from './repository-commits.js';
import { type RepositoryFiles, syncRepositoryFiles } from './repository-files.js';
import { issueUri, readIssuesState, syncIssues } from './repository-issues.js';
import { type GitSettings, plainEnvironment } from './run-git.js';

/** What the github adapter depends on. */
export interface GithubAdapterOptions {
  /** Folder for bare clones; may be deleted at any time. */
  readonly cacheDirectory: string;
  /** REST API. Default `https://api.github.com`; the web site's address is derived from it. */
  readonly apiUrl?: string | undefined;
  /** Sent to the API and to the web site's git service, and nowhere else. Never stored. Empty for none. */
  readonly token?: string | undefined;
  /** Default of the option `maxFileBytes`; 5,000,000 when absent. */
  readonly maxFileBytes?: number | undefined;
  /** Environment of the git processes: PATH, HOME, proxies, ssh agent. A plain one when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Folder that relative paths start at; the process's own when absent. */
  readonly folder?: string | undefined;
  /** See {@link createGithubApi}. */
  readonly maxWaitMs?: number | undefined;
  readonly retryDelayMs?: number | undefined;
}

interface Adapter {
  readonly webUrl: string;
  readonly cacheFolder: string;
  readonly settings: Omit<GitSettings, 'allowPrivateNetwork'>;
  readonly api: GithubApi;
}

/** Reads repositories through git, and issues, pull requests and wikis of GitHub. */
export function createGithubAdapter(given: GithubAdapterOptions): SourceAdapter {
  const apiUrl = given.apiUrl ?? 'https://api.github.com';
  const token = given.token ?? '';
  const webUrl = webUrlOf(apiUrl);
  const adapter: Adapter = {
    webUrl,
    cacheFolder: given.cacheDirectory,
    settings: {
      environment: given.environment ?? plainEnvironment(),
      token,
      tokenHost: webUrl,
    },
    api: createGithubApi({ apiUrl, token, maxWaitMs: given.maxWaitMs, retryDelayMs: given.retryDelayMs }),
  };
  return {
    kind: 'github',
    async resolve(target, options, { mayRead, allowPrivateNetwork } = ANYTHING) {
      const defaults = given.maxFileBytes === undefined ? {} : { maxFileBytes: given.maxFileBytes };
      const folder = given.folder ?? process.cwd();
      const spec = await resolveSpec(target, { ...defaults, ...options }, { webUrl, folder, mayRead });
      if (!allowPrivateNetwork) refusePrivateRemote(parseGithubOptions(spec.options).gitUrl, webUrl);
      return spec;
    },
    namedPaths: (spec) => remotesOf(parseGithubOptions(spec.options)).flatMap(localPath),
    openedPaths: (spec, mayRead) => openedPaths(parseGithubOptions(spec.options), mayRead),
    sync: (spec, context) => syncRepository(spec, context, adapter),
  };
}

/** `https://github.com` for the public API, the server itself for Enterprise (`https://host/api/v3`). */
function webUrlOf(apiUrl: string): string {
  const url = new URL(apiUrl);
  if (url.hostname === 'api.github.com') return 'https://github.com';
  return url.hostname.startsWith('api.') && url.pathname === '/' ? `${url.protocol}//${url.host.slice(4)}` : url.origin;
}

/** Everything on this machine may be named. */
const ANYTHING: ResolveContext = { mayRead: async () => true, allowPrivateNetwork: true };

/** Git addresses that a source is read from. */
function remotesOf({ gitUrl, wiki }: GithubOptions): string[] {
  return wiki ? [gitUrl, wikiOf(gitUrl)] : [gitUrl];
}

function localPath(gitUrl: string): string[] {
  return gitUrl.startsWith('file:') ? [fileURLToPath(gitUrl)] : [];
}

async function openedPaths(options: GithubOptions, mayRead: ResolveContext['mayRead']): Promise<string[]> {
  const opened: string[] = [];
  for (const folder of remotesOf(options).flatMap(localPath)) {
    opened.push(...(await repositoryPlaces(folder, mayRead)));
  }
  return opened;
}

async function resolveSpec(target: string, given: JsonObject, context: TargetContext): Promise<SourceSpec> {
  const named = await parseTarget(target, context);
  const wished = parseGivenOptions({ ...optionsOfPart(named.part), ...given });
  const mirror = wished.gitUrl === '' ? '' : (await parseTarget(wished.gitUrl, context)).gitUrl;
  const options = parseGithubOptions({
    ...wished,
    ref: named.ref || wished.ref,
    path: named.path || wished.path,
    owner: named.owner,
    repository: named.repository,
    webUrl: named.owner === '' ? '' : context.webUrl,
    gitUrl: mirror || named.gitUrl,
  });
  createPathFilter(options);
  const part = named.part === undefined ? '' : `/${named.part}`;
  return {
    kind: 'github',
    uri: sourceUri(options) + part,
    label: labelOf(options) + part,
    options,
  };
}

/** Whoever gives the address of the issues wants those and not the files. */
function optionsOfPart(part: RepositoryTarget['part']): JsonObject {
  if (part === undefined) return {};
  return { files: false, issues: part === 'issues', pullRequests: part === 'pulls', wiki: part === 'wiki' };
}

function sourceUri(options: GithubOptions): string {
  const { ref, path, gitUrl } = options;
  const { owner, repository, webUrl } = readFrom(options);
  const inside = path === '' ? '' : `:${path}`;
  if (owner === '') return ref === '' && path === '' ? gitUrl : `${gitUrl}#${ref}${inside}`;
  // GitHub does not tell upper from lower case in names.
  const name = `${owner}/${repository}`.toLowerCase();
  const base = webUrl === 'https://github.com' ? name : `${webUrl}/${name}`;
  return `${base}${ref === '' ? '' : `@${ref}`}${inside}`;
}

function labelOf(options: GithubOptions): string {
  const { owner, repository } = readFrom(options);
  const name = owner === '' ? options.gitUrl.replace(/^.*\//, '').replace(/\.git$/, '') : `${owner}/${repository}`;
  return `${name}${options.ref === '' ? '' : `@${options.ref}`}${options.path === '' ? '' : `:${options.path}`}`;
}

/** The repository on GitHub that git reads from; its names are empty when the files come from elsewhere, a mirror too. */
function readFrom(options: GithubOptions): Pick<GithubOptions, 'owner' | 'repository' | 'webUrl'> {
  const { owner, repository, webUrl } = options;
  if (owner === '' || isItself(options)) return { owner, repository, webUrl };
  return { owner: '', repository: '', webUrl: '' };
}

/** Whether a git address is that of the named repository, over https or ssh. */
function isItself({ owner, repository, webUrl, gitUrl }: GithubOptions): boolean {
  const remote = new URL(gitUrl);
  const web = new URL(webUrl);
  const isHost =
    remote.protocol === 'ssh:' ? remote.hostname === web.hostname && remote.port === '' : remote.origin === web.origin;
  const path = remote.pathname.replace(/\.git$/, '').toLowerCase();
  return isHost && path === `/${owner}/${repository}`.toLowerCase();
}

interface Sync {
  readonly options: GithubOptions;
  /** Settings of git for this source. */
  readonly settings: GitSettings;
  readonly context: SyncContext;
  readonly adapter: Adapter;
}

async function* syncRepository(spec: SourceSpec, context: SyncContext, adapter: Adapter): AsyncGenerator<SyncItem> {
  const options = parseGithubOptions(spec.options);
  const settings = { ...adapter.settings, allowPrivateNetwork: context.allowPrivateNetwork };
  const sync: Sync = { options, settings, context, adapter };
  const state: JsonObject = { ...readState(context.state) };
  const named = licenceFinder(sync);
  const licence = readFrom(options).owner === '' ? async (): Promise<string> => '' : named;
  const read = options.files ? yield* syncRepositoryFiles(filesOf(sync, licence)) : undefined;
  if (read !== undefined) state['commit'] = read.commit;
  if (options.history > 0) yield* syncHistory(sync, read?.licence ?? (await licence()));
  if (options.wiki) yield* syncWiki(sync, licence);
  if ((options.issues || options.pullRequests) && options.owner !== '') {
    const issues = yield* syncApi(sync, named, !options.files);
    if (issues !== undefined) state['issues'] = issues;
  }
  yield { type: 'complete', state };
}

function readState(state: JsonValue): JsonObject {
  return typeof state === 'object' && state !== null && !Array.isArray(state) ? state : {};
}

function filesOf(sync: Sync, findLicence: () => Promise<string>): RepositoryFiles {
  const { options, settings, adapter, context } = sync;
  const { gitUrl } = options;
  const { owner, repository, webUrl } = readFrom(options);
  const isGithub = owner !== '';
  return {
    url: gitUrl,
    ref: options.ref,
    path: options.path,
    options,
    cacheFolder: adapter.cacheFolder,
    settings,
    context,
    uriOf: (ref, path) =>
      isGithub
        ? `${webUrl}/${owner}/${repository}/blob/${encoded(ref)}/${encoded(path)}`
        : `${gitUrl}#${encoded(ref)}:${encoded(path)}`,
    findLicence,
    metadata: { repository: isGithub ? `${owner}/${repository}` : gitUrl },
  };
}

/** Percent-encodes a path, its slashes aside. */
function encoded(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
}

/** Asks the API for the licence, once; nobody knowing it is no error. */
function licenceFinder(sync: Sync): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () => {
    found ??= askLicence(sync);
    return found;
  };
}

async function askLicence({ options, adapter, context }: Sync): Promise<string> {
  if (options.owner === '') return '';
  try {
    const answer = await adapter.api.get(
      `/repos/${encodeURIComponent(options.owner)}/${encodeURIComponent(options.repository)}/license`,
      context.signal,
    );
    const licence = readState(readState(toJson(answer))['license'] ?? null)['spdx_id'];
    return typeof licence === 'string' && /^[\w.+-]+$/.test(licence) && licence !== 'NOASSERTION' ? licence : '';
  } catch {
    throwIfCancelled(context.signal);
    // A repository whose licence nobody can tell is still read.
    return '';
  }
}

/** The API's answers are parsed JSON. */
function toJson(answer: unknown): JsonValue {
  return answer as JsonValue;
}

/** Commits of the branch. When the files have been read already, a failure here costs only this part. */
async function* syncHistory(sync: Sync, licence: string): AsyncGenerator<SyncItem> {
  const { options, settings, adapter, context } = sync;
  const { gitUrl } = options;
  const { owner, repository, webUrl } = readFrom(options);
  const page = owner === '' ? gitUrl.replace(/\.git$/, '') : `${webUrl}/${owner}/${repository}`;
  // Most servers show a commit at this page; a repository behind no web site has only its own address.
  const base = page.startsWith('http') ? `${page}/commit/` : `${gitUrl}#commit/`;
  const { cacheFolder } = adapter;
  const metadata = { repository: owner === '' ? gitUrl : `${owner}/${repository}` };
  try {
    yield* syncRepositoryCommits({ url: gitUrl, options, cacheFolder, settings, context, base, licence, metadata });
  } catch (error) {
    const failure = toQuarryError(error, 'GIT_FAILED');
    if (failure.code === 'CANCELLED' || !options.files) throw failure;
    yield { type: 'unreadable', prefix: base, error: failure };
  }
}

/** Where the wiki of a repository lies. */
function wikiOf(gitUrl: string): string {
  return `${gitUrl.replace(/\.git$/, '')}.wiki.git`;
}

async function* syncWiki(sync: Sync, findLicence: () => Promise<string>): AsyncGenerator<SyncItem> {
  const { options } = sync;
  const files = filesOf(sync, findLicence);
  const { owner, repository, webUrl } = readFrom(options);
  const url = wikiOf(options.gitUrl);
  const base = owner === '' ? `${url}#` : `${webUrl}/${owner}/${repository}/wiki/`;
  const uriOf = (ref: string, path: string): string =>
    owner === ''
      ? `${url}#${encoded(ref)}:${encoded(path)}`
      : `${base}${encoded(path.replace(/\.(?:md|markdown|mediawiki|rst|adoc|asciidoc|org|textile)$/i, ''))}`;
  try {
    yield* syncRepositoryFiles({
      ...files,
      url,
      ref: '',
      path: '',
      uriOf,
      metadata: { ...files.metadata, wiki: true },
    });
  } catch (error) {
    const failure = toQuarryError(error, 'GIT_FAILED');
    if (failure.code === 'CANCELLED') throw failure;
    yield { type: 'unreadable', prefix: base, error: failure };
  }
}

/** Issues and pull requests. When the files have been read already, a failure here costs only this part. */
async function* syncApi(
  sync: Sync,
  findLicence: () => Promise<string>,
  isAlone: boolean,
): AsyncGenerator<SyncItem, JsonValue | undefined> {
  const { options, context, adapter } = sync;
  const before = context.full ? undefined : readIssuesState(readState(context.state)['issues']);
  try {
    const state = yield* syncIssues({ api: adapter.api, options, context, before, licence: await findLicence() });
    return state === undefined ? undefined : { ...state, numbers: [...state.numbers] };
  } catch (error) {
    const failure = toQuarryError(error, 'FETCH_FAILED');
    if (failure.code === 'CANCELLED' || isAlone) throw failure;
    for (const isPull of [false, true]) {
      yield { type: 'unreadable', prefix: issueUri(options, 0, isPull).slice(0, -1), error: failure };
    }
    return undefined;
  }
}
