import { renderDataSheet } from '../../core/curation/data-sheet.js';
import type { Example, SplitName } from '../../core/curation/example.js';
import type { ExampleFacts } from '../../core/curation/example-facts.js';
import { licenceLedger, writeCard } from '../../core/curation/formats/dataset-card.js';
import { type ExportRow, exportColumns, toExportRows } from '../../core/curation/formats/export-shapes.js';
import type { DatasetVersion, ExampleSource, ExportedFile, ExportWriter } from '../../core/curation/ports.js';
import { QuarryError } from '../../core/errors.js';
import type { Reach } from '../../core/reach.js';
import type { Job, JsonObject, JsonValue } from '../../core/types.js';
import { requireReadable } from '../access/read-access.js';
import { requireStillWritable, requireWritable, resolveWritable } from '../access/write-access.js';
import type { ServiceContext } from '../context.js';
import type { JobHandle, JobService } from '../jobs.js';
import { DatasetAccess } from './dataset-access.js';
import { describeExamples } from './dataset-statistics.js';
import { type ExportShape, writeData } from './export-files.js';
import { compareFiles, type ExportManifest, readManifest, requireSameVersion } from './export-manifest.js';
import { type Cleared, clearForExport, type ExportPolicy } from './export-policy.js';
import { guardSuites } from './suite-guard.js';
import { pickExamples, visitExamples } from './visit-examples.js';

/** What to export, where, and under which policy. */
export interface ExportRequest extends ExportPolicy, ExportShape {
  readonly dataset: string;
  readonly version?: number | undefined;
  /** Folder to make. */
  readonly path: string;
  /** Manifest of an earlier export to make again; its dataset, version and settings stand instead of those given. */
  readonly manifest?: string | undefined;
  readonly splits: readonly SplitName[];
  readonly overwrite: boolean;
  /** Whether overwriting was said twice. */
  readonly confirm: boolean;
  readonly preview: boolean;
}

type ResolvedRequest = ExportRequest & { readonly rebuild?: ExportManifest };

/** Writes datasets in the formats of the ecosystem, with card, checksums, manifest, provenance and data sheet. */
export class ExportService {
  readonly #context: ServiceContext;
  readonly #jobs: JobService;
  readonly #access: DatasetAccess;

  constructor(context: ServiceContext, parts: { jobs: JobService }) {
    this.#context = context;
    this.#jobs = parts.jobs;
    this.#access = new DatasetAccess(context);
  }

  /** Starts a job. @throws QuarryError DATASET_NOT_FOUND, INPUT_INVALID, ALREADY_EXISTS, CONFIRMATION_REQUIRED, PATH_UNREADABLE */
  async start(given: ExportRequest, reach: Reach): Promise<Job> {
    const request = await this.#resolve(await withinReach(given, reach));
    const version = await this.#access.require(request.dataset, request.version);
    if (request.rebuild !== undefined) requireSameVersion(version, request.rebuild);
    if (request.container === 'parquet' && exportColumns(request.format, request.negatives) === undefined) {
      throw new QuarryError(
        'INPUT_INVALID',
        `Format ${request.format} is not a flat table, so it is not written as Parquet.`,
        {
          hint: 'Use container jsonl, or format parquet for every example with all its columns.',
        },
      );
    }
    // A folder in the way is told at once rather than after minutes of checks.
    const files = await this.#context.datasetFiles();
    if (!request.preview) await (await files.openExport(request.path, request.overwrite)).discard();
    return this.#jobs.start({
      kind: 'export',
      subject: request.dataset,
      input: { dataset: request.dataset, path: request.path, format: request.format, preview: request.preview },
      work: async (handle) => {
        await requireStillWritable(reach, request.path);
        return this.#run(request, handle);
      },
    });
  }

  /** The request with what the manifest says in place of what was given. */
  async #resolve(request: ExportRequest): Promise<ResolvedRequest> {
    if (request.manifest === undefined) return request;
    const rebuild = await readManifest(request.manifest, await this.#context.datasetFiles());
    if (rebuild.dataset !== request.dataset) {
      throw new QuarryError(
        'INPUT_INVALID',
        `The manifest is of the dataset ${JSON.stringify(rebuild.dataset)}, not of ${JSON.stringify(request.dataset)}.`,
        { hint: 'Name the dataset of the manifest.' },
      );
    }
    return { ...request, ...rebuild.settings, version: rebuild.version, rebuild };
  }

  async #run(request: ResolvedRequest, handle: JobHandle): Promise<JsonValue> {
    const version = await this.#access.require(request.dataset, request.version);
    const isChosen = (split: Example['split']): boolean =>
      request.splits.length === 0 || request.splits.some((wanted) => wanted === split);
    handle.report({ stage: 'suites', done: 0, total: 0 });
    const suites = await guardSuites(this.#context, handle.signal);
    const cleared = await clearForExport(this.#access.source(version), request, { suites, isChosen, handle });
    if (cleared.examples.rows === 0) throw nothingLeft(request, cleared);
    if (request.preview) return previewOf(cleared, request, handle);
    const files = await this.#context.datasetFiles();
    const writer = await files.openExport(request.path, request.overwrite);
    try {
      const written = await this.#write(writer, { version, cleared, request, handle });
      await writer.publish();
      handle.count('rows', written.rows);
      return written.summary;
    } catch (error) {
      await writer.discard();
      throw error;
    }
  }

  async #write(
    writer: ExportWriter,
    work: {
      readonly version: DatasetVersion;
      readonly cleared: Cleared;
      readonly request: ResolvedRequest;
      readonly handle: JobHandle;
    },
  ): Promise<{ rows: number; summary: JsonObject }> {
    const { version, cleared, request, handle } = work;
    const data = await writeData(writer, { ...cleared, pass: { stage: 'write', handle } }, request);
    const unfit = cleared.examples.rows - data.facts.length;
    const leftOut = { ...cleared.leftOut, ...(unfit > 0 ? { 'does not fit the format': unfit } : {}) };
    const { overrides, checks } = cleared;
    const { facts: examples, files: bySplit } = data;
    const card = writeCard({ version, format: request.format, examples, files: bySplit, overrides, checks, leftOut });
    const samples = await samplesOf(cleared.examples, data.places);
    const sheet = renderDataSheet(sheetOf(version, { facts: examples, samples, overrides, checks, leftOut }));
    const about = [
      await writer.writeText('README.md', [card], 0),
      await writer.writeText('datasheet.html', [sheet], 0),
    ];
    const files = [...data.all, ...about];
    const differing = request.rebuild === undefined ? undefined : compareFiles(files, request.rebuild);
    const manifest = this.#manifest(work, { files, leftOut });
    files.push(await writer.writeText('manifest.json', [`${JSON.stringify(manifest, null, 2)}\n`], 0));
    const sums = files.map((file) => `${file.sha256}  ${file.path}\n`).sort();
    await writer.writeText('SHA256SUMS', sums, 0);
    const rows = data.files.reduce((sum, { file }) => sum + file.rows, 0);
    return {
      rows,
      summary: {
        preview: false,
        path: request.path,
        format: request.format,
        version: version.version,
        rows,
        examples: examples.length,
        leftOut,
        overrides: [...overrides],
        checks: [...checks],
        files: files.map((file) => ({ ...file })),
        ...(differing === undefined ? {} : { rebuilt: true, differing }),
      },
    };
  }

  /** Everything that rebuilds the export: version, content, settings, checksums. No time of its own, so equal exports are equal bytes. */
  #manifest(
    work: { readonly version: DatasetVersion; readonly cleared: Cleared; readonly request: ResolvedRequest },
    result: { readonly files: readonly ExportedFile[]; readonly leftOut: Readonly<Record<string, number>> },
  ): JsonObject {
    const { version, cleared, request } = work;
    return {
      quarryExport: 1,
      product: this.#context.version,
      dataset: version.name,
      version: version.version,
      createdAt: version.createdAt,
      message: version.message,
      segments: version.segments.map((segment) => ({ ...segment })),
      settings: {
        format: request.format,
        container: request.container,
        negatives: request.negatives,
        splits: [...request.splits],
        sensitive: request.sensitive,
        publish: request.publish,
        licences: [...request.licences],
        otherLicences: request.otherLicences,
        overrideSuites: [...request.overrideSuites],
      },
      overrides: [...cleared.overrides],
      leftOut: { ...result.leftOut },
      files: result.files.map((file) => ({ ...file })),
    };
  }
}

/** The request with the places that it may read from and write to. A preview writes nothing, so it needs no confirmation. */
async function withinReach(request: ExportRequest, reach: Reach): Promise<ExportRequest> {
  const { manifest, preview, overwrite, confirm } = request;
  const wish = { path: request.path, kind: 'folder', overwrite, confirm } as const;
  const path = await (preview ? resolveWritable(reach, request.path) : requireWritable(reach, wish));
  return manifest === undefined
    ? { ...request, path }
    : { ...request, path, manifest: await requireReadable(reach, manifest) };
}

function nothingLeft({ dataset, splits }: ResolvedRequest, { leftOut }: Cleared): QuarryError {
  const reasons = Object.entries(leftOut).map(([reason, count]) => `${reason}: ${count}`);
  const chosen = splits.length === 0 ? '' : ` in ${splits.join(', ')}`;
  const why = reasons.length === 0 ? '' : ` Left out: ${reasons.join('; ')}.`;
  return new QuarryError('DATASET_INVALID', `No example of ${dataset}${chosen} can be exported.${why}`, {
    hint: 'Look at it with dataset_show; splits are made by dataset_split, examples by dataset_mine and dataset_import.',
  });
}

async function previewOf(cleared: Cleared, request: ExportRequest, handle: JobHandle): Promise<JsonValue> {
  let rows = 0;
  const samples: ExportRow[] = [];
  await visitExamples(cleared.examples, { stage: 'preview', handle }, (example) => {
    const own = toExportRows(example, request.format, request.negatives);
    rows += own.length;
    samples.push(...own.slice(0, SHOWN_ROWS - samples.length));
  });
  return {
    preview: true,
    format: request.format,
    examples: cleared.examples.rows,
    rows: request.format === 'beir' ? cleared.examples.rows : rows,
    leftOut: { ...cleared.leftOut },
    overrides: [...cleared.overrides],
    checks: [...cleared.checks],
    // Rows are made of the strings, numbers and lists of examples, so they are JSON.
    samples: samples as unknown as JsonValue,
  };
}

/** What a data sheet is made of besides the version. */
interface SheetParts extends Pick<Cleared, 'leftOut' | 'overrides' | 'checks'> {
  readonly facts: readonly ExampleFacts[];
  readonly samples: Parameters<typeof renderDataSheet>[0]['samples'];
}

function sheetOf(version: DatasetVersion, parts: SheetParts): Parameters<typeof renderDataSheet>[0] {
  const statistics = describeExamples(parts.facts);
  const { about } = version;
  return {
    title: `${version.name}, version ${version.version}`,
    lead: about.description,
    facts: [
      ['Examples', String(parts.facts.length)],
      ['Made', version.createdAt],
      ['Last change', version.message],
      ['Licence', about.licence === '' ? 'not said of the whole; see Licences' : about.licence],
      ['Languages', about.languages.length === 0 ? 'not said' : about.languages.join(', ')],
      ...parts.checks.map((check): readonly [string, string] => ['Check', check]),
      ...parts.overrides.map((override): readonly [string, string] => ['Overridden', override]),
    ],
    charts: [
      { title: 'Splits', bars: statistics.bySplit },
      { title: 'Kinds', bars: statistics.byKind },
      { title: 'How they were made', bars: statistics.byRule },
      { title: 'Categories', bars: statistics.byCategory },
      { title: 'Languages', bars: statistics.byLanguage },
      { title: 'Flags', bars: statistics.byFlag },
      { title: 'Length of prompts, in characters', bars: statistics.promptLengths },
      { title: 'Length of answers, in characters', bars: statistics.responseLengths },
    ],
    tables: [
      {
        title: 'Licences',
        header: ['Licence', 'Examples'],
        rows: licenceLedger(parts.facts).map(({ licence, rows }) => [
          licence === '' ? 'unknown' : licence,
          String(rows),
        ]),
      },
      {
        title: 'Left out',
        header: ['Reason', 'Examples'],
        rows: Object.entries(parts.leftOut).map(([reason, count]) => [reason, String(count)]),
      },
    ],
    samples: parts.samples,
  };
}

/** Rows that a preview shows. */
const SHOWN_ROWS = 2;
const SHEET_SAMPLES = 10;
const SHEET_TEXT = 400;

/** Examples spread over those at the places, with their texts cut to what can be looked over. */
async function samplesOf(source: ExampleSource, places: readonly number[]): Promise<SheetParts['samples']> {
  const step = Math.max(1, places.length / SHEET_SAMPLES);
  const shown = Array.from(
    { length: Math.min(SHEET_SAMPLES, places.length) },
    (_, at) => places[Math.floor(at * step)],
  );
  const picked = await pickExamples(source, new Set(shown.filter((place) => place !== undefined)));
  const cut = (text: string): string => (text.length > SHEET_TEXT ? `${text.slice(0, SHEET_TEXT)} [...]` : text);
  return [...picked.values()].map((example) => ({
    id: example.id,
    texts: fieldTexts(example).map(([name, text]) => [name, cut(text)] as const),
  }));
}

/** Texts and numbers of an example by name; negatives one by one, messages by their role. */
function fieldTexts(example: Example): [string, string][] {
  if (example.kind === 'chat') return example.fields.messages.map(({ role, content }) => [role, content]);
  return Object.entries(example.fields).flatMap(([name, value]): [string, string][] =>
    Array.isArray(value) ? value.map((text: unknown) => ['negative', String(text)]) : [[name, String(value)]],
  );
}
