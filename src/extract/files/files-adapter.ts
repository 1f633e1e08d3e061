import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { QuarryError, systemCode, throwIfCancelled, toQuarryError } from '../../core/errors.js';
import type { ResolveContext, SourceAdapter, SourceSpec, SyncContext, SyncItem } from '../../core/ports.js';
import type { ExtractedDocument, JsonObject } from '../../core/types.js';
import { hasBinaryName } from '../formats/media-types.js';
import { parseDocument } from '../formats/parse-document.js';
import type { ParsedDocument } from '../formats/parsed-document.js';
import { isMinified, MINIFIED_RULE } from '../selection/default-ignores.js';
import { createPathFilter } from '../selection/path-filter.js';
import { fileUri, textOf } from './file-path.js';
import { type FilesOptions, parseFilesOptions, parseGivenOptions } from './files-options.js';
import { readProjectContext } from './project-context.js';
import { type FileContent, openFile, unreadable } from './read-file.js';
import { resolveTarget } from './resolve-target.js';
import { type FoundFile, walkFolder } from './walk-folder.js';
import { watchFolder } from './watch-folder.js';

/** What the files adapter depends on. */
export interface FilesAdapterOptions {
  /** Folder that relative targets start at; the process's own when absent. */
  readonly folder?: string | undefined;
  /** Default of the option `maxFileBytes`; 5,000,000 when absent. */
  readonly maxFileBytes?: number | undefined;
}

/** Everything on this machine may be named. */
const ANYTHING: ResolveContext = { mayRead: async () => true, allowPrivateNetwork: true };

/** Part of every revision: what the rest of it is made of. Rules of reading have a version of their own. */
const REVISION_PREFIX = 'f2-';
/** Files that are read while one is taken: so many at a time cost a third of what they cost one by one. */
const READ_AHEAD = 16;
/** Larger ones wait for their turn, so that those read ahead take little memory. */
const LARGEST_AHEAD = 500_000;
const CONTAINER = /\.(?:pdf|docx|xlsx|pptx|od[tsp]|epub|ipynb)$/i;

/** Reads documents from a file, a folder or a glob. Targets: a path, a `file://` URL, or `docs/*.md`. */
export function createFilesAdapter(adapter: FilesAdapterOptions = {}): SourceAdapter {
  return {
    kind: 'files',
    async resolve(target, given, { mayRead } = ANYTHING) {
      const { root, glob } = await resolveTarget(target, { folder: adapter.folder ?? process.cwd(), mayRead });
      const defaults = adapter.maxFileBytes === undefined ? {} : { maxFileBytes: adapter.maxFileBytes };
      const options = { ...parseGivenOptions({ ...defaults, ...given }), root, glob };
      createPathFilter(options);
      return specOf(options);
    },
    namedPaths: (spec) => [parseFilesOptions(spec.options).root],
    openedPaths: async (spec) => [parseFilesOptions(spec.options).root],
    sync: (spec, context) => syncFiles(parseFilesOptions(spec.options), context),
    watch: (spec, listener, signal) => watchFolder(parseFilesOptions(spec.options), listener, signal),
  };
}

function specOf(options: FilesOptions): SourceSpec {
  const { root, glob } = options;
  const uri = glob === '' ? root : `${root.endsWith('/') ? root : `${root}/`}${glob}`;
  return {
    kind: 'files',
    uri,
    label: glob === '' ? path.basename(root) || root : glob,
    options,
  };
}

async function* syncFiles(options: FilesOptions, context: SyncContext): AsyncGenerator<SyncItem> {
  const before = await statRoot(options.root);
  if (!before.isDirectory) {
    refuseLostFolder(options.root, context);
    yield* syncOneFile(options, context);
  } else {
    yield* syncFolder(options, before.device, context);
  }
}

interface RootStats {
  readonly isDirectory: boolean;
  readonly device: string;
}

async function statRoot(root: string): Promise<RootStats> {
  try {
    const stats = await lstat(root, { bigint: true });
    if (stats.isSymbolicLink() || (await realpath(root)) !== root) throw ledElsewhere(root);
    return { isDirectory: stats.isDirectory(), device: String(stats.dev) };
  } catch (error) {
    if (error instanceof QuarryError) throw error;
    const code = systemCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(root, error);
    throw new QuarryError('PATH_NOT_FOUND', `"${root}" is no longer there. Nothing was removed from the index.`, {
      hint: 'Bring the folder back (mount the disk, check out the branch) and sync again, or remove the source.',
      cause: error,
    });
  }
}

/** The root was a real path when it was named; a link that stands there now may lead anywhere. */
function ledElsewhere(root: string): QuarryError {
  return new QuarryError('PATH_UNREADABLE', `"${root}" is no longer itself: a link on its path leads elsewhere.`, {
    hint: 'Ingest the place that the link leads to, and remove this source. Nothing was removed from the index.',
  });
}

async function* syncOneFile(options: FilesOptions, context: SyncContext): AsyncGenerator<SyncItem> {
  const bytes = Buffer.from(options.root);
  const { licence } = await readProjectContext(path.dirname(options.root));
  const file: FoundFile = { path: bytes, relative: path.basename(options.root), uri: fileUri(bytes), licence };
  yield { type: 'expected', total: 1 };
  const item = await readItem(file, { options, context });
  if (item === undefined) await statRoot(options.root);
  else if (item.type === 'skipped') yield refused(item, options.root);
  else yield item;
  yield { type: 'complete', state: null };
}

/** A file that was named itself is not passed over in silence. */
function refused(item: Extract<SyncItem, { type: 'skipped' }>, root: string): SyncItem {
  if (item.reason === 'empty') return item;
  const code = item.reason === 'too-large' ? 'DOCUMENT_TOO_LARGE' : 'FORMAT_UNSUPPORTED';
  const error = new QuarryError(code, `"${root}" was not indexed: ${item.reason}.`, {
    hint:
      item.reason === 'too-large'
        ? 'Raise maxFileBytes, or split the file.'
        : 'Only text, PDF, Word, Excel, PowerPoint, OpenDocument, EPUB and notebooks can be read.',
  });
  return { type: 'failed', uri: item.uri, error };
}

async function* syncFolder(options: FilesOptions, device: string, context: SyncContext): AsyncGenerator<SyncItem> {
  const root = Buffer.from(options.root);
  const project = await readProjectContext(options.root);
  const files: FoundFile[] = [];
  let seen = 0;
  const walk = walkFolder({
    root,
    filter: createPathFilter(options),
    includeHidden: options.includeHidden,
    ignore: options.useIgnoreFiles ? project : undefined,
    tracked: project.tracked,
    licence: project.licence,
    signal: context.signal,
  });
  for await (const item of walk) {
    seen++;
    if (item.type === 'file') files.push(item.file);
    else if (item.type === 'unreadable' && item.prefix === '') throw item.error;
    else yield item;
  }
  refuseLostDisk(seen, device, options.root, context);
  yield { type: 'expected', total: files.length };
  const begin = (file: FoundFile) => beginReading(file, { options, context });
  const ahead = files.slice(0, READ_AHEAD).map(begin);
  for (const [done, file] of files.entries()) {
    throwIfCancelled(context.signal);
    context.report({ stage: 'extract', done, total: files.length, message: file.relative });
    const item = await ahead.shift()?.();
    const next = files[done + READ_AHEAD];
    if (next !== undefined) ahead.push(begin(next));
    if (item !== undefined) yield item;
  }
  await statRoot(options.root);
  yield { type: 'complete', state: { device } };
}

/** A file where a folder was is no folder whose files have all gone. */
function refuseLostFolder(root: string, { state }: SyncContext): void {
  if (typeof state !== 'object' || state === null) return; // A file was there before, or nothing is known of it.
  throw new QuarryError('PATH_NOT_FOUND', `"${root}" is a file now and was a folder. Nothing was removed.`, {
    hint: 'Bring the folder back and sync again, or remove the source and ingest the file.',
  });
}

/** An empty folder on another device than last time is the mount point of a disk that is not there. */
function refuseLostDisk(seen: number, device: string, root: string, context: SyncContext): void {
  const { state } = context;
  const before = typeof state === 'object' && state !== null && !Array.isArray(state) ? state['device'] : undefined;
  if (seen > 0 || typeof before !== 'string' || before === device) return;
  throw new QuarryError(
    'PATH_NOT_FOUND',
    `"${root}" is empty and on another disk than at the last sync. Nothing was removed.`,
    {
      hint: 'Mount the disk and sync again. If the folder is meant to be empty, remove the source.',
    },
  );
}

interface Reading {
  readonly options: FilesOptions;
  readonly context: SyncContext;
}

/** One file's item; undefined when the file has vanished since it was listed. */
async function readItem(file: FoundFile, reading: Reading): Promise<SyncItem | undefined> {
  return beginReading(file, reading)();
}

/** Begins to read a file; the result takes what was read, and parses it. */
function beginReading(file: FoundFile, reading: Reading): () => Promise<SyncItem | undefined> {
  const ahead = readContent(file, reading, LARGEST_AHEAD);
  return async () => {
    const early = await ahead;
    const read = early === 'later' ? await readContent(file, reading, Number.POSITIVE_INFINITY) : early;
    if (typeof read !== 'object') return undefined; // in its turn nothing is left for later
    if ('type' in read) return read;
    return parseItem(file, read, reading).catch((error: unknown) => failureOf(file, error));
  };
}

/** A file's content, or the item that stands for it when there is none to be parsed; `later` where it is larger than `most`. Never fails. */
async function readContent(
  file: FoundFile,
  reading: Reading,
  most: number,
): Promise<FileContent | SyncItem | 'later' | undefined> {
  const { options, context } = reading;
  if (hasBinaryName(file.relative)) return { type: 'skipped', uri: file.uri, reason: 'binary' };
  try {
    const open = await openFile(file.path);
    if (open === 'gone') return undefined;
    if (open === 'special') return { type: 'skipped', uri: file.uri, reason: 'unsupported' };
    try {
      const revision = revisionOf(open.version.stamp, file.licence);
      if (!context.full && revision !== '' && context.known(file.uri)?.revision === revision) {
        return { type: 'unchanged', uri: file.uri };
      }
      if (open.version.size > most) return 'later';
      const content = await open.read(CONTAINER.test(file.relative) ? options.maxContainerBytes : options.maxFileBytes);
      return content ?? { type: 'skipped', uri: file.uri, reason: 'too-large' };
    } finally {
      await open.close();
    }
  } catch (error) {
    return failureOf(file, error);
  }
}

function failureOf(file: FoundFile, error: unknown): SyncItem {
  return failure(file.uri, toQuarryError(unwrapSystem(error, file), 'DOCUMENT_BROKEN'));
}

function unwrapSystem(error: unknown, file: FoundFile): unknown {
  return systemCode(error) !== undefined && !(error instanceof QuarryError)
    ? unreadable(textOf(file.path), error)
    : error;
}

function failure(uri: string, error: QuarryError): SyncItem {
  if (error.code === 'CANCELLED') throw error;
  if (error.code === 'FORMAT_UNSUPPORTED') return { type: 'skipped', uri, reason: 'binary' };
  return { type: 'failed', uri, error };
}

function revisionOf(stamp: string, licence: string): string {
  return stamp === '' ? '' : `${REVISION_PREFIX}${stamp}${licence === '' ? '' : `-${licence}`}`;
}

async function parseItem(file: FoundFile, content: FileContent, reading: Reading): Promise<SyncItem> {
  const parsed = await parseDocument(content.bytes, {
    uri: file.uri,
    fileName: file.relative,
    signal: reading.context.signal,
  });
  if (parsed.text === '') return { type: 'skipped', uri: file.uri, reason: 'empty' };
  if (isMinified(parsed.language, parsed.text))
    return { type: 'skipped', uri: file.uri, reason: 'ignored', rule: MINIFIED_RULE };
  return { type: 'document', document: documentOf(file, parsed, content), titles: parsed.titles };
}

function documentOf(file: FoundFile, parsed: ParsedDocument, content: FileContent): ExtractedDocument {
  const { version } = content;
  const metadata: JsonObject = { ...parsed.metadata, path: file.relative, bytes: content.bytes.length };
  return {
    uri: file.uri,
    title: parsed.title,
    text: parsed.text,
    format: parsed.format,
    mediaType: parsed.mediaType,
    language: parsed.language,
    licence: parsed.licence || file.licence,
    revision: revisionOf(version.stamp, file.licence),
    modifiedAt: parsed.modifiedAt || version.modifiedAt,
    category: parsed.category,
    tags: parsed.tags,
    status: 'active',
    confidence: 1,
    metadata,
  };
}
