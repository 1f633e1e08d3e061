import type { JsonValue } from '../types.js';
import type { Example } from './example.js';

/** What is said of a dataset as a whole; kept with every version. */
export interface DatasetAbout {
  readonly description: string;
  /** SPDX expression for the dataset as published; empty when undecided. */
  readonly licence: string;
  /** BCP 47 tags. */
  readonly languages: readonly string[];
  readonly tags: readonly string[];
}

/** An immutable file of examples. */
export interface DatasetSegment {
  /** sha256 (hex) of the uncompressed lines; also the file's name. */
  readonly sha256: string;
  readonly rows: number;
  /** Uncompressed size in bytes. */
  readonly bytes: number;
}

/** One version of a dataset. Versions are numbered from 1 and never change. */
export interface DatasetVersion {
  readonly name: string;
  readonly version: number;
  /** The version that this one was made from; 0 for the first. */
  readonly parent: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** What was done, in one line. */
  readonly message: string;
  readonly about: DatasetAbout;
  readonly rows: number;
  readonly segments: readonly DatasetSegment[];
  /** What tools need to remember: audits, splits, overrides. Plain JSON by tool name. */
  readonly notes: { readonly [tool: string]: JsonValue };
}

/** Examples that can be read again and again, so that no pass over them has to hold them all. */
export interface ExampleSource {
  readonly rows: number;
  /** All examples in order, the same ones on every call. */
  read(): Iterable<Example> | AsyncIterable<Example>;
}

/** A change to a dataset; becomes one new version. */
export interface DatasetCommit {
  /** The version that the change was made on; 0 to create the dataset. */
  readonly parent: number;
  readonly createdAt: string;
  readonly message: string;
  readonly about: DatasetAbout;
  readonly notes: { readonly [tool: string]: JsonValue };
  /** Examples of the parent pass through; undefined drops one. Left out: all stay as they are. */
  readonly transform?: (example: Example) => Example | undefined;
  /** Examples put after those that stay. */
  readonly append?: Iterable<Example> | AsyncIterable<Example>;
  /** Segments to take over as they are, instead of the parent's; for restoring an old version. */
  readonly segments?: readonly DatasetSegment[];
}

/** One entry of an append-only ledger, numbered from 1 without gaps. */
export interface LedgerEntry {
  readonly sequence: number;
  readonly value: JsonValue;
}

/** An entry as it was read; its value may have been damaged since it was written. */
export interface StoredEntry extends LedgerEntry {
  /** Where it is kept, for messages. */
  readonly path: string;
}

/** A dataset whose newest version cannot be read. */
export interface DatasetDamage {
  readonly name: string;
  /** What is wrong, with the file. */
  readonly problem: string;
  /** What to do about it. */
  readonly hint: string;
}

/** What there is of datasets, by name. */
export interface DatasetListing {
  readonly datasets: readonly DatasetVersion[];
  readonly damaged: readonly DatasetDamage[];
}

/**
 * Keeps datasets: immutable versions, each whole or absent, whatever process dies when.
 * Names are 1 to 64 letters, digits, dashes and underscores.
 */
export interface DatasetStore {
  /** Newest version of every dataset, by name, and those datasets of which it cannot be read. */
  list(): Promise<DatasetListing>;
  /** Newest version, or the given one. */
  get(name: string, version?: number): Promise<DatasetVersion | undefined>;
  /** All versions, newest first. */
  history(name: string): Promise<readonly DatasetVersion[]>;
  /** Examples of a version in order. @throws QuarryError DATASET_INVALID when a file is damaged */
  read(version: DatasetVersion): AsyncIterable<Example>;
  /**
   * Adds a version. Durable when it resolves.
   * @throws QuarryError ALREADY_EXISTS when another version was made from the same parent meanwhile
   */
  commit(name: string, change: DatasetCommit): Promise<DatasetVersion>;
  /** Removes a dataset with all versions and ledgers, damaged ones too; false when it is absent. */
  delete(name: string): Promise<boolean>;
  /** Names of the dataset's ledgers, in order. */
  ledgers(name: string): Promise<readonly string[]>;
  /**
   * Entries after `after`, in order, none left out before the last that is given. @throws QuarryError DATASET_INVALID for
   * one that is not JSON, PATH_UNREADABLE
   */
  readLedger(name: string, ledger: string, after: number): Promise<readonly StoredEntry[]>;
  /** Adds entry `sequence`, durable when it resolves to true; false when another writer was faster. */
  appendLedger(name: string, ledger: string, entry: LedgerEntry): Promise<boolean>;
}

/** Rows of an imported file: one record each, with the place it was read from for messages. */
export interface ImportedRecord {
  /** 1-based line or row. */
  readonly line: number;
  /** Undefined for what is not JSON or no row of the table. */
  readonly value: unknown;
  /** Why it is no record, where the reader knows. */
  readonly problem?: string;
}

/** A file of an export as it lies on disk. */
export interface ExportedFile {
  /** Relative to the export's folder, with forward slashes. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
}

/** A column of a Parquet file. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'double' | 'int32';
}

/** A file of an export that grows row by row, so that nobody has to hold it whole. */
export interface GrowingFile<Row> {
  /** Adds a row at its end. */
  write(row: Row): Promise<void>;
  /** Finishes the file; its rows are as many as were written. */
  close(): Promise<ExportedFile>;
}

/** A line of a file that is in order of its keys. */
export interface KeyedLine {
  /** Compared by code unit; no two lines may have the same. */
  readonly key: string;
  readonly line: string;
}

/** Writes the files of one export; nothing is visible under the final name until `publish`. */
export interface ExportWriter {
  /** Writes a text file from its pieces, and notes how many rows they are. */
  writeText(path: string, pieces: Iterable<string>, rows: number): Promise<ExportedFile>;
  /** Opens a text file; each row is a line with its end. */
  openText(path: string): Promise<GrowingFile<string>>;
  /** Opens a text file whose lines come in any order and stand in order of their keys; only the keys are kept in memory. */
  openOrdered(path: string): Promise<GrowingFile<KeyedLine>>;
  /** Opens a Parquet file; rows hold the columns' values by name. */
  openTable(path: string, columns: readonly TableColumn[]): Promise<GrowingFile<Readonly<Record<string, unknown>>>>;
  /** Moves the whole folder to its final name. */
  publish(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** Reads and writes dataset files on disk. */
export interface DatasetFiles {
  /**
   * Opens a folder for an export.
   * @throws QuarryError ALREADY_EXISTS when it is there and `overwrite` is false, PATH_UNREADABLE
   */
  openExport(folder: string, overwrite: boolean): Promise<ExportWriter>;
  /** Lines of a text file (gzip when the name ends in `.gz`), without line ends. @throws QuarryError PATH_NOT_FOUND, DATASET_INVALID */
  readLines(path: string): AsyncIterable<string>;
  /** Records of a CSV or TSV file with a header (RFC 4180). */
  readTable(path: string, delimiter: ',' | '\t'): AsyncIterable<ImportedRecord>;
  /** Whether there is a folder, a file or nothing. */
  kindOf(path: string): Promise<'file' | 'folder' | 'absent'>;
}
