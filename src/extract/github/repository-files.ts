import { posix } from 'node:path';
import { QuarryError, throwIfCancelled, toQuarryError } from '../../core/errors.js';
import type { SkipReason, SyncContext, SyncItem } from '../../core/ports.js';
import type { ExtractedDocument, JsonObject } from '../../core/types.js';
import { hasBinaryName } from '../formats/media-types.js';
import { parseDocument } from '../formats/parse-document.js';
import type { ParsedDocument } from '../formats/parsed-document.js';
import { defaultRule, isMinified, MINIFIED_RULE, yieldsToGit } from '../selection/default-ignores.js';
import { type LicenceFile, licenceOfFolder, mayNameLicence } from '../selection/detect-licence.js';
import { IgnoreRules } from '../selection/ignore-rules.js';
import { createPathFilter, type PathFilter } from '../selection/path-filter.js';
import { BlobReader } from './blob-reader.js';
import { type FetchedCommit, fetchCommit } from './git-repository.js';
import type { GithubOptions } from './github-options.js';
import { addEncodingRules, addLinguistRules } from './linguist-attributes.js';
import { readTree, type TreeEntry } from './read-tree.js';
import type { GitSettings } from './run-git.js';

/** One git remote whose files are read. */
export interface RepositoryFiles {
  readonly url: string;
  readonly ref: string;
  readonly path: string;
  readonly options: GithubOptions;
  readonly cacheFolder: string;
  readonly settings: GitSettings;
  readonly context: SyncContext;
  /** Uri of a file at a ref, stable between syncs. */
  uriOf(ref: string, path: string): string;
  /** Asked when no licence file says anything; empty when nobody knows. */
  findLicence(): Promise<string>;
  /** Put into the metadata of every document. */
  readonly metadata: JsonObject;
}

/** Part of every revision: what the rest of it is made of. Rules of reading have a version of their own. */
const REVISION_PREFIX = 'g2-';
const CONTAINER = /\.(?:pdf|docx|xlsx|pptx|od[tsp]|epub|ipynb)$/i;
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** What the files of a repository were read from. */
export interface FilesRead {
  /** Commit id; empty for a repository without commits. */
  readonly commit: string;
  /** SPDX expression; empty when nobody knows. */
  readonly licence: string;
}

/** Streams the files of a repository's commit and tells of which. */
export async function* syncRepositoryFiles(request: RepositoryFiles): AsyncGenerator<SyncItem, FilesRead> {
  const { context, settings } = request;
  context.report({ stage: 'fetch', done: 0, total: 0, message: request.url });
  const fetched = await fetchCommit({ ...request, history: 0, signal: context.signal });
  if (fetched === undefined) return { commit: '', licence: '' };
  const entries = await readTree(settings, fetched.folder, fetched.commit, context.signal);
  const inside = entries.filter((entry) => isInside(entry.path, fetched.path));
  if (inside.length === 0 && fetched.path !== '') throw noSuchPath(fetched);
  const blobs = new BlobReader(settings, fetched.folder);
  try {
    const rules = await readRules(entries, blobs, request.options);
    const licences = await readLicences(entries, blobs, () => request.findLicence());
    yield* readAll(inside, { request, fetched, blobs, rules, licences });
    return { commit: fetched.commit, licence: licenceOf('', licences) };
  } finally {
    blobs.close();
  }
}

function isInside(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function noSuchPath(fetched: FetchedCommit): QuarryError {
  return new QuarryError(
    'PATH_NOT_FOUND',
    `"${fetched.path}" does not exist at ${fetched.ref}. Nothing was removed from the index.`,
    {
      hint: 'Check the path and the branch: owner/repo@branch:folder.',
    },
  );
}

interface Reading {
  readonly request: RepositoryFiles;
  readonly fetched: FetchedCommit;
  readonly blobs: BlobReader;
  readonly rules: SelectionRules;
  readonly licences: FolderLicences;
}

interface SelectionRules {
  readonly ignore: IgnoreRules;
  readonly generated: IgnoreRules;
  /** Files that git keeps in UTF-8 although they are written in another encoding. */
  readonly reencoded: IgnoreRules;
}

/** .quarryignore and .gitattributes files, from the root downwards. What is tracked is never gitignored. */
async function readRules(
  entries: readonly TreeEntry[],
  blobs: BlobReader,
  options: GithubOptions,
): Promise<SelectionRules> {
  let ignore = IgnoreRules.none;
  let generated = IgnoreRules.none;
  let reencoded = IgnoreRules.none;
  const files = entries.filter((entry) => entry.kind === 'file' && entry.size < 1_000_000);
  for (const entry of files
    .filter((file) => /(?:^|\/)\.(?:quarryignore|gitattributes)$/.test(file.path))
    .sort(byDepth)) {
    const directory = parentOf(entry.path);
    const isIgnore = entry.path.endsWith('.quarryignore');
    const text = Buffer.from(await blobs.read(entry.id)).toString('utf8');
    if (isIgnore) ignore = ignore.with(directory, text);
    else {
      reencoded = addEncodingRules(reencoded, directory, text);
      if (options.skipGenerated) generated = addLinguistRules(generated, directory, text);
    }
  }
  return { ignore, generated, reencoded };
}

/** SPDX expression of each folder that has licence files or manifests; the root (the empty path) is always there. */
type FolderLicences = ReadonlyMap<string, string>;

/** Licence files and manifests that are read, at most; those nearest to the root come first. */
const MOST_LICENCE_FILES = 2_000;

/** Folders before what lies in them. */
function byDepth(a: TreeEntry, b: TreeEntry): number {
  return a.path.split('/').length - b.path.split('/').length;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The licence of the nearest folder above a path that has one. */
function licenceOf(path: string, licences: FolderLicences): string {
  const folder = parentOf(path);
  return licences.get(folder) ?? (folder === '' ? '' : licenceOf(folder, licences));
}

async function readLicences(
  entries: readonly TreeEntry[],
  blobs: BlobReader,
  findLicence: () => Promise<string>,
): Promise<FolderLicences> {
  const named = entries
    .filter(({ kind, path, size }) => kind === 'file' && size <= 1_000_000 && mayNameLicence(posix.basename(path)))
    .sort(byDepth)
    .slice(0, MOST_LICENCE_FILES);
  const byFolder = new Map<string, TreeEntry[]>([['', []]]);
  for (const entry of named) byFolder.set(parentOf(entry.path), [...(byFolder.get(parentOf(entry.path)) ?? []), entry]);
  const licences = new Map<string, string>();
  for (const [folder, found] of byFolder) {
    const files: LicenceFile[] = [];
    for (const { path, id } of found)
      files.push({ name: posix.basename(path), text: Buffer.from(await blobs.read(id)).toString('utf8') });
    const licence = licenceOfFolder(files, folder === '' ? '' : licenceOf(folder, licences));
    licences.set(folder, folder === '' ? licence || (await findLicence()) : licence);
  }
  return licences;
}

async function* readAll(entries: readonly TreeEntry[], reading: Reading): AsyncGenerator<SyncItem> {
  const { request, fetched } = reading;
  const filter = createPathFilter(request.options);
  const wanted: TreeEntry[] = [];
  for (const entry of entries) {
    const found = rejection(entry, { ...reading, filter });
    if (found === undefined) wanted.push(entry);
    else yield { type: 'skipped', uri: request.uriOf(fetched.ref, entry.path), ...found };
  }
  yield { type: 'expected', total: wanted.length };
  for (const [done, entry] of wanted.entries()) {
    throwIfCancelled(request.context.signal);
    request.context.report({ stage: 'extract', done, total: wanted.length, message: entry.path });
    yield await readItem(entry, reading);
  }
}

interface Rejection {
  readonly reason: SkipReason;
  /** The default rule that did it, if one did. */
  readonly rule?: string;
}

/** What git tracks is wanted whatever its folders are called; single files that machines write are not. */
function rejection(entry: TreeEntry, selection: Reading & { filter: PathFilter }): Rejection | undefined {
  const { options } = selection.request;
  if (entry.kind === 'symlink') return { reason: 'symlink' };
  if (entry.kind === 'submodule') return { reason: 'unsupported' };
  const names = entry.path.split('/');
  for (let count = 1; count <= names.length; count++) {
    const isFolder = count < names.length;
    const name = names[count - 1] ?? '';
    const path = names.slice(0, count).join('/');
    const verdict = selection.rules.ignore.verdict(path, isFolder);
    if (verdict === 'ignored') return { reason: 'ignored' };
    if (selection.rules.generated.verdict(path, isFolder) === 'ignored')
      return { reason: 'ignored', rule: 'generated or vendored by .gitattributes' };
    // The folder that was named as the source is wanted, whatever it is called.
    if (isInside(selection.fetched.path, path) || verdict === 'kept') continue;
    const rule = isFolder && yieldsToGit(name) ? undefined : defaultRule(name, isFolder);
    if (rule !== undefined) return { reason: 'ignored', rule };
    if (name.startsWith('.') && !options.includeHidden) return { reason: 'hidden' };
  }
  const reason = selection.filter.reject(entry.path) ?? unread(entry, options);
  return reason === undefined ? undefined : { reason };
}

/** Why a file that is wanted cannot be read. */
function unread(entry: TreeEntry, options: GithubOptions): SkipReason | undefined {
  if (hasBinaryName(entry.path)) return 'binary';
  if (entry.size === 0) return 'empty';
  const limit = CONTAINER.test(entry.path) ? options.maxContainerBytes : options.maxFileBytes;
  return entry.size > limit ? 'too-large' : undefined;
}

async function readItem(entry: TreeEntry, reading: Reading): Promise<SyncItem> {
  const { request, fetched } = reading;
  const uri = request.uriOf(fetched.ref, entry.path);
  const licence = licenceOf(entry.path, reading.licences);
  const revision = `${REVISION_PREFIX}${entry.id}${licence === '' ? '' : `-${licence}`}`;
  if (!request.context.full && request.context.known(uri)?.revision === revision) return { type: 'unchanged', uri };
  const bytes = await reading.blobs.read(entry.id);
  if (isLfsPointer(bytes)) return { type: 'skipped', uri, reason: 'unsupported' };
  try {
    const isUtf8 = reading.rules.reencoded.verdict(entry.path, false) === 'ignored';
    const parsed = await parseDocument(bytes, {
      uri,
      fileName: entry.path,
      signal: request.context.signal,
      ...(isUtf8 ? { charset: 'utf-8' } : {}),
    });
    if (parsed.text === '') return { type: 'skipped', uri, reason: 'empty' };
    if (isMinified(parsed.language, parsed.text))
      return { type: 'skipped', uri, reason: 'ignored', rule: MINIFIED_RULE };
    const document = documentOf({ uri, revision, licence, entry }, parsed, reading);
    return { type: 'document', document, titles: parsed.titles };
  } catch (error) {
    const failure = toQuarryError(error, 'DOCUMENT_BROKEN');
    if (failure.code === 'CANCELLED') throw failure;
    if (failure.code === 'FORMAT_UNSUPPORTED') return { type: 'skipped', uri, reason: 'binary' };
    return { type: 'failed', uri, error: failure };
  }
}

function isLfsPointer(bytes: Uint8Array): boolean {
  return bytes.length < 1024 && Buffer.from(bytes).toString('latin1').startsWith(LFS_POINTER);
}

function documentOf(
  found: { uri: string; revision: string; licence: string; entry: TreeEntry },
  parsed: ParsedDocument,
  reading: Reading,
): ExtractedDocument {
  const { fetched, request } = reading;
  const metadata: JsonObject = {
    ...parsed.metadata,
    ...request.metadata,
    path: found.entry.path,
    ref: fetched.ref,
    commit: fetched.commit,
    bytes: found.entry.size,
  };
  return {
    uri: found.uri,
    title: parsed.title,
    text: parsed.text,
    format: parsed.format,
    mediaType: parsed.mediaType,
    language: parsed.language,
    licence: parsed.licence || found.licence,
    revision: found.revision,
    modifiedAt: parsed.modifiedAt,
    category: parsed.category,
    tags: parsed.tags,
    status: 'active',
    confidence: 1,
    metadata,
  };
}
