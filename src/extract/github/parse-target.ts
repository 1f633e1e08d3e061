import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { QuarryError } from '../../core/errors.js';

/** What a target names. */
export interface RepositoryTarget {
  /** Where git fetches from. */
  readonly gitUrl: string;
  /** Owner and name on GitHub; both empty for any other remote. */
  readonly owner: string;
  readonly repository: string;
  /** Branch, tag or commit; empty for the default branch. */
  readonly ref: string;
  /** File or folder inside; empty for everything. */
  readonly path: string;
  /** What a page address names instead of the files. */
  readonly part?: 'issues' | 'pulls' | 'wiki' | undefined;
}

/** What a target is read against. */
export interface TargetContext {
  /** Address of the GitHub web site, without a final slash. */
  readonly webUrl: string;
  /** Folder that relative paths start at. */
  readonly folder: string;
  /** Whether the caller may look at a path; what may not be looked at is taken as absent. */
  mayRead(path: string): Promise<boolean>;
}

const SHORT = /^([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))\/([A-Za-z0-9._-]{1,100}?)(?:\.git)?(?:@([^:\s]+))?(?::(.*))?$/;
const SCP = /^([\w.-]+)@([\w.-]+):(?!\/\/)([^\s#]+?)(?:#(.*))?$/;

/**
 * Understands `owner/repo`, `owner/repo@ref:path`, GitHub page addresses (tree and blob pages too), and any git address:
 * http(s), ssh, git, `user@host:path`, `file://` or a path on this disk. Behind other addresses `#ref:path` may follow.
 * @throws QuarryError INPUT_INVALID, PATH_NOT_FOUND
 */
export async function parseTarget(target: string, context: TargetContext): Promise<RepositoryTarget> {
  const text = target.trim().replace(/^git\+/, '');
  if (text === '' || text.length > 2000 || /[\0\n\r]/.test(text)) throw invalid('The repository is not named.');
  if (text.startsWith('-')) throw invalid(`"${text.slice(0, 100)}" is not a repository.`);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fromUrl(text, context);
  if (/^[\w+.-]*::/.test(text)) throw invalid('Remote helpers (name::address) are not used.');
  const scp = SCP.exec(text);
  if (scp !== null)
    return { ...splitFragment(scp[4] ?? ''), gitUrl: `ssh://${scp[1]}@${scp[2]}/${scp[3]}`, owner: '', repository: '' };
  return (await fromPath(text, context)) ?? fromShort(text, context);
}

function fromShort(text: string, context: TargetContext): RepositoryTarget {
  const short = SHORT.exec(text);
  if (short === null) throw invalid(`"${text.slice(0, 100)}" is not a repository.`);
  return onGithub(context, {
    owner: short[1] ?? '',
    repository: short[2] ?? '',
    ref: short[3] ?? '',
    path: short[4] ?? '',
  });
}

function onGithub(context: TargetContext, parts: Omit<RepositoryTarget, 'gitUrl'>): RepositoryTarget {
  if (parts.repository === '.' || parts.repository === '..')
    throw invalid(`"${parts.repository}" is not a repository.`);
  return { ...parts, path: cleanPath(parts.path), gitUrl: `${context.webUrl}/${parts.owner}/${parts.repository}.git` };
}

/** A path that leads to a git repository on this disk; undefined when there is none. */
async function fromPath(text: string, context: TargetContext): Promise<RepositoryTarget | undefined> {
  const [place = '', fragment] = cut(text, '#');
  const absolute = path.resolve(context.folder, place);
  const marks = [path.join(absolute, '.git'), path.join(absolute, 'HEAD')];
  const isRepository = (await context.mayRead(absolute)) && marks.some((mark) => existsSync(mark));
  if (isRepository) return { ...splitFragment(fragment ?? ''), gitUrl: localUrl(absolute), owner: '', repository: '' };
  if (!/^(?:\.{0,2}\/|~)/.test(text)) return undefined;
  throw notFound(absolute);
}

function localUrl(absolute: string): string {
  return pathToFileURL(realpathSync(absolute)).href;
}

function notFound(absolute: string): QuarryError {
  return new QuarryError('PATH_NOT_FOUND', `There is no git repository at "${absolute}".`, {
    hint: 'Give the folder of a repository (one that holds .git or is bare), or ingest it as files.',
    details: { path: absolute },
  });
}

async function fromUrl(text: string, context: TargetContext): Promise<RepositoryTarget> {
  const [address = '', fragment = ''] = cut(text, '#');
  const url = readUrl(address);
  if (url.protocol === 'file:') return fromFileUrl(url, fragment, context);
  if (!/^(?:https?|ssh|git):$/.test(url.protocol)) throw invalid(`Repositories are not fetched over ${url.protocol}//`);
  if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:')) {
    throw invalid(
      'The address holds a user name or a password.',
      'Leave it out and set QUARRY_GITHUB_TOKEN, or use ssh.',
    );
  }
  if (url.hostname === '' || url.hostname.startsWith('-')) throw invalid('The address names no host.');
  const web = new URL(context.webUrl);
  const isGithub = /^https?:$/.test(url.protocol) && (url.host === web.host || url.host === `www.${web.host}`);
  // A loopback or Enterprise server may serve other repositories beside `owner/repo`.
  const isPage = url.hostname === 'github.com' || url.pathname.split('/').filter((part) => part !== '').length > 1;
  if (isGithub && isPage) return fromGithubPage(url, fragment, context);
  if (isWebPage(url)) throw invalid(`"${url.href.slice(0, 200)}" is the address of a page, not of a repository.`);
  const suffix = /^(.*?\.git)@([^@]+)$/.exec(url.pathname);
  if (suffix !== null) url.pathname = suffix[1] ?? url.pathname;
  return {
    ...splitFragment(fragment || decoded(suffix?.[2] ?? '')),
    gitUrl: url.href.replace(/\/$/, ''),
    owner: '',
    repository: '',
  };
}

/** Whether an address cannot be a repository's: the start page of a host, a question, or a file of a web site. */
function isWebPage(url: URL): boolean {
  if (!/^https?:$/.test(url.protocol)) return false;
  const name = url.pathname.split('/').at(-1) ?? '';
  return url.pathname === '/' || url.search !== '' || /\.(?:x?html?|php|aspx?|jsp|md|txt|pdf|xml|json)$/i.test(name);
}

function readUrl(address: string): URL {
  try {
    return new URL(address);
  } catch (error) {
    throw new QuarryError(
      'INPUT_INVALID',
      `"${address.replace(/\/\/[^/@]*@/, '//').slice(0, 200)}" is not an address.`,
      { hint: HINT, cause: error },
    );
  }
}

async function fromFileUrl(url: URL, fragment: string, context: TargetContext): Promise<RepositoryTarget> {
  let folder: string;
  try {
    folder = fileURLToPath(url);
  } catch (error) {
    throw new QuarryError('INPUT_INVALID', 'The file address is not usable.', { hint: HINT, cause: error });
  }
  const found = await fromPath(folder, { ...context, folder: '/' });
  if (found === undefined) throw notFound(folder);
  return { ...found, ...splitFragment(fragment) };
}

/** `https://github.com/owner/repo`, with `/tree/ref/path`, `/blob/ref/path` or another page of it. */
function fromGithubPage(url: URL, fragment: string, context: TargetContext): RepositoryTarget {
  const [owner = '', name = '', page = '', ref = '', ...rest] = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const [repository = '', at = ''] = name.split('@');
  const short = SHORT.exec(`${owner}/${repository}`);
  if (short === null) throw invalid(`"${url.pathname.slice(0, 100)}" names no repository.`);
  const parts = { owner: short[1] ?? '', repository: short[2] ?? '' };
  if (page === 'tree' || page === 'blob' || page === 'raw')
    return onGithub(context, { ...parts, ref, path: rest.join('/') });
  const part = page === 'issues' || page === 'pulls' || page === 'wiki' ? page : undefined;
  return onGithub(context, { ...parts, ...splitFragment(/^L\d+/.test(fragment) ? '' : fragment || at), part });
}

/** `ref`, `ref:path` or `:path`. */
function splitFragment(fragment: string): { ref: string; path: string } {
  const [ref = '', inside = ''] = cut(fragment, ':');
  return { ref, path: cleanPath(inside) };
}

function cleanPath(inside: string): string {
  const parts = inside.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalid('The path inside the repository leads out of it.');
  return parts.join('/');
}

function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A percent sign that encodes nothing is part of the name.
    return part;
  }
}

const HINT =
  'Give owner/repo, owner/repo@branch:folder, a GitHub address, or any git address (https://host/x.git, git@host:x.git, /path/to/repo).';

function invalid(message: string, hint = HINT): QuarryError {
  return new QuarryError('INPUT_INVALID', message, { hint });
}
