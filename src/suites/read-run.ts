import type { RunFile } from '../core/benchmark/suite.js';
import { QuarryError } from '../core/errors.js';
import type { ScoredDocument } from '../core/metrics/judgments.js';
import { cutAtTabs, cutColumns } from './columns.js';
import { readBlocks, readLines } from './read-lines.js';

/** More results than any track has asked for; beyond it memory, not patience, would end. */
const MAX_RESULTS = 20_000_000;
const HINT = 'A run has six columns: query id, Q0, document id, rank, score, tag.';

interface RunReader {
  readonly path: string;
  readonly results: Map<string, ScoredDocument[]>;
  /** Hashes of each query's document ids, beside its list. */
  readonly hashes: Map<string, number[]>;
  readonly columns: string[];
  /** Whether the block holds any tab; only then lines are looked at a second time. */
  hasTabs: boolean;
  query: string;
  list: ScoredDocument[];
  listHashes: number[];
  count: number;
  /** 1-based number of the line being read. */
  line: number;
  tag: string;
}

/**
 * Reads a TREC run: `qid Q0 docid rank score tag`, columns apart by white space (or by exactly five tabs, when ids hold
 * spaces), blank lines and `#` comments skipped. The rank is ignored, as trec_eval does.
 * @throws QuarryError PATH_NOT_FOUND, RUN_INVALID naming file and line, LIMIT_REACHED
 */
export async function readRun(path: string): Promise<RunFile> {
  const reader: RunReader = {
    path,
    results: new Map(),
    hashes: new Map(),
    columns: ['', '', '', '', '', '', ''],
    hasTabs: false,
    query: '',
    list: [],
    listHashes: [],
    count: 0,
    line: 1,
    tag: '',
  };
  for await (const block of readBlocks(path, 'RUN_INVALID')) takeBlock(reader, block);
  if (reader.count === 0) throw new QuarryError('RUN_INVALID', `${path} holds no results.`, { hint: HINT });
  for (const [query, documents] of reader.results) {
    const repeated = hasTwin(reader.hashes.get(query) ?? []) ? findRepeated(documents) : undefined;
    if (repeated !== undefined) throw await duplicateError(path, query, repeated);
  }
  return { results: reader.results, tag: reader.tag };
}

/** Whether two ids may be equal: sorting numbers costs a tenth of a set of a million strings. */
function hasTwin(hashes: readonly number[]): boolean {
  const sorted = Uint32Array.from(hashes).sort();
  return sorted.some((hash, i) => i > 0 && hash === sorted[i - 1]);
}

/** FNV-1a over UTF-16 code units (Fowler, Noll and Vo), 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function findRepeated(documents: readonly ScoredDocument[]): string | undefined {
  const seen = new Set<string>();
  return documents.find(({ id }) => seen.size === seen.add(id).size)?.id;
}

function takeBlock(reader: RunReader, block: string): void {
  reader.hasTabs = block.includes('\t');
  for (let start = 0; start < block.length; reader.line++) {
    const end = block.indexOf('\n', start);
    takeLine(reader, block, { start, end });
    start = end + 1;
  }
}

function takeLine(reader: RunReader, text: string, at: { start: number; end: number }): void {
  const { columns } = reader;
  const count = cutColumns(text, at.start, at.end, columns);
  if (count === 0 || columns[0]?.startsWith('#')) return;
  if (count < 6) throw lineError(reader.path, reader.line, `${count} columns instead of six`);
  let [query = '', , id = '', , score = '', tag = ''] = columns;
  // With six columns and no more, white space and tabs cut alike.
  const tabs = count > 6 && reader.hasTabs ? cutAtTabs(text.slice(at.start, at.end)) : [];
  if (tabs.length === 6) [query = '', , id = '', , score = '', tag = ''] = tabs;
  reader.tag = tag;
  add(reader, query, { id, score: toScore(reader, score) });
}

function add(reader: RunReader, query: string, document: ScoredDocument): void {
  if (reader.count >= MAX_RESULTS) {
    throw new QuarryError('LIMIT_REACHED', `${reader.path} holds more than ${MAX_RESULTS} results.`, {
      hint: 'Keep the first thousand results of each query.',
    });
  }
  if (query !== reader.query || reader.count === 0) {
    reader.query = query;
    reader.list = reader.results.get(query) ?? [];
    reader.results.set(query, reader.list);
    reader.listHashes = reader.hashes.get(query) ?? [];
    reader.hashes.set(query, reader.listHashes);
  }
  reader.listHashes.push(hashOf(document.id));
  reader.list.push(document);
  reader.count += 1;
}

function toScore(reader: RunReader, text: string): number {
  const score = Number(text);
  if (!Number.isNaN(score)) return score;
  const word = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (word !== null) return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  throw lineError(reader.path, reader.line, `the score ${JSON.stringify(text.slice(0, 40))} is not a number`);
}

function lineError(path: string, line: number, problem: string): QuarryError {
  return new QuarryError('RUN_INVALID', `${path}:${line}: ${problem}.`, { hint: HINT, details: { path, line } });
}

/** Looks for the line that repeats a document; the fast reader keeps no line numbers. */
async function duplicateError(path: string, query: string, id: string): Promise<QuarryError> {
  let first = 0;
  const columns = ['', '', '', '', '', ''];
  for await (const { text, number } of readLines(path, 'RUN_INVALID')) {
    const tabs = cutAtTabs(text);
    const cut = cutColumns(text, 0, text.length, columns);
    const cells = tabs.length === 6 ? tabs : columns.slice(0, cut);
    if (cells[0] !== query || cells[2] !== id) continue;
    if (first === 0) first = number;
    else return repeatError(path, { line: number, first, query, id });
  }
  return repeatError(path, { line: 0, first, query, id });
}

function repeatError(path: string, at: { line: number; first: number; query: string; id: string }): QuarryError {
  const { line, first, query, id } = at;
  return new QuarryError(
    'RUN_INVALID',
    `${path}:${line}: document ${JSON.stringify(id)} was already given for query ${JSON.stringify(query)} in line ${first}.`,
    {
      hint: 'A document may stand once per query. Fold chunks to documents by their best score first.',
      details: { path, line, first, query, document: id },
    },
  );
}
