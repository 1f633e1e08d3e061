import { join } from 'node:path';
import { parseExample, type SplitName } from '../../core/curation/example.js';
import type { DatasetFiles } from '../../core/curation/ports.js';
import { QuarryError, throwIfCancelled } from '../../core/errors.js';
import type { JobHandle } from '../jobs.js';
import { breathe } from './dataset-access.js';
import { type ImportTally, noteBroken, readJsonRecords } from './import-tally.js';

/** What a folder is read with. */
interface BenchmarkRead {
  /** TREC layout: texts may also be tables of id and text, and judgments have four columns. */
  readonly isTrec: boolean;
  readonly licence: string;
  readonly language: string;
  readonly files: DatasetFiles;
  readonly handle: JobHandle;
}

/** Files that may hold the passages and the queries; tables only in TREC layout. */
const CORPUS_FILES = ['corpus.jsonl', 'corpus.tsv', 'collection.tsv'];
const QUERY_FILES = ['queries.jsonl', 'queries.tsv', 'topics.tsv', 'topics.txt'];
/** Names of the judgment files of each split; those in the folder itself name none, and are for testing. */
const QREL_SPLITS = [
  ['train', 'train'],
  ['dev', 'validation'],
  ['validation', 'validation'],
  ['test', 'test'],
] as const;
const QREL_FILES = ['qrels.txt', 'qrels.tsv', 'qrels'];

/**
 * Reads a folder in BEIR layout (`corpus.jsonl`, `queries.jsonl`, `qrels/test.tsv`) or in TREC layout (the same, or tables
 * of id and text, and `qrels.txt` with query, iteration, document and grade) as judged examples.
 * @throws QuarryError PATH_NOT_FOUND for a missing table, DATASET_INVALID without judgments
 */
export async function readBenchmarkFolder(folder: string, tally: ImportTally, work: BenchmarkRead): Promise<void> {
  const texts = new Map<string, string>();
  await readTexts(folder, { names: CORPUS_FILES, prefix: 'd', texts, tally, work });
  await readTexts(folder, { names: QUERY_FILES, prefix: 'q', texts, tally, work });
  const found = await judgmentFiles(folder, work);
  if (found.length === 0) {
    throw new QuarryError('DATASET_INVALID', `${folder} has no judgments.`, {
      hint: `Judgments are expected in qrels/train.tsv, qrels/dev.tsv or qrels/test.tsv${work.isTrec ? ', or in qrels.txt' : '; files of four columns are read with format trec'}.`,
    });
  }
  for (const { path, split } of found) await readJudgments({ folder, path, split, texts }, tally, work);
}

async function readTexts(
  folder: string,
  about: {
    readonly names: readonly string[];
    readonly prefix: 'd' | 'q';
    readonly texts: Map<string, string>;
    readonly tally: ImportTally;
    readonly work: BenchmarkRead;
  },
): Promise<void> {
  const { names, prefix, texts, tally, work } = about;
  const name = await firstFile(folder, work.isTrec ? names : names.slice(0, 1), work.files);
  if (name === undefined) {
    throw new QuarryError('PATH_NOT_FOUND', `${folder} has no ${names[0]}.`, {
      hint: `Wanted: ${(work.isTrec ? names : names.slice(0, 1)).join(' or ')}.${work.isTrec ? '' : ' Tables of id and text are read with format trec.'}`,
    });
  }
  const path = join(folder, name);
  const records = name.endsWith('.jsonl') ? readJsonRecords(path, work.files) : readPairs(path, work.files);
  for await (const { line, value } of records) {
    throwIfCancelled(work.handle.signal);
    const entry = textEntry(value);
    const key = `${prefix} ${entry?.id}`;
    if (entry === undefined) noteBroken(tally, `${name}:${line}`, 'an object with _id and text is wanted');
    else if ((texts.get(key) ?? entry.text) !== entry.text)
      noteBroken(tally, `${name}:${line}`, `${entry.id} stands above with another text, which is kept`);
    else texts.set(key, entry.text);
  }
}

/** Lines of an id, a tab and a text. */
async function* readPairs(path: string, files: DatasetFiles): AsyncGenerator<{ line: number; value: unknown }> {
  let line = 0;
  for await (const text of files.readLines(path)) {
    line++;
    const tab = text.indexOf('\t');
    if (text.trim() === '') continue;
    yield { line, value: tab < 1 ? undefined : { _id: text.slice(0, tab).trim(), text: text.slice(tab + 1).trim() } };
  }
}

async function judgmentFiles(
  folder: string,
  { isTrec, files }: BenchmarkRead,
): Promise<{ path: string; split: SplitName }[]> {
  const found: { path: string; split: SplitName }[] = [];
  for (const [name, split] of QREL_SPLITS) {
    const own = await firstFile(folder, [`qrels/${name}.tsv`, `qrels/${name}.txt`, `qrels.${name}.txt`], files);
    if (own !== undefined) found.push({ path: join(folder, own), split });
  }
  if (found.length > 0 || !isTrec) return found;
  const single = await firstFile(folder, QREL_FILES, files);
  return single === undefined ? [] : [{ path: join(folder, single), split: 'test' }];
}

async function firstFile(folder: string, names: readonly string[], files: DatasetFiles): Promise<string | undefined> {
  for (const name of names) if ((await files.kindOf(join(folder, name))) === 'file') return name;
  return undefined;
}

async function readJudgments(
  about: {
    readonly folder: string;
    readonly path: string;
    readonly split: SplitName;
    readonly texts: ReadonlyMap<string, string>;
  },
  tally: ImportTally,
  work: BenchmarkRead,
): Promise<void> {
  let line = 0;
  for await (const text of work.files.readLines(about.path)) {
    line++;
    await breathe(line);
    throwIfCancelled(work.handle.signal);
    const columns = text.split(work.isTrec ? /\s+/ : /\t|\s{2,}/).filter((column) => column !== '');
    if (columns.length === 0 || (line === 1 && columns[0] === 'query-id')) continue;
    const [queryId, documentId, grade] = columns.length >= 4 ? [columns[0], columns[2], columns[3]] : columns;
    const query = about.texts.get(`q ${queryId}`);
    const passage = about.texts.get(`d ${documentId}`);
    if (query === undefined || passage === undefined) {
      noteBroken(tally, `${about.path}:${line}`, `query ${queryId} or document ${documentId} is not in the files`);
      continue;
    }
    const parsed = parseExample({
      kind: 'judged',
      fields: { query, passage, grade: Math.min(3, Math.max(0, Number(grade))) },
      split: about.split,
      licence: work.licence,
      language: work.language,
      provenance: { source: about.folder, documentId: documentId ?? '', method: 'import', rule: 'qrels' },
    });
    if ('example' in parsed) tally.examples.push(parsed.example);
    else noteBroken(tally, `${about.path}:${line}`, parsed.problem);
  }
}

function textEntry(value: unknown): { id: string; text: string } | undefined {
  if (typeof value !== 'object' || value === null || !('_id' in value) || !('text' in value)) return undefined;
  const { _id: id, text } = value;
  if ((typeof id !== 'string' && typeof id !== 'number') || typeof text !== 'string') return undefined;
  const title = 'title' in value && typeof value.title === 'string' && value.title !== '' ? `${value.title}\n\n` : '';
  return { id: String(id), text: title + text };
}
