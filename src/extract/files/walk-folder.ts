import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { QuarryError, systemCode, throwIfCancelled } from '../../core/errors.js';
import type { SkipReason, SyncItem } from '../../core/ports.js';
import { isIgnoredByDefault } from '../selection/default-ignores.js';
import { IGNORE_FILE_NAMES, type IgnoreRules } from '../selection/ignore-rules.js';
import type { PathFilter } from '../selection/path-filter.js';
import { fileUri, joinPath, type PathBytes, textOf } from './file-path.js';
import { readSmallFile, unreadable } from './read-file.js';
import { readLicence } from './read-licence.js';

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
  readonly ignore: { readonly rules: IgnoreRules; readonly prefix: string } | undefined;
  /** SPDX expression at the root. */
  readonly licence: string;
  readonly signal: AbortSignal;
}

interface Entry {
  readonly path: PathBytes;
  readonly relative: string;
  readonly rules: IgnoreRules | undefined;
  readonly licence: string;
}

/**
 * Walks a folder in a fixed order (names by bytes). Links are never followed, special files never opened, and a folder
 * that cannot be listed is reported with the prefix of everything under it.
 */
export async function* walkFolder(request: WalkRequest): AsyncGenerator<WalkItem> {
  // A stack of its own, because folders can be nested deeper than generators should be.
  const pending: (Entry | WalkItem)[] = [
    { path: request.root, relative: '', rules: request.ignore?.rules, licence: request.licence },
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
): Promise<IgnoreRules | undefined> {
  let rules = folder.rules;
  if (rules === undefined || request.ignore === undefined) return undefined;
  const present = new Set(names.map((entry) => textOf(entry.name)));
  for (const name of IGNORE_FILE_NAMES) {
    if (!present.has(name)) continue;
    const text = await readSmallFile(joinPath(folder.path, Buffer.from(name)));
    if (text !== undefined) rules = rules.with(fromIgnoreRoot(folder.relative, request.ignore.prefix), text);
  }
  return rules;
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
  const reason = rejection({ name, relative, isFolder, rules: folder.rules }, request);
  if (reason !== undefined) return skip(path, reason, isFolder);
  const { rules, licence } = folder;
  if (isFolder) return { path, relative, rules, licence };
  return { type: 'file', file: { path, relative, uri: fileUri(path), licence } };
}

interface Judged {
  readonly name: string;
  readonly relative: string;
  readonly isFolder: boolean;
  readonly rules: IgnoreRules | undefined;
}

/** Why a file or folder is passed over; undefined when it is wanted. Shared by the walk and the watch. */
export function rejection(
  item: Judged,
  request: Pick<WalkRequest, 'filter' | 'includeHidden' | 'ignore'>,
): SkipReason | undefined {
  const { name, relative, isFolder } = item;
  const verdict = item.rules?.verdict(fromIgnoreRoot(relative, request.ignore?.prefix ?? ''), isFolder);
  if (verdict === 'ignored') return 'ignored';
  if (name === '.git' || (verdict !== 'kept' && isIgnoredByDefault(name, isFolder))) return 'ignored';
  if (name.startsWith('.') && !request.includeHidden && verdict !== 'kept') return 'hidden';
  if (isFolder) return request.filter.rejectsFolder(relative) ? 'ignored' : undefined;
  return request.filter.reject(relative);
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

function skip(path: PathBytes, reason: SkipReason, isFolder = false): WalkItem {
  return { type: 'skipped', uri: isFolder ? folderUri(path) : fileUri(path), reason };
}

/** URL of a folder, with the slash that all uris under it go on from. */
export function folderUri(path: PathBytes): string {
  const uri = fileUri(path);
  return uri.endsWith('/') ? uri : `${uri}/`;
}
