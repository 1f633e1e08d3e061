import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Example } from '../core/curation/example.js';
import type {
  DatasetCommit,
  DatasetDamage,
  DatasetSegment,
  DatasetStore,
  DatasetVersion,
  StoredEntry,
} from '../core/curation/ports.js';
import { messageOf, QuarryError, systemCode } from '../core/errors.js';
import { clearUnfinished, createDurably, syncFolder } from '../files/durable-file.js';
import { makeFolder } from '../files/make-folder.js';
import { lineOf, readSegment, writeSegment } from './segment-file.js';

/** Rows of a segment file: small enough that a change rewrites little, large enough to compress well. */
const SEGMENT_ROWS = 5_000;
/** Characters after which a segment is closed before it has all its rows: long texts must fit into memory too. */
const SEGMENT_CHARACTERS = 16 * 1024 * 1024;
/** Entries of a ledger that are read at the same time. */
const READ_AT_ONCE = 64;
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const FILE = /^(\d{9})\.json$/;

const segmentSchema = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  rows: z.int().min(0),
  bytes: z.int().min(0),
});

const versionSchema = z.strictObject({
  name: z.string(),
  version: z.int().min(1),
  parent: z.int().min(0),
  createdAt: z.string(),
  message: z.string(),
  about: z.strictObject({
    description: z.string(),
    licence: z.string(),
    languages: z.array(z.string()),
    tags: z.array(z.string()),
  }),
  rows: z.int().min(0),
  segments: z.array(segmentSchema),
  notes: z.record(z.string(), z.json()),
});

/** Settings of {@link createDatasetStore}. */
export interface DatasetStoreOptions {
  /** Absolute path of the folder that holds the datasets; made on the first write. */
  readonly directory: string;
}

/**
 * Datasets as files: `<name>/segments/<sha256>.jsonl.gz` and `<name>/versions/<number>.json`. A version counts from the
 * moment its small file is linked into place, after everything it names is on disk; nothing is ever changed in place.
 */
export function createDatasetStore(options: DatasetStoreOptions): DatasetStore {
  const folders = foldersIn(options.directory);
  const get: DatasetStore['get'] = async (name, version) => {
    const numbers = await numbersIn(folders.versions(name));
    const wanted = version ?? numbers.at(-1);
    if (wanted === undefined || !numbers.includes(wanted)) return undefined;
    return readVersion(join(folders.versions(name), fileOf(wanted)));
  };
  return {
    get,
    async list() {
      const names = (await entriesOf(options.directory)).filter((name) => NAME.test(name)).sort();
      const found = await Promise.all(names.map((name) => get(name).catch((error) => damageOf(name, error))));
      return {
        datasets: found.filter((entry) => entry !== undefined && 'version' in entry),
        damaged: found.filter((entry) => entry !== undefined && 'problem' in entry),
      };
    },
    async history(name) {
      const numbers = (await numbersIn(folders.versions(name))).reverse();
      return Promise.all(numbers.map((number) => readVersion(join(folders.versions(name), fileOf(number)))));
    },
    async *read(version) {
      for (const segment of version.segments) yield* await readSegment(folders.segments(version.name), segment);
    },
    async commit(name, change) {
      const head = await get(name);
      if ((head?.version ?? 0) !== change.parent) throw conflict(name, change.parent, head?.version ?? 0);
      await prepare(folders, name, change.parent);
      const segments = await new SegmentBuilder(folders.segments(name)).build(change, head?.segments ?? []);
      const version: DatasetVersion = {
        name,
        version: change.parent + 1,
        parent: change.parent,
        createdAt: change.createdAt,
        message: change.message,
        about: change.about,
        rows: segments.reduce((sum, segment) => sum + segment.rows, 0),
        segments,
        notes: change.notes,
      };
      const path = join(folders.versions(name), fileOf(version.version));
      if (await createDurably(path, `${JSON.stringify(version, null, 2)}\n`)) return version;
      throw conflict(name, change.parent, version.version);
    },
    async delete(name) {
      // Not read: a damaged dataset may be deleted too.
      if ((await numbersIn(folders.versions(name))).length === 0) return false;
      const grave = join(options.directory, `.deleted-${name}-${randomBytes(6).toString('hex')}`);
      await rename(folders.dataset(name), grave);
      await syncFolder(options.directory);
      await rm(grave, { recursive: true, force: true });
      return true;
    },
    async ledgers(name) {
      return (await entriesOf(folders.ledgers(name))).filter((entry) => NAME.test(entry)).sort();
    },
    async readLedger(name, ledger, after) {
      const folder = folders.ledger(name, ledger);
      const numbers = await numbersAfter(folder, after);
      const entries: StoredEntry[] = [];
      // Not all at once: a ledger may have more entries than a process may have open files.
      for (let at = 0; at < numbers.length; at += READ_AT_ONCE) {
        const part = numbers.slice(at, at + READ_AT_ONCE);
        entries.push(...(await Promise.all(part.map((number) => readEntry(join(folder, fileOf(number)), number)))));
      }
      return entries;
    },
    async appendLedger(name, ledger, entry) {
      const folder = folders.ledger(name, ledger);
      await makeFolder(folder);
      return createDurably(join(folder, fileOf(entry.sequence)), `${JSON.stringify(entry.value)}\n`);
    },
  };
}

interface Folders {
  dataset(name: string): string;
  versions(name: string): string;
  segments(name: string): string;
  ledgers(name: string): string;
  ledger(name: string, ledger: string): string;
}

/** Paths of a dataset's parts; names are checked here, so that none leads out of the directory. */
function foldersIn(directory: string): Folders {
  const dataset = (name: string): string => join(directory, checkName(name));
  return {
    dataset,
    versions: (name) => join(dataset(name), 'versions'),
    segments: (name) => join(dataset(name), 'segments'),
    ledgers: (name) => join(dataset(name), 'ledgers'),
    ledger: (name, ledger) => join(dataset(name), 'ledgers', checkName(ledger)),
  };
}

function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw new QuarryError('INPUT_INVALID', `${JSON.stringify(name.slice(0, 100))} is not a dataset name.`, {
    hint: 'Use 1 to 64 letters, digits, dashes or underscores.',
  });
}

function conflict(name: string, parent: number, head: number): QuarryError {
  return new QuarryError(
    'ALREADY_EXISTS',
    parent === 0
      ? `There is already a dataset ${JSON.stringify(name)}.`
      : `The dataset ${JSON.stringify(name)} is at version ${head}; this change was made on version ${parent}.`,
    {
      hint:
        parent === 0
          ? 'Choose another name, or add to it.'
          : 'Somebody else changed it meanwhile, so nothing of this change was written. Make it again: it is then made on the newest version.',
    },
  );
}

async function prepare(folders: Folders, name: string, parent: number): Promise<void> {
  if (parent === 0) {
    await makeFolder(folders.versions(name));
    await makeFolder(folders.segments(name));
    await syncFolder(folders.dataset(name));
  }
  await clearUnfinished(folders.segments(name));
  await clearUnfinished(folders.versions(name));
}

/** Builds the segments of a new version; kept ones are taken over by name. */
class SegmentBuilder {
  readonly #folder: string;
  #segments: DatasetSegment[] = [];
  #pending: string[] = [];
  #characters = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async build(change: DatasetCommit, parents: readonly DatasetSegment[]): Promise<readonly DatasetSegment[]> {
    const kept = change.segments ?? parents;
    for (const segment of kept) await this.#take(segment, change.transform);
    if (change.append !== undefined) {
      await this.#reopenLast();
      for await (const example of change.append) {
        this.#add(example);
        if (this.#pending.length >= SEGMENT_ROWS || this.#characters >= SEGMENT_CHARACTERS) await this.#flush();
      }
    }
    await this.#flush();
    return this.#segments;
  }

  async #take(segment: DatasetSegment, transform: DatasetCommit['transform']): Promise<void> {
    if (transform === undefined) {
      this.#segments.push(segment);
      return;
    }
    const before = [...(await readSegment(this.#folder, segment))];
    const after = before.map(transform).filter((example) => example !== undefined);
    const isSame = after.length === before.length && after.every((example, at) => example === before[at]);
    if (isSame) this.#segments.push(segment);
    else if (after.length > 0) this.#segments.push(await writeSegment(this.#folder, after.map(lineOf)));
  }

  /** A short last segment is filled up, so that many small additions do not leave many small files. */
  async #reopenLast(): Promise<void> {
    const last = this.#segments.at(-1);
    if (last === undefined || last.rows > SEGMENT_ROWS / 2 || last.bytes > SEGMENT_CHARACTERS / 2) return;
    this.#segments.pop();
    for (const example of await readSegment(this.#folder, last)) this.#add(example);
  }

  #add(example: Example): void {
    const line = lineOf(example);
    this.#pending.push(line);
    this.#characters += line.length;
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    this.#segments.push(await writeSegment(this.#folder, this.#pending));
    this.#pending = [];
    this.#characters = 0;
  }
}

function fileOf(number: number): string {
  return `${String(number).padStart(9, '0')}.json`;
}

/** Names in a folder; none when there is no folder. */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  const numbers = (await entriesOf(folder)).flatMap((name) => {
    const digits = FILE.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  return numbers.sort((a, b) => a - b);
}

/** Numbers above `after`, none left out before the last that is given. */
async function numbersAfter(folder: string, after: number): Promise<number[]> {
  const found = (await numbersIn(folder)).filter((number) => number > after);
  const last = found.at(-1) ?? after;
  if (last - after === found.length) return found;
  // A folder that is listed while others write may show an entry and not the one before it; by now that one is shown.
  return (await numbersIn(folder)).filter((number) => number > after && number <= last);
}

async function readVersion(path: string): Promise<DatasetVersion> {
  const parsed = versionSchema.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  throw new QuarryError('DATASET_INVALID', `${path} does not describe a version of a dataset.`, {
    hint: 'Restore the file from a backup, or remove it to fall back to the version before.',
    cause: parsed.error,
  });
}

/** One damaged dataset must not hide the others; what is wrong with the machine is wrong with all of them. */
function damageOf(name: string, error: unknown): DatasetDamage {
  if (!(error instanceof QuarryError) || error.code !== 'DATASET_INVALID') throw error;
  return { name, problem: error.message, hint: error.hint ?? 'Restore the dataset from a backup.' };
}

async function readEntry(path: string, sequence: number): Promise<StoredEntry> {
  return { sequence, path, value: z.json().parse(await readJson(path)) };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new QuarryError('PATH_UNREADABLE', `${path} cannot be read: ${messageOf(error)}.`, {
      hint: 'Check the permissions of the file.',
      cause: error,
    });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new QuarryError('DATASET_INVALID', `${path} is not JSON.`, {
      hint: 'Restore the file from a backup, or remove it to go on without it.',
      cause: error,
    });
  }
}
