import { type Example, SPLITS, type SplitName } from '../../core/curation/example.js';
import { type ExampleFacts, factsOf } from '../../core/curation/example-facts.js';
import { BEIR_SPLITS, BeirTables, type BeirText, qrelsLines } from '../../core/curation/formats/beir.js';
import {
  type ExportFormat,
  type ExportRow,
  exportColumns,
  toExportRows,
} from '../../core/curation/formats/export-shapes.js';
import type { ExampleSource, ExportedFile, ExportWriter, GrowingFile, KeyedLine } from '../../core/curation/ports.js';
import { QuarryError } from '../../core/errors.js';
import type { JsonObject } from '../../core/types.js';
import { type ExamplePass, visitExamples } from './visit-examples.js';

/** In which shape rows are written. */
export interface ExportShape {
  readonly format: ExportFormat;
  readonly container: 'jsonl' | 'parquet';
  /** Negatives per row of n-tuple, 1..10. */
  readonly negatives: number;
}

/** Examples to write, read one by one. */
export interface ExportInput {
  readonly examples: ExampleSource;
  /** Whether any of them has a split. */
  readonly hasSplits: boolean;
  readonly pass: ExamplePass;
}

/** What was written of the data. */
export interface WrittenData {
  /** Data files that the card names, by split. */
  readonly files: readonly { readonly split: SplitName; readonly file: ExportedFile }[];
  /** All data files and `provenance.jsonl`. */
  readonly all: readonly ExportedFile[];
  /** Examples that gave rows: what is told of them, and their places in what was read. */
  readonly facts: readonly ExampleFacts[];
  readonly places: readonly number[];
}

/** Data files that grow while examples are read. */
interface DataFiles {
  /** Writes the rows of an example; tells where they are, or undefined when the format has no place for it. */
  add(example: Example): Promise<JsonObject | undefined>;
  close(): Promise<Pick<WrittenData, 'files' | 'all'>>;
  /** Says that no example had a place. */
  refuse(): QuarryError;
}

/**
 * Writes the data files of an export, and `provenance.jsonl` with a line for each example in them: file, number of its
 * first row and how many rows are its own (BEIR: its query and document), then where it comes from.
 * @throws QuarryError DATASET_INVALID when no example fits the format
 */
export async function writeData(writer: ExportWriter, input: ExportInput, shape: ExportShape): Promise<WrittenData> {
  const data = shape.format === 'beir' ? await openBeir(writer, input.hasSplits) : new RowFiles(writer, shape);
  const provenance = await writer.openText('provenance.jsonl');
  const facts: ExampleFacts[] = [];
  const places: number[] = [];
  await visitExamples(input.examples, input.pass, async (example, at) => {
    const place = await data.add(example);
    if (place === undefined) return;
    facts.push(factsOf(example));
    places.push(at);
    await provenance.write(provenanceLine(example, place));
  });
  if (facts.length === 0) throw data.refuse();
  const { files, all } = await data.close();
  return { files, all: [...all, await provenance.close()], facts, places };
}

/** One file for each split, opened when it gets its first row. */
class RowFiles implements DataFiles {
  readonly #writer: ExportWriter;
  readonly #shape: ExportShape;
  readonly #open = new Map<SplitName, { readonly file: GrowingFile<ExportRow>; rows: number }>();

  constructor(writer: ExportWriter, shape: ExportShape) {
    this.#writer = writer;
    this.#shape = shape;
  }

  async add(example: Example): Promise<JsonObject | undefined> {
    const { format, negatives } = this.#shape;
    const rows = toExportRows(example, format, negatives);
    if (rows.length === 0) return undefined;
    const split = example.split === '' ? 'train' : example.split;
    const open = this.#open.get(split) ?? { file: await this.#openFile(split), rows: 0 };
    this.#open.set(split, open);
    const place = { file: this.#pathOf(split), row: open.rows + 1, rows: rows.length };
    open.rows += rows.length;
    for (const row of rows) await open.file.write(row);
    return place;
  }

  async close(): Promise<Pick<WrittenData, 'files' | 'all'>> {
    const files: { split: SplitName; file: ExportedFile }[] = [];
    for (const split of SPLITS) {
      const open = this.#open.get(split);
      if (open !== undefined) files.push({ split, file: await open.file.close() });
    }
    return { files, all: files.map(({ file }) => file) };
  }

  refuse(): QuarryError {
    return new QuarryError('DATASET_INVALID', `No example of the dataset fits the format ${this.#shape.format}.`, {
      hint: 'Look at the kinds of its examples with dataset_show: triplets need dataset_negatives first; chat formats take chats, instructions, and pairs whose anchor ends in a question mark.',
    });
  }

  get #isTable(): boolean {
    return this.#shape.container === 'parquet' || this.#shape.format === 'parquet';
  }

  #pathOf(split: SplitName): string {
    return `data/${split}.${this.#isTable ? 'parquet' : 'jsonl'}`;
  }

  async #openFile(split: SplitName): Promise<GrowingFile<ExportRow>> {
    const path = this.#pathOf(split);
    const columns = this.#isTable ? exportColumns(this.#shape.format, this.#shape.negatives) : undefined;
    if (columns !== undefined) return this.#writer.openTable(path, columns);
    const text = await this.#writer.openText(path);
    return { write: (row) => text.write(jsonLine(row)), close: () => text.close() };
  }
}

async function openBeir(writer: ExportWriter, hasSplits: boolean): Promise<DataFiles> {
  const tables = new BeirTables(hasSplits);
  const corpus = await writer.openOrdered('corpus.jsonl');
  const queries = await writer.openOrdered('queries.jsonl');
  return {
    async add(example) {
      const entry = tables.add(example);
      if (entry === undefined) return undefined;
      await writeTexts(queries, entry.queries, ({ id, text }) => ({ _id: id, text }));
      await writeTexts(corpus, entry.documents, ({ id, text }) => ({ _id: id, title: '', text }));
      return { file: qrelsPath(entry.split), query: entry.queryId, document: entry.documentId };
    },
    async close() {
      const texts = [await corpus.close(), await queries.close()];
      const files: { split: SplitName; file: ExportedFile }[] = [];
      for (const split of SPLITS) {
        const judgments = tables.judgments(split);
        if (judgments.length === 0) continue;
        files.push({ split, file: await writer.writeText(qrelsPath(split), qrelsLines(judgments), judgments.length) });
      }
      return { files, all: [...files.map(({ file }) => file), ...texts] };
    },
    refuse: () =>
      new QuarryError('DATASET_INVALID', 'No example of the dataset is a pair, triplet or judged passage.', {
        hint: 'Only those make a benchmark.',
      }),
  };
}

async function writeTexts(
  file: GrowingFile<KeyedLine>,
  texts: readonly BeirText[],
  toRow: (text: BeirText) => JsonObject,
): Promise<void> {
  for (const text of texts) await file.write({ key: text.id, line: jsonLine(toRow(text)) });
}

function qrelsPath(split: SplitName): string {
  return `qrels/${BEIR_SPLITS[split]}.tsv`;
}

function jsonLine(row: unknown): string {
  return `${JSON.stringify(row)}\n`;
}

function provenanceLine(example: Example, place: JsonObject): string {
  const { id, split, licence, review, trust, provenance } = example;
  return jsonLine({ id, ...place, split, licence, review, trust, ...provenance });
}
