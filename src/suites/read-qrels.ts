import { QuarryError } from '../core/errors.js';
import type { Qrels } from '../core/metrics/judgments.js';
import { cutAtTabs, cutColumns } from './columns.js';
import { readLines } from './read-lines.js';

const HINT =
  'Judgments are four columns (query id, 0, document id, grade) or, with a header, three apart by tabs (query-id, corpus-id, score).';
const MAX_GRADE = 1_000_000;

/**
 * Reads relevance judgments: TREC (`qid 0 docid rel`) or BEIR (`query-id<TAB>corpus-id<TAB>score`, header or not), told
 * apart line by line. Grades are whole numbers; blank lines and `#` comments are skipped.
 * @throws QuarryError PATH_NOT_FOUND, SUITE_INVALID naming file and line
 */
export async function readQrels(path: string): Promise<Qrels> {
  const qrels = new Map<string, Map<string, number>>();
  const lines = new Map<string, number>();
  for await (const { text, number } of readLines(path, 'SUITE_INVALID')) {
    if (text.trim() === '' || text.startsWith('#')) continue;
    const cells = cellsOf(text);
    if (cells === undefined) throw lineError(path, number, 'expected three or four columns');
    const [query, document, grade] = cells;
    if (number === 1 && isHeader(query, grade)) continue;
    const value = /^[+-]?\d+(?:\.0+)?$/.test(grade) ? Number(grade) : Number.NaN;
    if (Number.isNaN(value) || Math.abs(value) > MAX_GRADE) {
      throw lineError(path, number, `the grade ${JSON.stringify(grade.slice(0, 40))} is not a whole number`);
    }
    const judgments = qrels.get(query) ?? new Map<string, number>();
    const key = JSON.stringify([query, document]);
    if (judgments.has(document)) {
      const problem = `document ${JSON.stringify(document)} was already judged for query ${JSON.stringify(query)} in line ${lines.get(key) ?? 0}`;
      throw lineError(path, number, problem);
    }
    lines.set(key, number);
    judgments.set(document, value);
    qrels.set(query, judgments);
  }
  if (qrels.size === 0) throw new QuarryError('SUITE_INVALID', `${path} holds no judgments.`, { hint: HINT });
  return qrels;
}

function cellsOf(line: string): [query: string, document: string, grade: string] | undefined {
  const tabs = cutAtTabs(line);
  if (tabs.length === 3) return [tabs[0] ?? '', tabs[1] ?? '', tabs[2] ?? ''];
  if (tabs.length === 4) return [tabs[0] ?? '', tabs[2] ?? '', tabs[3] ?? ''];
  const columns = ['', '', '', '', ''];
  const count = cutColumns(line, 0, line.length, columns);
  if (count === 4) return [columns[0] ?? '', columns[2] ?? '', columns[3] ?? ''];
  if (count === 3) return [columns[0] ?? '', columns[1] ?? '', columns[2] ?? ''];
  return undefined;
}

/** The first line of a BEIR file names its columns. */
function isHeader(query: string, grade: string): boolean {
  return /^(?:query[-_]?id|qid)$/i.test(query) && !/^[+-]?\d/.test(grade);
}

function lineError(path: string, line: number, problem: string): QuarryError {
  return new QuarryError('SUITE_INVALID', `${path}:${line}: ${problem}.`, { hint: HINT, details: { path, line } });
}
