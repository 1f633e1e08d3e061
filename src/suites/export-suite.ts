import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportedFile, Suite, SuiteDocument, SuiteExport } from '../core/benchmark/suite.js';
import { messageOf, QuarryError } from '../core/errors.js';
import { writeParts } from './text-file.js';
import { jsonLines, qrelsLines, queryLines, trecId } from './write-suite.js';

type Part = readonly [name: string, lines: Iterable<string> | AsyncIterable<string>];

/** What an export may have put into its folder; anything else there is somebody's own. */
const EXPORTED = /^(?:queries\.jsonl|corpus\.jsonl|topics\.xml|qrels\.txt|corpus\.trec)(?:\.gz)?$|^qrels$/;

/**
 * Writes a suite for other tools: a BEIR folder (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv) or TREC files
 * (topics.xml, qrels.txt, corpus.trec). The folder appears when it is whole. Resolves to the files written.
 * @throws QuarryError ALREADY_EXISTS when the folder is there and may not be replaced, SUITE_INVALID for ids that a format
 * cannot hold, PATH_UNREADABLE
 */
export async function exportSuite(
  suite: Suite,
  documents: AsyncIterable<SuiteDocument> | undefined,
  options: SuiteExport,
): Promise<ExportedFile[]> {
  const { folder, gzip } = options;
  await requireFree(options);
  const ending = gzip ? '.gz' : '';
  const parts = options.format === 'beir' ? beirParts(suite, documents) : trecParts(suite, documents);
  const scratch = `${folder}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    for (const [name, lines] of parts) await writeParts(join(scratch, `${name}${ending}`), lines, { replace: false });
    await publish(scratch, folder);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
  return parts.map(([name]) => ({ path: join(folder, `${name}${ending}`) }));
}

function beirParts(suite: Suite, documents: AsyncIterable<SuiteDocument> | undefined): Part[] {
  const parts: Part[] = [
    ['queries.jsonl', queryLines(suite.queries)],
    [`qrels/${suite.split}.tsv`, qrelsLines(suite.qrels)],
  ];
  return documents === undefined ? parts : [...parts, ['corpus.jsonl', beirDocuments(documents)]];
}

function trecParts(suite: Suite, documents: AsyncIterable<SuiteDocument> | undefined): Part[] {
  const parts: Part[] = [
    ['topics.xml', topics(suite)],
    ['qrels.txt', trecQrels(suite)],
  ];
  return documents === undefined ? parts : [...parts, ['corpus.trec', trecDocuments(documents)]];
}

/** Only nothing, an empty folder, or (when asked) an earlier export may stand in the way. */
async function requireFree({ folder, overwrite }: SuiteExport): Promise<void> {
  const names = await namesIn(folder);
  if (names?.length === 0 || (names === undefined && !(await isThere(folder)))) return;
  const isOurs = names?.every((name) => EXPORTED.test(name)) === true;
  if (isOurs && overwrite) return;
  throw alreadyThere(folder, isOurs);
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  return readdir(folder).catch(() => undefined); // Not a folder, or none that we may list.
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false, // What is wrong shows when the folder is made.
  );
}

function alreadyThere(folder: string, isOurs: boolean): QuarryError {
  return new QuarryError('ALREADY_EXISTS', `${folder} is already there.`, {
    hint: isOurs
      ? 'Name another folder, or replace the earlier export with overwrite and confirm.'
      : 'It holds other files than an export, so it is not replaced. Name a folder that is not there.',
  });
}

/** Puts the finished folder in its place; an earlier export goes only then. */
async function publish(scratch: string, folder: string): Promise<void> {
  const old = `${folder}.${randomBytes(6).toString('hex')}.old`;
  const isReplaced = ((await namesIn(folder)) ?? []).length > 0;
  try {
    if (isReplaced) await rename(folder, old);
    await rename(scratch, folder);
  } catch (error) {
    throw new QuarryError('PATH_UNREADABLE', `${folder} cannot be made: ${messageOf(error)}.`, {
      hint: 'Choose a folder that you may write to, and let no other program write there.',
      cause: error,
    });
  }
  if (isReplaced) await rm(old, { recursive: true, force: true });
}

async function* beirDocuments(documents: AsyncIterable<SuiteDocument>): AsyncGenerator<string> {
  for await (const { id, title, text } of documents) yield* jsonLines([{ _id: id, title, text }]);
}

function* topics(suite: Suite): Generator<string> {
  for (const { id, text } of suite.queries) {
    yield `<top>\n<num> Number: ${trecId(id)}\n<title> ${escapeMarkup(text.replace(/\s+/g, ' '))}\n</top>\n\n`;
  }
}

function* trecQrels(suite: Suite): Generator<string> {
  for (const [query, judgments] of suite.qrels) {
    for (const [document, grade] of judgments) yield `${trecId(query)} 0 ${trecId(document)} ${grade}\n`;
  }
}

async function* trecDocuments(documents: AsyncIterable<SuiteDocument>): AsyncGenerator<string> {
  for await (const { id, title, text } of documents) {
    yield `<DOC>\n<DOCNO>${trecId(id)}</DOCNO>\n<TITLE>${escapeMarkup(title)}</TITLE>\n<TEXT>\n${escapeMarkup(text)}\n</TEXT>\n</DOC>\n`;
  }
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
