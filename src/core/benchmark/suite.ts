import type { Qrels, RunResults } from '../metrics/judgments.js';
import type { DocumentFormat } from '../types.js';

/** How a suite's queries came about. Mined queries flatter and never stand in a headline. */
export const SUITE_ORIGINS = ['authored', 'mined', 'imported'] as const;
/** One of {@link SUITE_ORIGINS}. */
export type SuiteOrigin = (typeof SUITE_ORIGINS)[number];

/** Type of a query that the corpus cannot answer; such queries have no judgments and test abstention. */
export const UNANSWERABLE = 'unanswerable';

/** What a suite says of itself. */
export interface SuiteManifest {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly origin: SuiteOrigin;
  /** Folder of Markdown files below the suite's own; null for a `corpus.jsonl` or no corpus. */
  readonly documents: string | null;
  /** Living collection whose documents are judged; null when the suite brings its corpus. */
  readonly collection: string | null;
  /** Whether a hit whose id equals the query's is dropped, as ArguAna and Quora need it. */
  readonly dropSelfHits: boolean;
  readonly licence: string;
}

/** A question of a suite. */
export interface SuiteQuery {
  readonly id: string;
  readonly text: string;
  /** Kind of question (`paraphrase`, `typo`, ...); empty when the suite does not say. */
  readonly type: string;
}

/** The span of a document that answers a query. */
export interface Excerpt {
  readonly queryId: string;
  /** Id in the suite's corpus, or uri in a living collection. */
  readonly documentId: string;
  /** Verbatim. */
  readonly quote: string;
  /** sha256 of the document's text when it was judged; null when unknown. */
  readonly contentHash: string | null;
}

/** A document of a suite's own corpus. */
export interface SuiteDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly format: DocumentFormat;
}

/** A benchmark: queries, judgments, and a corpus or a collection. */
export interface Suite {
  readonly manifest: SuiteManifest;
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Name of the judgments file without its ending, usually `test`. */
  readonly split: string;
  /** Queries that the split judges, and unanswerable ones. */
  readonly queries: readonly SuiteQuery[];
  readonly qrels: Qrels;
  readonly excerpts: readonly Excerpt[];
  /** Whether it brings its own documents. */
  readonly hasCorpus: boolean;
  /** sha256 over queries, judgments and excerpts. */
  readonly hash: string;
  /** What a reader of results should know. */
  readonly warnings: readonly string[];
}

/** A suite in a list. */
export interface SuiteSummary {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly origin: SuiteOrigin;
  readonly collection: string | null;
  readonly queries: number;
  readonly judgments: number;
  readonly folder: string;
}

/** A suite that cannot be read. */
export interface SuiteDamage {
  /** Name of its folder; what it calls itself may be what is damaged. */
  readonly name: string;
  readonly folder: string;
  /** What is wrong, with the file. */
  readonly problem: string;
}

/** What there is of suites, by name of their folders. */
export interface SuiteListing {
  readonly suites: readonly SuiteSummary[];
  readonly damaged: readonly SuiteDamage[];
}

/** A run file's content. */
export interface RunFile {
  readonly results: RunResults;
  /** The tag of its last line. */
  readonly tag: string;
}

/** How a suite is written for other tools. */
export interface SuiteExport {
  /** Absolute path of the folder to make. */
  readonly folder: string;
  readonly format: 'beir' | 'trec';
  readonly gzip: boolean;
  /** Whether an earlier export in that folder is replaced. */
  readonly overwrite: boolean;
}

/** A file that an export wrote. */
export interface ExportedFile {
  readonly path: string;
}

/** Reads and writes suites, judgments and runs on disk; gzip is recognised by content, everything is streamed. */
export interface SuiteFiles {
  /** Folder of the suites that ship with the product. */
  readonly bundled: string;
  /** Suites directly below a folder, and those that cannot be read; none when the folder is absent. @throws QuarryError PATH_UNREADABLE */
  list(folder: string): Promise<SuiteListing>;
  /** Whether the path is a folder. */
  isFolder(path: string): Promise<boolean>;
  /** @throws QuarryError PATH_NOT_FOUND, SUITE_INVALID naming file and line */
  open(folder: string, split?: string): Promise<Suite>;
  /** Streams the suite's documents, ids ascending for Markdown, file order for `corpus.jsonl`. @throws QuarryError SUITE_INVALID */
  corpus(suite: Suite): AsyncIterable<SuiteDocument>;
  /** Writes a suite in BEIR layout with its manifest and excerpts. */
  save(folder: string, suite: Omit<Suite, 'folder' | 'hash' | 'warnings' | 'hasCorpus'>): Promise<void>;
  /** Writes a suite with its documents for other tools. @throws QuarryError ALREADY_EXISTS, SUITE_INVALID */
  exportSuite(suite: Suite, options: SuiteExport): Promise<ExportedFile[]>;
  /** TREC (four columns) or BEIR (three, tab-separated, header). @throws QuarryError PATH_NOT_FOUND, SUITE_INVALID */
  readQrels(path: string): Promise<Qrels>;
  /** @throws QuarryError PATH_NOT_FOUND, RUN_INVALID naming file and line */
  readRun(path: string): Promise<RunFile>;
  /** Six columns, ranks from 1, gzip when the path ends in `.gz`. @throws QuarryError ALREADY_EXISTS unless it may replace a file */
  writeRun(path: string, results: RunResults, how: { readonly tag: string; readonly replace: boolean }): Promise<void>;
  /** @throws QuarryError PATH_NOT_FOUND, PATH_UNREADABLE */
  readText(path: string): Promise<string>;
  /** Writes a whole file at once, folders included: a reader never sees half of it. @throws QuarryError ALREADY_EXISTS unless it may replace a file */
  writeText(path: string, text: string, how: { readonly replace: boolean }): Promise<void>;
  /** Removes a file or folder; nothing happens when it is absent. */
  remove(path: string): Promise<void>;
}
