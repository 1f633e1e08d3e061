import { join } from 'node:path';
import type { Suite } from '../core/benchmark/suite.js';
import { QuarryError } from '../core/errors.js';
import type { Qrels, RunResults } from '../core/metrics/judgments.js';
import { rankDocuments } from '../core/metrics/rank-documents.js';
import { writeParts } from './text-file.js';

/** Suites of the workspace are written where nobody else writes. */
const OWN = { replace: true } as const;

/** Writes queries, judgments, excerpts and manifest in BEIR layout; the manifest last, so that a folder with it is whole. */
export async function saveSuite(
  folder: string,
  suite: Omit<Suite, 'folder' | 'hash' | 'warnings' | 'hasCorpus'>,
): Promise<void> {
  const { manifest, queries, qrels, excerpts, split } = suite;
  await writeParts(join(folder, 'queries.jsonl'), queryLines(queries), OWN);
  await writeParts(join(folder, 'qrels', `${split}.tsv`), qrelsLines(qrels), OWN);
  if (excerpts.length > 0) {
    const lines = excerpts.map((excerpt) => ({
      'query-id': excerpt.queryId,
      'corpus-id': excerpt.documentId,
      quote: excerpt.quote,
      ...(excerpt.contentHash === null ? {} : { 'content-hash': excerpt.contentHash }),
    }));
    await writeParts(join(folder, 'excerpts.jsonl'), jsonLines(lines), OWN);
  }
  const { documents, collection, ...rest } = manifest;
  const shown = {
    ...rest,
    ...(documents === null ? {} : { documents }),
    ...(collection === null ? {} : { collection }),
  };
  await writeParts(join(folder, 'suite.json'), [`${JSON.stringify(shown, null, 2)}\n`], OWN);
}

/** Queries as JSON lines. */
export function queryLines(queries: Suite['queries']): Iterable<string> {
  return jsonLines(
    queries.map(({ id, text, type }) => ({ _id: id, text, ...(type === '' ? {} : { metadata: { type } }) })),
  );
}

/** One JSON object per line. */
export function* jsonLines(values: readonly object[]): Generator<string> {
  for (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** Judgments in BEIR form. */
export function* qrelsLines(qrels: Qrels): Generator<string> {
  yield 'query-id\tcorpus-id\tscore\n';
  for (const [query, judgments] of qrels) {
    for (const [document, grade] of judgments) yield `${cell(query)}\t${cell(document)}\t${grade}\n`;
  }
}

/**
 * Writes a TREC run: queries as given, documents as trec_eval would rank them, ranks from 1. Columns are apart by spaces,
 * or by tabs where an id holds a space (trec_eval cannot read such ids; Quarry can).
 */
export async function writeRun(
  path: string,
  results: RunResults,
  { tag, replace }: { readonly tag: string; readonly replace: boolean },
): Promise<void> {
  await writeParts(path, runLines(results, tag.replace(/\s+/g, '-') || 'quarry'), { replace });
}

function* runLines(results: RunResults, tag: string): Generator<string> {
  for (const [query, documents] of results) {
    let lines = '';
    rankDocuments(documents).forEach(({ id, score }, index) => {
      const gap = /\s/.test(query) || /\s/.test(id) ? '\t' : ' ';
      lines += `${[cell(query), 'Q0', cell(id), index + 1, score, tag].join(gap)}\n`;
    });
    yield lines;
  }
}

/** @throws QuarryError SUITE_INVALID for an id that no line-based format can hold */
function cell(id: string): string {
  if (!/[\t\n\r]/.test(id) && id.trim() === id && id !== '') return id;
  throw new QuarryError(
    'SUITE_INVALID',
    `The id ${JSON.stringify(id.slice(0, 100))} cannot stand in a TREC or BEIR file.`,
    {
      hint: 'Ids must not be empty, hold tabs or line ends, or begin or end with a space.',
    },
  );
}

/** An id for a file whose columns are apart by white space. @throws QuarryError SUITE_INVALID for an id with white space */
export function trecId(id: string): string {
  if (!/\s/.test(id)) return cell(id);
  throw new QuarryError('SUITE_INVALID', `The id ${JSON.stringify(id.slice(0, 100))} cannot stand in a TREC file.`, {
    hint: 'Export in BEIR form, whose columns are apart by tabs.',
  });
}
