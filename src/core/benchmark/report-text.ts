import { describeComparison, formatP } from './compare-scores.js';
import type { BenchmarkReport, MovedQuery, ReportRun } from './report.js';

/** Names of every metric of a report, in the order of its first run. */
export function metricNames(report: BenchmarkReport): string[] {
  return Object.keys(report.runs[0]?.metrics ?? {});
}

/** `0.512 [0.470, 0.553]` */
export function formatInterval(run: ReportRun, metric: string, digits = 4): string {
  const interval = run.metrics[metric];
  if (interval === undefined) return '-';
  return `${interval.mean.toFixed(digits)} [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]`;
}

/** Rows of cells as text with aligned columns. */
function alignRows(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

/** What stands above the numbers: the suite, and a mark where numbers flatter. */
export function headline(report: BenchmarkReport): string {
  const queries = [...new Set(report.runs.map((run) => run.queries))].join('/');
  const mark = report.origin === 'mined' ? ' MINED from structure: these numbers flatter, quote them nowhere.' : '';
  return `Suite ${report.suite}, ${queries} queries.${mark}`;
}

/** Rows of the table of scores. */
export function scoreRows(report: BenchmarkReport): string[][] {
  const metrics = metricNames(report);
  const head = ['run', ...metrics, 'p50 ms', 'p95 ms'];
  const rows = report.runs.map((run) => [
    run.name,
    ...metrics.map((metric) => formatInterval(run, metric)),
    run.timing === null ? '-' : run.timing.p50Ms.toFixed(1),
    run.timing === null ? '-' : run.timing.p95Ms.toFixed(1),
  ]);
  return [head, ...rows];
}

/** What the indexes of the runs cost, each index once. */
export function indexLines(report: BenchmarkReport): string[] {
  const lines = report.runs.flatMap(({ timing }) => {
    if (timing === null) return [];
    const { documents, chunks, bytesOnDisk, indexMs } = timing;
    const made = indexMs === null ? 'made before' : `made in ${(indexMs / 1000).toFixed(1)} s`;
    return [`Index: ${documents} documents, ${chunks} chunks, ${(bytesOnDisk / 1e6).toFixed(1)} MB, ${made}.`];
  });
  return [...new Set(lines)];
}

/** Rows of what is measured beside ranking. */
export function extraRows(report: BenchmarkReport): string[][] {
  const runs = report.runs.filter((run) => run.answerability.length > 0 || run.abstention !== null);
  if (runs.length === 0) return [];
  const budgets = runs[0]?.answerability.map((budget) => budget.tokens) ?? [];
  const head = [
    'run',
    ...budgets.map((tokens) => `answered in ${tokens} tokens`),
    'abstention AUC',
    'calibration error',
    'chunk recall',
    'chunk precision',
    'IoU',
    'precision-omega',
  ];
  const number = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(3));
  const rows = runs.map((run) => [
    run.name,
    ...budgets.map((tokens) => number(run.answerability.find((budget) => budget.tokens === tokens)?.mean)),
    run.abstention === null ? '-' : `${number(run.abstention.auc)} (${run.abstention.signal})`,
    number(run.abstention?.calibrationError),
    number(run.chunking?.recall),
    number(run.chunking?.precision),
    number(run.chunking?.iou),
    number(run.chunking?.precisionOmega),
  ]);
  return [head, ...rows];
}

/** Rows of the comparisons. */
export function comparisonRows(report: BenchmarkReport): string[][] {
  const head = ['b against a', 'metric', 'difference', '95% interval', 'p', 'corrected p', 'won/tied/lost', 'verdict'];
  const rows = report.comparisons.map((comparison) => [
    `${comparison.b} / ${comparison.a}`,
    comparison.metric,
    signed(comparison.difference),
    `${signed(comparison.low)} .. ${signed(comparison.high)}`,
    formatP(comparison.p),
    formatP(comparison.pAdjusted),
    `${comparison.wins}/${comparison.ties}/${comparison.losses}`,
    comparison.verdict,
  ]);
  return rows.length === 0 ? [] : [head, ...rows];
}

/** Four digits with a sign. */
export function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

/** A ranking in one line: documents with their grades. */
export function rankingLine(ranking: MovedQuery['rankingA']): string {
  const shown = ranking.map(({ document, grade }) => (grade === null ? document : `${document} (${grade})`));
  return shown.length === 0 ? 'nothing' : shown.join(', ');
}

/** The report for a terminal. */
export function toTable(report: BenchmarkReport): string {
  const parts = [
    headline(report),
    ...report.warnings.map((warning) => `WARNING: ${warning}`),
    alignRows(scoreRows(report)),
    ...indexLines(report),
  ];
  const extra = extraRows(report);
  if (extra.length > 0) parts.push(alignRows(extra));
  const comparisons = comparisonRows(report);
  if (comparisons.length > 0) {
    parts.push(alignRows(comparisons));
    const primary = metricNames(report)[0];
    const sentences = report.comparisons.filter((comparison) => comparison.metric === primary).map(describeComparison);
    parts.push(sentences.join('\n'));
  }
  if (report.moved.length > 0) parts.push(movedText(report.moved));
  return parts.join('\n\n');
}

function movedText(moved: readonly MovedQuery[]): string {
  const lines = moved.flatMap((query) => [
    `  ${query.query} ${signed(query.difference)} ${JSON.stringify(query.text)}`,
    `    a: ${rankingLine(query.rankingA)}`,
    `    b: ${rankingLine(query.rankingB)}`,
  ]);
  return ['Queries that moved most:', ...lines].join('\n');
}
