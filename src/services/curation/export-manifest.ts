import { z } from 'zod';
import { SPLITS } from '../../core/curation/example.js';
import { EXPORT_FORMATS } from '../../core/curation/formats/export-shapes.js';
import type { DatasetFiles, DatasetVersion, ExportedFile } from '../../core/curation/ports.js';
import { QuarryError } from '../../core/errors.js';

const settings = z.strictObject({
  format: z.enum(EXPORT_FORMATS),
  container: z.enum(['jsonl', 'parquet']),
  negatives: z.int().min(1).max(10),
  splits: z.array(z.enum(SPLITS)).max(3),
  sensitive: z.enum(['refuse', 'redact', 'drop', 'keep']),
  publish: z.boolean(),
  licences: z.array(z.string().max(200)).max(100),
  otherLicences: z.enum(['refuse', 'drop']),
  overrideSuites: z.array(z.string().max(100)).max(100),
});

const manifestSchema = z.object({
  quarryExport: z.literal(1),
  product: z.string().max(100),
  dataset: z.string().max(64),
  version: z.int().min(1),
  segments: z.array(z.object({ sha256: z.string(), rows: z.number(), bytes: z.number() })),
  settings,
  files: z.array(z.object({ path: z.string(), sha256: z.string() })).max(100),
});

/** The `manifest.json` of an export, as far as rebuilding needs it: dataset, version, settings, checksums. */
export type ExportManifest = z.output<typeof manifestSchema>;

/** Reads the manifest of an earlier export. @throws QuarryError PATH_NOT_FOUND, PATH_UNREADABLE, DATASET_INVALID */
export async function readManifest(path: string, files: DatasetFiles): Promise<ExportManifest> {
  const lines: string[] = [];
  for await (const line of files.readLines(path)) if (lines.push(line) > 10_000) break;
  const parsed = manifestSchema.safeParse(parseJson(lines.join('\n')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new QuarryError(
    'DATASET_INVALID',
    `${path} is not the manifest of an export: ${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'not JSON'}.`,
    { hint: 'Name the manifest.json in the folder of an earlier export.' },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema then says that it is no manifest.
  }
}

/** Checks that a version is the one that the manifest was written of. @throws QuarryError DATASET_INVALID */
export function requireSameVersion(version: DatasetVersion, manifest: ExportManifest): void {
  const hashes = (segments: readonly { readonly sha256: string }[]): string =>
    segments.map((segment) => segment.sha256).join(' ');
  if (hashes(version.segments) === hashes(manifest.segments)) return;
  throw new QuarryError(
    'DATASET_INVALID',
    `Version ${manifest.version} of ${manifest.dataset} has other content here than the manifest says.`,
    { hint: 'Rebuild it in the workspace where it was exported, or export the version that is here.' },
  );
}

/**
 * Paths of the files that differ from the manifest's. The card and the data sheet tell of the suites that were compared
 * with, so they may; data and provenance may not. @throws QuarryError DATASET_INVALID naming the data file
 */
export function compareFiles(written: readonly ExportedFile[], manifest: ExportManifest): string[] {
  const wanted = new Map(manifest.files.map((file) => [file.path, file.sha256]));
  const names = new Set([...wanted.keys(), ...written.map((file) => file.path)]);
  const made = new Map(written.map((file) => [file.path, file.sha256]));
  const differing = [...names].filter((name) => made.get(name) !== wanted.get(name));
  const data = differing.find((name) => !/^(?:README\.md|datasheet\.html)$/.test(name));
  if (data === undefined) return differing;
  throw new QuarryError('DATASET_INVALID', `The export cannot be rebuilt: ${data} would not be the same.`, {
    hint: `It was written by version ${manifest.product} of the program; export the dataset anew instead.`,
  });
}
