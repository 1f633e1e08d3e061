import type { Example } from '../../core/curation/example.js';
import { importRecord } from '../../core/curation/formats/import-records.js';
import type { DatasetAbout, DatasetFiles, ImportedRecord } from '../../core/curation/ports.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import type { Job, JsonValue } from '../../core/types.js';
import { requireReadable } from '../access/read-access.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { DatasetAccess } from './dataset-access.js';
import { readBenchmarkFolder } from './import-benchmark.js';
import { type ImportTally, noteBroken, readJsonRecords } from './import-tally.js';

/** Formats that can be imported. `auto` goes by the name: a folder is BEIR, else the file's ending. */
export const IMPORT_FORMATS = ['auto', 'jsonl', 'csv', 'tsv', 'beir', 'trec'] as const;
/** One of {@link IMPORT_FORMATS}. */
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What to import. */
export interface ImportRequest {
  readonly dataset: string;
  /** A file, or a folder in BEIR or TREC layout, see `readBenchmarkFolder`. */
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
  async start(given: ImportRequest, reach: Reach): Promise<Job> {
    const request = { ...given, path: await requireReadable(reach, given.path) };
    const files = await this.#context.datasetFiles();
    const format = await formatOf(request, files);
    return this.#jobs.start({
      kind: 'import',
      subject: request.dataset,
      input: { dataset: request.dataset, path: request.path, format, preview: request.preview },
      work: async (handle) => {
        await requireReadable(reach, request.path);
        return this.#run(request, format, handle);
      },
    });
  }

  async #run(request: ImportRequest, format: ImportFormat, handle: JobHandle): Promise<JsonValue> {
    const files = await this.#context.datasetFiles();
    const read: ImportTally = { examples: [], broken: [], brokenCount: 0 };
    if (format === 'beir' || format === 'trec')
      await readBenchmarkFolder(request.path, read, { ...request, isTrec: format === 'trec', files, handle });
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
      hint: 'Name the folder that holds corpus, queries and qrels.',
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
  else yield* readJsonRecords(path, files);
}

async function readRecords(
  request: ImportRequest,
  records: AsyncIterable<ImportedRecord>,
  read: ImportTally,
  handle: JobHandle,
): Promise<void> {
  const source = request.path.split(/[\\/]/).at(-1) ?? request.path;
  for await (const { line, value, problem } of records) {
    throwIfCancelled(handle.signal);
    const parsed = importRecord(value, { source, licence: request.licence, language: request.language });
    if ('example' in parsed) read.examples.push(parsed.example);
    else noteBroken(read, `${request.path}:${line}`, problem ?? parsed.problem);
    if (line % 1_000 === 0) handle.report({ stage: 'import', done: line, total: 0 });
  }
}

function notReadable(request: ImportRequest, format: ImportFormat, read: ImportTally, total: number): QuarryError {
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
