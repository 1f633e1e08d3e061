import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { QuarryError, systemCode, throwIfCancelled } from '../../core/errors.js';
import type { SkipReason, SyncItem } from '../../core/ports.js';
import { defaultRule, yieldsToGit } from '../selection/default-ignores.js';
import { IGNORE_FILE_NAMES, type IgnoreRules, OWN_IGNORE_FILE } from '../selection/ignore-rules.js';
import type { PathFilter } from '../selection/path-filter.js';
import { fileUri, joinPath, type PathBytes, textOf } from './file-path.js';
import type { ProjectContext } from './project-context.js';
import { readSmallFile, unreadable } from './read-file.js';
import { readLicence } from './read-licence.js';
import type { TrackedPaths } from './tracked-paths.js';

/** A file that is wanted. */
export interface FoundFile {
  readonly path: PathBytes;
  /** Path from the root of the source, `/` between names. */
  readonly relative: string;
  readonly uri: string;
  /** SPDX expression of the nearest folder that has one; empty when unknown. */
  readonly licence: string;
}

/** What a walk meets: wanted files, and what was passed over or could not be read. */
export type WalkItem =
  | { readonly type: 'file'; readonly file: FoundFile }
  | Extract<SyncItem, { type: 'skipped' | 'unreadable' }>;

/** What a walk needs to know. */
export interface WalkRequest {
  /** Absolute real path of the folder. */
  readonly root: PathBytes;
  readonly filter: PathFilter;
  readonly includeHidden: boolean;
  /** Undefined when ignore files are not to be honoured. */
  readonly ignore: Pick<ProjectContext, 'rules' | 'ownRules' | 'prefix'> | undefined;
  /** What git tracks below the root; it is read whatever its folders are called. */
  readonly tracked: TrackedPaths | undefined;
  /** SPDX expression at the root. */
  readonly licence: string;
  readonly signal: AbortSignal;
}

/** The rules that hold in a folder. */
export interface FolderRules {
  readonly all: IgnoreRules;
  readonly own: IgnoreRules;
}

interface Entry {
  readonly path: PathBytes;
  readonly relative: string;
  readonly rules: FolderRules | undefined;
  /** The default rule about a folder above, where git tracks something: all else in it is left out. */
  readonly within: string | undefined;
  readonly licence: string;
}

/**
 * Walks a folder in a fixed order (names by bytes). Links are never followed, special files never opened, and a folder
 * that cannot be listed is reported with the prefix of everything under it.
 */
export async function* walkFolder(request: WalkRequest): AsyncGenerator<WalkItem> {
  // A stack of its own, because folders can be nested deeper than generators should be.
  const rules = request.ignore && { all: request.ignore.rules, own: request.ignore.ownRules };
  const pending: (Entry | WalkItem)[] = [
    { path: request.root, relative: '', rules, within: undefined, licence: request.licence },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    throwIfCancelled(request.signal);
    if ('type' in next) yield next;
    else for (const found of (await listFolder(next, request)).reverse()) pending.push(found);
  }
}

async function listFolder(folder: Entry, request: WalkRequest): Promise<(Entry | WalkItem)[]> {
  let names: Dirent<Buffer>[];
  try {
    if (await isLink(folder)) return [swapped(folder)];
    // Node's types know only the string form of this call; with encoding `buffer` the names are buffers.
    names = (await readdir(folder.path, {
      withFileTypes: true,
      encoding: 'buffer',
    } as never)) as unknown as Dirent<Buffer>[];
  } catch (error) {
    const code = systemCode(error);
    if (folder.relative !== '' && (code === 'ENOENT' || code === 'ENOTDIR')) return [];
    const prefix = folder.relative === '' ? '' : folderUri(folder.path);
    return [{ type: 'unreadable', prefix, error: unreadable(textOf(folder.path), error) }];
  }
  names.sort((a, b) => Buffer.compare(a.name, b.name));
  const rules = await rulesOf(folder, names, request);
  const texts = names.map((entry) => textOf(entry.name));
  const licence = folder.relative === '' ? folder.licence : await readLicence(folder.path, texts, folder.licence);
  const found: (Entry | WalkItem)[] = [];
  for (const entry of names) found.push(await judge({ ...folder, rules, licence }, entry, request));
  return found;
}

/** A folder that has become a link is passed over; where it is the root, nothing at all can be read. */
function swapped(folder: Entry): WalkItem {
  if (folder.relative !== '') return skip(folder.path, 'symlink', true);
  const error = new QuarryError('PATH_UNREADABLE', `"${textOf(folder.path)}" has become a link that leads elsewhere.`, {
    hint: 'Ingest the place that the link leads to. Nothing was removed from the index.',
  });
  return { type: 'unreadable', prefix: '', error };
}

/** Whether a folder has been replaced by a link since its parent was listed, or since it was named. */
async function isLink(folder: Entry): Promise<boolean> {
  const real = await realpath(folder.path, { encoding: 'buffer' });
  return !real.equals(folder.path);
}

async function rulesOf(
  folder: Entry,
  names: readonly Dirent<Buffer>[],
  request: WalkRequest,
): Promise<FolderRules | undefined> {
  let { rules } = folder;
  if (rules === undefined || request.ignore === undefined) return undefined;
  const present = new Set(names.map((entry) => textOf(entry.name)));
  for (const name of IGNORE_FILE_NAMES) {
    if (!present.has(name)) continue;
    const text = await readSmallFile(joinPath(folder.path, Buffer.from(name)));
    if (text !== undefined)
      rules = withFile(rules, { name, text, folder: fromIgnoreRoot(folder.relative, request.ignore.prefix) });
  }
  return rules;
}

/** The rules with those of one more ignore file. */
export function withFile(
  { all, own }: FolderRules,
  file: { readonly name: string; readonly text: string; readonly folder: string },
): FolderRules {
  const isOwn = file.name === OWN_IGNORE_FILE;
  return { all: all.with(file.folder, file.text), own: isOwn ? own.with(file.folder, file.text) : own };
}

function fromIgnoreRoot(relative: string, prefix: string): string {
  return [prefix, relative].filter((part) => part !== '').join('/');
}

async function judge(folder: Entry, entry: Dirent<Buffer>, request: WalkRequest): Promise<Entry | WalkItem> {
  const path = joinPath(folder.path, entry.name);
  const name = textOf(entry.name);
  const relative = folder.relative === '' ? name : `${folder.relative}/${name}`;
  const kind = await kindOf(entry, path);
  if (kind === 'symlink') return skip(path, 'symlink');
  if (kind === 'other') return skip(path, 'unsupported');
  const isFolder = kind === 'folder';
  const { rules, licence, within } = folder;
  const verdict = rejection({ name, relative, isFolder, rules, within }, request);
  if (verdict.reason !== undefined) return { ...skip(path, verdict.reason, isFolder), rule: verdict.rule };
  if (isFolder) return { path, relative, rules, licence, within: verdict.within };
  return { type: 'file', file: { path, relative, uri: fileUri(path), licence } };
}

interface Judged {
  readonly name: string;
  readonly relative: string;
  readonly isFolder: boolean;
  readonly rules: FolderRules | undefined;
  readonly within: string | undefined;
}

/** Why something is passed over, and by which default rule if by one; without a reason it is wanted. */
interface Rejection {
  readonly reason?: SkipReason;
  readonly rule?: string | undefined;
  /** For what is wanted: the default rule about a folder above it, or about itself, that git's tracking overrules. */
  readonly within?: string | undefined;
}

/** Judges a file or folder. Shared by the walk and the watch. */
export function rejection(
  item: Judged,
  request: Pick<WalkRequest, 'filter' | 'includeHidden' | 'ignore' | 'tracked'>,
): Rejection {
  const { name, relative, isFolder, rules } = item;
  const isTracked = request.tracked?.has(relative, isFolder) === true;
  // Git's own ignore files say nothing of what git tracks.
  const verdict = (isTracked ? rules?.own : rules?.all)?.verdict(
    fromIgnoreRoot(relative, request.ignore?.prefix ?? ''),
    isFolder,
  );
  if (verdict === 'ignored' || name === '.git') return { reason: 'ignored' };
  const isKept = verdict === 'kept';
  const rule = defaultRule(name, isFolder);
  const mayYield = isFolder && yieldsToGit(name);
  const within = isKept ? undefined : (item.within ?? (mayYield ? rule : undefined));
  if (within !== undefined && !isTracked) return { reason: 'ignored', rule: within };
  if (rule !== undefined && !mayYield && !isKept) return { reason: 'ignored', rule };
  if (name.startsWith('.') && !request.includeHidden && !isKept) return { reason: 'hidden' };
  if (isFolder) return request.filter.rejectsFolder(relative) ? { reason: 'ignored' } : { within };
  const reason = request.filter.reject(relative);
  return reason === undefined ? {} : { reason };
}

type EntryKind = 'file' | 'folder' | 'symlink' | 'other';

async function kindOf(entry: Dirent<Buffer>, path: PathBytes): Promise<EntryKind> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice()) return 'other';
  try {
    // Some file systems do not say in a listing what an entry is.
    const stats = await lstat(path);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'symlink' : 'other';
  } catch {
    // It is gone already, or says nothing: there is nothing to read.
    return 'other';
  }
}

function skip(path: PathBytes, reason: SkipReason, isFolder = false): Extract<SyncItem, { type: 'skipped' }> {
  return { type: 'skipped', uri: isFolder ? folderUri(path) : fileUri(path), reason };
}

/** URL of a folder, with the slash that all uris under it go on from. */
export function folderUri(path: PathBytes): string {
  const uri = fileUri(path);
  return uri.endsWith('/') ? uri : `${uri}/`;
}
