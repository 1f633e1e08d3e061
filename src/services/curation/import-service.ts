import { join } from 'node:path';
import { type Example, parseExample } from '../../core/curation/example.js';
import { importRecord } from '../../core/curation/formats/import-records.js';
import type { DatasetAbout, DatasetFiles, ImportedRecord } from '../../core/curation/ports.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { Job, JsonValue } from '../../core/types.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { breathe, DatasetAccess } from './dataset-access.js';

/** Formats that can be imported. `auto` goes by the name: a folder is BEIR, else the file's ending. */
export const IMPORT_FORMATS = ['auto', 'jsonl', 'csv', 'tsv', 'beir', 'trec'] as const;
/** One of {@link IMPORT_FORMATS}. */
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What to import. */
export interface ImportRequest {
  readonly dataset: string;
  /** A file, or a folder in BEIR layout (also for `trec`: corpus and queries there, judgments in four columns). */
  readonly path: string;
  readonly format: ImportFormat;
  readonly licence: string;
  readonly language: string;
  readonly about: Partial<DatasetAbout>;
  readonly preview: boolean;
}

const MAX_SHOWN = 3;
/** More unreadable records than this share, and the import is refused: the format was probably named wrongly. */
const MAX_BROKEN_SHARE = 0.5;
/** Longest JSON array read, in characters: it has to be held whole. */
const MAX_ARRAY = 256 * 1024 * 1024;

interface Read {
  readonly examples: Example[];
  readonly broken: { readonly place: string; readonly problem: string }[];
  brokenCount: number;
}

/** Brings examples in from files. */
export class ImportService {
  readonly #context: ServiceContext;
  readonly #jobs: JobService;
  readonly #access: DatasetAccess;

  constructor(context: ServiceContext, parts: { jobs: JobService }) {
    this.#context = context;
    this.#jobs = parts.jobs;
    this.#access = new DatasetAccess(context);
  }

  /** Starts a job. @throws QuarryError PATH_NOT_FOUND, PATH_UNREADABLE, FORMAT_UNSUPPORTED */
  async start(request: ImportRequest): Promise<Job> {
    const files = await this.#context.datasetFiles();
    const format = await formatOf(request, files);
    return this.#jobs.start({
      kind: 'import',
      subject: request.dataset,
      input: { dataset: request.dataset, path: request.path, format, preview: request.preview },
      work: (handle) => this.#run(request, format, handle),
    });
  }

  async #run(request: ImportRequest, format: ImportFormat, handle: JobHandle): Promise<JsonValue> {
    const files = await this.#context.datasetFiles();
    const read: Read = { examples: [], broken: [], brokenCount: 0 };
    if (format === 'beir' || format === 'trec') await readBenchmark(request, files, read, handle);
    else await readRecords(request, recordsOf(request.path, format, files), read, handle);
    const total = read.examples.length + read.brokenCount;
    if (total === 0 || read.brokenCount > total * MAX_BROKEN_SHARE) throw notReadable(request, format, read, total);
    for (const { place, problem } of read.broken)
      handle.issue({ uri: place, code: 'DATASET_INVALID', message: problem });
    handle.count('read', read.examples.length);
    handle.count('broken', read.brokenCount);
    const summary = { read: read.examples.length, broken: read.brokenCount, format };
    if (request.preview) {
      const samples = read.examples.slice(0, MAX_SHOWN).map(({ kind, fields }) => ({ kind, fields: clip(fields) }));
      const known = await this.#access.countKnown(request.dataset, read.examples);
      return { ...summary, preview: true, known, samples };
    }
    const { version, added, known } = await this.#access.add(request.dataset, read.examples, {
      message: `Imported ${read.examples.length} examples (${format})`,
      about: request.about,
    });
    handle.count('added', added);
    handle.count('known', known);
    return { ...summary, preview: false, added, known, version: version.version, rows: version.rows };
  }
}

async function formatOf(request: ImportRequest, files: DatasetFiles): Promise<ImportFormat> {
  const kind = await files.kindOf(request.path);
  if (kind === 'absent') {
    throw new QuarryError('PATH_NOT_FOUND', `There is nothing at ${request.path}.`, { hint: 'Check the path.' });
  }
  const isBenchmark = request.format === 'beir' || request.format === 'trec';
  if (kind === 'folder') {
    if (request.format === 'auto' || isBenchmark) return request.format === 'trec' ? 'trec' : 'beir';
    throw new QuarryError('FORMAT_UNSUPPORTED', `${request.path} is a folder; ${request.format} is read from a file.`, {
      hint: 'Name a file, or choose format beir for a folder with corpus.jsonl, queries.jsonl and qrels.',
    });
  }
  if (isBenchmark) {
    throw new QuarryError('FORMAT_UNSUPPORTED', `${request.path} is a file; ${request.format} is read from a folder.`, {
      hint: 'Name the folder that holds corpus.jsonl, queries.jsonl and qrels.',
    });
  }
  if (request.format !== 'auto') return request.format;
  const name = request.path.toLowerCase().replace(/\.gz$/, '');
  if (name.endsWith('.csv')) return 'csv';
  if (name.endsWith('.tsv')) return 'tsv';
  if (/\.(?:jsonl|ndjson|json)$/.test(name)) return 'jsonl';
  throw new QuarryError('FORMAT_UNSUPPORTED', `The format of ${request.path} cannot be told from its name.`, {
    hint: 'Say which of jsonl, csv, tsv, beir and trec it is.',
  });
}

async function* recordsOf(path: string, format: ImportFormat, files: DatasetFiles): AsyncGenerator<ImportedRecord> {
  if (format === 'csv') yield* files.readTable(path, ',');
  else if (format === 'tsv') yield* files.readTable(path, '\t');
  else yield* jsonLines(path, files);
}

/**
 * A record for every line that is not empty; a line that is not JSON comes as undefined. A file that begins with a bracket
 * may be one JSON array, as many Alpaca and ShareGPT files are: its entries are the records.
 */
async function* jsonLines(path: string, files: DatasetFiles): AsyncGenerator<ImportedRecord> {
  let line = 0;
  let array: string[] | undefined;
  let characters = 0;
  for await (const text of files.readLines(path)) {
    line++;
    if (array === undefined && text.trim() === '') continue;
    if (array === undefined && line === 1 && text.trimStart().startsWith('[')) array = [];
    if (array === undefined) {
      yield { line, value: parseJson(text) };
      continue;
    }
    array.push(text);
    characters += text.length;
    if (characters > MAX_ARRAY) {
      throw new QuarryError('DATASET_INVALID', `${path} is a JSON array of more than 256 MB.`, {
        hint: 'Write one object on each line (JSON Lines), which is read in pieces.',
      });
    }
  }
  if (array !== undefined) yield* arrayRecords(array);
}

/** Entries of a JSON array by their number; of what is no array its lines. */
function* arrayRecords(lines: readonly string[]): Generator<ImportedRecord> {
  const whole = parseJson(lines.join('\n'));
  const list: readonly unknown[] = Array.isArray(whole) ? whole : lines.map(parseJson);
  for (const [at, value] of list.entries()) yield { line: at + 1, value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Reported by the reader as a record that is not JSON, with its line.
  }
}

async function readRecords(
  request: ImportRequest,
  records: AsyncIterable<ImportedRecord>,
  read: Read,
  handle: JobHandle,
): Promise<void> {
  const source = request.path.split(/[\\/]/).at(-1) ?? request.path;
  for await (const { line, value } of records) {
    throwIfCancelled(handle.signal);
    const parsed = importRecord(value, { source, licence: request.licence, language: request.language });
    if ('example' in parsed) read.examples.push(parsed.example);
    else note(read, `${request.path}:${line}`, parsed.problem);
    if (line % 1_000 === 0) handle.report({ stage: 'import', done: line, total: 0 });
  }
}

function note(read: Read, place: string, problem: string): void {
  read.brokenCount++;
  if (read.broken.length < 100) read.broken.push({ place, problem });
}

function notReadable(request: ImportRequest, format: ImportFormat, read: Read, total: number): QuarryError {
  const [first] = read.broken;
  const delimiter = /\(([^,]*[;\t|][^,]*)\)$/.test(first?.problem ?? '')
    ? ' The columns seem to be separated by something else than commas: write them with commas, or name format tsv.'
    : '';
  return new QuarryError(
    'DATASET_INVALID',
    total === 0
      ? `${request.path} holds no records.`
      : `${read.brokenCount} of ${total} records of ${request.path} are not examples${first === undefined ? '' : `; ${first.place}: ${first.problem}`}.`,
    {
      hint: `It was read as ${format}. Fields that are known: anchor, positive, negative(s); sentence1, sentence2, score; query, passage, grade; instruction, input, output; messages; conversations.${delimiter}`,
    },
  );
}

/** Names of the judgment files of each split. */
const QREL_SPLITS = [
  ['train', 'train'],
  ['dev', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
] as const;

async function readBenchmark(
  request: ImportRequest,
  files: DatasetFiles,
  read: Read,
  handle: JobHandle,
): Promise<void> {
  const texts = new Map<string, string>();
  for (const [file, prefix] of [
    ['corpus.jsonl', 'd'],
    ['queries.jsonl', 'q'],
  ] as const) {
    for await (const { line, value } of jsonLines(join(request.path, file), files)) {
      throwIfCancelled(handle.signal);
      const entry = textEntry(value);
      if (entry === undefined) note(read, `${file}:${line}`, 'an object with _id and text is wanted');
      else if ((texts.get(`${prefix} ${entry.id}`) ?? entry.text) !== entry.text)
        note(read, `${file}:${line}`, `${entry.id} stands above with another text, which is kept`);
      else texts.set(`${prefix} ${entry.id}`, entry.text);
    }
  }
  const suites = await Promise.all(
    QREL_SPLITS.map(async ([name, split]) => {
      for (const path of [
        join(request.path, 'qrels', `${name}.tsv`),
        join(request.path, 'qrels', `${name}.txt`),
        join(request.path, `qrels.${name}.txt`),
      ]) {
        if ((await files.kindOf(path)) === 'file') return { path, split };
      }
      return undefined;
    }),
  );
  const found = suites.filter((suite) => suite !== undefined);
  if (found.length === 0) {
    throw new QuarryError('DATASET_INVALID', `${request.path} has no judgments.`, {
      hint: 'Judgments are expected in qrels/train.tsv, qrels/dev.tsv or qrels/test.tsv.',
    });
  }
  for (const { path, split } of found) await readJudgments(request, { path, split, texts, files, read, handle });
}

async function readJudgments(
  request: ImportRequest,
  work: {
    readonly path: string;
    readonly split: 'train' | 'validation' | 'test';
    readonly texts: ReadonlyMap<string, string>;
    readonly files: DatasetFiles;
    readonly read: Read;
    readonly handle: JobHandle;
  },
): Promise<void> {
  let line = 0;
  for await (const text of work.files.readLines(work.path)) {
    line++;
    await breathe(line);
    throwIfCancelled(work.handle.signal);
    const columns = text.split(request.format === 'trec' ? /\s+/ : /\t|\s{2,}/).filter((column) => column !== '');
    if (columns.length === 0 || (line === 1 && columns[0] === 'query-id')) continue;
    const [queryId, documentId, grade] = columns.length >= 4 ? [columns[0], columns[2], columns[3]] : columns;
    const query = work.texts.get(`q ${queryId}`);
    const passage = work.texts.get(`d ${documentId}`);
    if (query === undefined || passage === undefined) {
      note(work.read, `${work.path}:${line}`, `query ${queryId} or document ${documentId} is not in the files`);
      continue;
    }
    const parsed = parseExample({
      kind: 'judged',
      fields: { query, passage, grade: Math.min(3, Math.max(0, Number(grade))) },
      split: work.split,
      licence: request.licence,
      language: request.language,
      provenance: { source: request.path, documentId: documentId ?? '', method: 'import', rule: 'qrels' },
    });
    if ('example' in parsed) work.read.examples.push(parsed.example);
    else note(work.read, `${work.path}:${line}`, parsed.problem);
  }
}

function textEntry(value: unknown): { id: string; text: string } | undefined {
  if (typeof value !== 'object' || value === null || !('_id' in value) || !('text' in value)) return undefined;
  const { _id: id, text } = value;
  if ((typeof id !== 'string' && typeof id !== 'number') || typeof text !== 'string') return undefined;
  const title = 'title' in value && typeof value.title === 'string' && value.title !== '' ? `${value.title}\n\n` : '';
  return { id: String(id), text: title + text };
}

/** Texts of at most 200 characters, for showing. */
function clip(fields: Example['fields']): JsonValue {
  const shorten = (value: unknown): unknown => {
    if (typeof value === 'string') return value.length > 200 ? `${value.slice(0, 200)}...` : value;
    return Array.isArray(value) ? value.slice(0, 3).map(shorten) : value;
  };
  const entries = Object.entries(fields).map(([key, value]) => [key, shorten(value)]);
  // Fields of an example are strings, numbers and lists of them, so their clipped copies are JSON.
  return Object.fromEntries(entries) as JsonValue;
}
