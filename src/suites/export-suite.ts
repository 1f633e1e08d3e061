import { join } from 'node:path';
import type { ExportedFile, Suite, SuiteDocument, SuiteExport } from '../core/benchmark/suite.js';
import { QuarryError } from '../core/errors.js';
import { isFolder } from './open-suite.js';
import { writeParts } from './text-file.js';
import { jsonLines, qrelsLines, queryLines, trecId } from './write-suite.js';

/**
 * Writes a suite for other tools: a BEIR folder (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv) or TREC files
 * (topics.xml, qrels.txt, corpus.trec). Resolves to the files written.
 * @throws QuarryError ALREADY_EXISTS when the folder is there, SUITE_INVALID for ids that a format cannot hold
 */
export async function exportSuite(
  suite: Suite,
  documents: AsyncIterable<SuiteDocument> | undefined,
  options: SuiteExport,
): Promise<ExportedFile[]> {
  if (await isFolder(options.folder)) {
    throw new QuarryError('ALREADY_EXISTS', `${options.folder} is already there.`, {
      hint: 'Name a folder that is not.',
    });
  }
  const ending = options.gzip ? '.gz' : '';
  const parts: [name: string, lines: Iterable<string> | AsyncIterable<string>][] =
    options.format === 'beir'
      ? [
          ['queries.jsonl', queryLines(suite.queries)],
          [`qrels/${suite.split}.tsv`, qrelsLines(suite.qrels)],
          ...(documents === undefined
            ? []
            : [['corpus.jsonl', beirDocuments(documents)] satisfies [string, AsyncIterable<string>]]),
        ]
      : [
          ['topics.xml', topics(suite)],
          ['qrels.txt', trecQrels(suite)],
          ...(documents === undefined
            ? []
            : [['corpus.trec', trecDocuments(documents)] satisfies [string, AsyncIterable<string>]]),
        ];
  for (const [name, lines] of parts) await writeParts(join(options.folder, `${name}${ending}`), lines);
  return parts.map(([name]) => ({ path: join(options.folder, `${name}${ending}`) }));
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
