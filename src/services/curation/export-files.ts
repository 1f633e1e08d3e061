import type { Example, SplitName } from '../../core/curation/example.js';
import { SPLITS } from '../../core/curation/example.js';
import { BEIR_SPLITS, beirJudgments, qrelsLines, toBeir } from '../../core/curation/formats/beir.js';
import {
  type ExportFormat,
  type ExportRow,
  exportColumns,
  toExportRows,
} from '../../core/curation/formats/export-shapes.js';
import type { ExportedFile, ExportWriter } from '../../core/curation/ports.js';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';

/** In which shape rows are written. */
export interface ExportShape {
  readonly format: ExportFormat;
  readonly container: 'jsonl' | 'parquet';
  /** Negatives per row of n-tuple, 1..10. */
  readonly negatives: number;
}

/** What was written of the data. */
export interface WrittenData {
  /** Data files that the card names, by split. */
  readonly files: readonly { readonly split: SplitName; readonly file: ExportedFile }[];
  /** All data files and `provenance.jsonl`. */
  readonly all: readonly ExportedFile[];
  /** Examples that gave rows, and how many the format has no place for. */
  readonly examples: readonly Example[];
  readonly unfit: number;
}

type PlacedData = Pick<WrittenData, 'files' | 'all'> & { readonly placed: readonly Placed[] };

/** An example with the rows that it gave. */
interface Placed {
  readonly example: Example;
  readonly place: JsonObject;
}

/**
 * Writes the data files of an export, and `provenance.jsonl` with a line for each example in them: file, number of its
 * first row and how many rows are its own (BEIR: its query and document), then where it comes from.
 * @throws QuarryError DATASET_INVALID when no example fits the format
 */
export async function writeData(
  writer: ExportWriter,
  examples: readonly Example[],
  shape: ExportShape,
): Promise<WrittenData> {
  const { placed, files, all } =
    shape.format === 'beir' ? await writeBeir(writer, examples) : await writeRows(writer, examples, shape);
  const provenance = await writer.writeText('provenance.jsonl', provenanceLines(placed), placed.length);
  const fitting = placed.map(({ example }) => example);
  return { files, all: [...all, provenance], examples: fitting, unfit: examples.length - fitting.length };
}

async function writeRows(
  writer: ExportWriter,
  examples: readonly Example[],
  { format, container, negatives }: ExportShape,
): Promise<PlacedData> {
  const isTable = container === 'parquet' || format === 'parquet';
  const bySplit = new Map<SplitName, ExportRow[]>();
  const placed: Placed[] = [];
  for (const example of examples) {
    const rows = toExportRows(example, format, negatives);
    if (rows.length === 0) continue;
    const split = example.split === '' ? 'train' : example.split;
    const known = bySplit.get(split) ?? [];
    bySplit.set(split, known);
    placed.push({ example, place: { file: pathOf(split, isTable), row: known.length + 1, rows: rows.length } });
    known.push(...rows);
  }
  const columns = exportColumns(format, negatives);
  const files: { split: SplitName; file: ExportedFile }[] = [];
  for (const split of SPLITS) {
    const rows = bySplit.get(split) ?? [];
    if (rows.length === 0) continue;
    const path = pathOf(split, isTable);
    const file =
      isTable && columns !== undefined
        ? await writer.writeTable(path, columns, rows)
        : await writer.writeText(path, jsonLines(rows), rows.length);
    files.push({ split, file });
  }
  if (files.length > 0) return { files, all: files.map(({ file }) => file), placed };
  throw new QuarryError('DATASET_INVALID', `No example of the dataset fits the format ${format}.`, {
    hint: 'Look at the kinds of its examples with dataset_show; triplets need dataset_negatives first.',
  });
}

function pathOf(split: SplitName, isTable: boolean): string {
  return `data/${split}.${isTable ? 'parquet' : 'jsonl'}`;
}

async function writeBeir(writer: ExportWriter, examples: readonly Example[]): Promise<PlacedData> {
  const tables = toBeir(examples);
  if (tables.queries.length === 0) {
    throw new QuarryError('DATASET_INVALID', 'No example of the dataset is a pair, triplet or judged passage.', {
      hint: 'Only those make a benchmark.',
    });
  }
  const texts = [
    await writer.writeText('corpus.jsonl', jsonLines(tables.corpus), tables.corpus.length),
    await writer.writeText('queries.jsonl', jsonLines(tables.queries), tables.queries.length),
  ];
  const files: { split: SplitName; file: ExportedFile }[] = [];
  for (const split of SPLITS) {
    const judgments = tables.qrels[split];
    if (judgments.length === 0) continue;
    files.push({ split, file: await writer.writeText(qrelsPath(split), qrelsLines(judgments), judgments.length) });
  }
  const placed = beirJudgments(examples).map(({ example, split, queryId, documentId }) => ({
    example,
    place: { file: qrelsPath(split), query: queryId, document: documentId },
  }));
  return { files, all: [...files.map(({ file }) => file), ...texts], placed };
}

function qrelsPath(split: SplitName): string {
  return `qrels/${BEIR_SPLITS[split]}.tsv`;
}

function* jsonLines(rows: Iterable<unknown>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}

function* provenanceLines(placed: readonly Placed[]): Generator<string> {
  for (const { example, place } of placed) {
    const { id, split, licence, review, trust, provenance } = example;
    yield `${JSON.stringify({ id, ...place, split, licence, review, trust, ...provenance })}\n`;
  }
}
