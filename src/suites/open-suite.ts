import { access, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { z } from 'zod';
import { type Excerpt, SUITE_ORIGINS, type Suite, type SuiteManifest, UNANSWERABLE } from '../core/benchmark/suite.js';
import { messageOf, QuarryError } from '../core/errors.js';
import { sha256 } from '../core/identity.js';
import type { Qrels } from '../core/metrics/judgments.js';
import { toFileError } from './read-lines.js';
import { readQrels } from './read-qrels.js';
import { readExcerpts, readQueries } from './read-queries.js';
import { readText } from './text-file.js';

/** BEIR sets whose queries are documents of the corpus. */
const SELF_HIT_SETS = new Set(['arguana', 'quora']);

const manifestShape = z.looseObject({
  name: z.string().min(1).max(100).optional(),
  title: z.string().max(500).optional(),
  description: z.string().max(5000).optional(),
  origin: z.enum(SUITE_ORIGINS).optional(),
  authored: z.boolean().optional(),
  mined: z.boolean().optional(),
  documents: z.string().min(1).optional(),
  collection: z.string().min(1).max(64).optional(),
  dropSelfHits: z.boolean().optional(),
  licence: z.string().optional(),
});

/**
 * Opens a suite folder: `queries.jsonl`, `qrels/SPLIT.tsv`, and where present `suite.json`, `corpus.jsonl` or a folder
 * of Markdown, and `excerpts.jsonl`; any of them may be gzipped. Without a split named, `test`, else `dev`, else the
 * only one there is.
 * @throws QuarryError PATH_NOT_FOUND, SUITE_INVALID
 */
export async function openSuite(path: string, wantedSplit?: string): Promise<Suite> {
  const folder = resolve(path);
  if (!(await isFolder(folder))) {
    throw new QuarryError('PATH_NOT_FOUND', `There is no suite folder ${folder}.`, {
      hint: 'A suite is a folder with queries.jsonl and qrels/test.tsv (BEIR layout).',
    });
  }
  const manifest = await readManifest(folder);
  const split = await chooseSplit(folder, wantedSplit);
  const all = await readQueries(await requireFile(folder, 'queries.jsonl'));
  const qrels = await readQrels(split.path);
  const excerptPath = await findFile(folder, 'excerpts.jsonl');
  const excerpts = excerptPath === undefined ? [] : await readExcerpts(excerptPath);
  const queries = all.filter((query) => qrels.has(query.id) || query.type === UNANSWERABLE);
  const known = new Set(queries.map((query) => query.id));
  const warnings = missingQueries(qrels, known);
  if (!queries.some((query) => qrels.has(query.id))) throw noOverlap(folder, split.name);
  return {
    manifest,
    folder,
    split: split.name,
    queries,
    qrels,
    excerpts: excerpts.filter((excerpt) => known.has(excerpt.queryId)),
    hasCorpus: manifest.documents !== null || (await findFile(folder, 'corpus.jsonl')) !== undefined,
    hash: hashOf(queries, qrels, excerpts),
    warnings,
  };
}

/** Reads `suite.json`; a plain BEIR folder has none and is known by its name. */
export async function readManifest(folder: string): Promise<SuiteManifest> {
  const path = join(folder, 'suite.json');
  const raw = (await exists(path)) ? parseManifest(path, await readText(path)) : {};
  const name = raw.name ?? basename(folder);
  const origin = raw.origin ?? (raw.mined === true ? 'mined' : raw.authored === true ? 'authored' : 'imported');
  if (raw.documents !== undefined && !resolve(folder, raw.documents).startsWith(folder + sep)) {
    throw new QuarryError('SUITE_INVALID', `${path}: "documents" must be a folder below the suite.`, {
      hint: 'Use for instance "documents": "documents".',
    });
  }
  return {
    name,
    origin,
    title: raw.title ?? name,
    description: raw.description ?? '',
    documents: raw.documents ?? null,
    collection: raw.collection ?? null,
    dropSelfHits: raw.dropSelfHits ?? SELF_HIT_SETS.has(name.toLowerCase()),
    licence: raw.licence ?? '',
  };
}

function parseManifest(path: string, text: string): z.output<typeof manifestShape> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new QuarryError('SUITE_INVALID', `${path} is not JSON: ${messageOf(error)}.`, {
      hint: 'Correct the file.',
      cause: error,
    });
  }
  const parsed = manifestShape.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new QuarryError('SUITE_INVALID', `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}.`, {
    hint: 'Known keys: name, title, description, origin, documents, collection, dropSelfHits, licence.',
  });
}

async function chooseSplit(folder: string, wanted: string | undefined): Promise<{ name: string; path: string }> {
  const directory = join(folder, 'qrels');
  const entries = (await isFolder(directory)) ? await entriesOf(directory) : [];
  const splits = new Map(
    entries
      .filter((entry) => /\.(?:tsv|txt|qrels)(?:\.gz)?$/.test(entry))
      .sort()
      .map((entry) => [entry.replace(/\.(?:tsv|txt|qrels)(?:\.gz)?$/, ''), join(directory, entry)]),
  );
  const names = [...splits.keys()];
  const name = wanted ?? ['test', 'dev', ...(names.length === 1 ? names : [])].find((known) => splits.has(known));
  const path = name === undefined ? undefined : splits.get(name);
  if (name !== undefined && path !== undefined) return { name, path };
  throw new QuarryError(
    'SUITE_INVALID',
    `${folder} has no judgments${wanted === undefined ? '' : ` called ${JSON.stringify(wanted)}`}.`,
    {
      hint: names.length === 0 ? 'Put them into qrels/test.tsv.' : `Choose a split: ${names.join(', ')}.`,
      details: { splits: names },
    },
  );
}

/** Names in a folder. @throws QuarryError PATH_UNREADABLE, PATH_NOT_FOUND */
export async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw toFileError(folder, error, 'SUITE_INVALID');
  }
}

/** The file, or the file with `.gz`. */
export async function findFile(folder: string, name: string): Promise<string | undefined> {
  for (const candidate of [join(folder, name), join(folder, `${name}.gz`)])
    if (await exists(candidate)) return candidate;
  return undefined;
}

async function requireFile(folder: string, name: string): Promise<string> {
  const path = await findFile(folder, name);
  if (path !== undefined) return path;
  throw new QuarryError('SUITE_INVALID', `${folder} has no ${name}.`, {
    hint: 'A suite is a folder with queries.jsonl and qrels/test.tsv (BEIR layout).',
  });
}

function missingQueries(qrels: Qrels, known: ReadonlySet<string>): string[] {
  const missing = [...qrels.keys()].filter((query) => !known.has(query));
  if (missing.length === 0) return [];
  return [
    `${missing.length} judged queries are not in queries.jsonl, for instance ${missing.slice(0, 3).join(', ')}; they are left out.`,
  ];
}

function noOverlap(folder: string, split: string): QuarryError {
  return new QuarryError('SUITE_INVALID', `${folder}: no query of queries.jsonl is judged in qrels/${split}.`, {
    hint: 'The ids of both files must be the same.',
  });
}

function hashOf(queries: Suite['queries'], qrels: Qrels, excerpts: readonly Excerpt[]): string {
  const judged = [...qrels].map(([query, judgments]) => [query, [...judgments]]);
  return sha256(JSON.stringify([queries.map(({ id, text, type }) => [id, text, type]), judged, excerpts]));
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // Absent is an answer here; an unreadable file is reported by whoever reads it.
  }
}

/** Whether the path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // Not there, or not to be seen: no folder for us.
  }
}
