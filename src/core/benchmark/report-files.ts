import { describeComparison } from './compare-scores.js';
import type { BenchmarkReport } from './report.js';
import {
  comparisonRows,
  extraRows,
  headline,
  indexLines,
  metricNames,
  rankingLine,
  scoreRows,
  signed,
} from './report-text.js';

/** The report as Markdown with tables. */
export function toMarkdown(report: BenchmarkReport): string {
  const parts = [`# Benchmark ${escapeMarkdown(report.suite)}`, escapeMarkdown(headline(report))];
  parts.push(...report.warnings.map((warning) => `> **Warning:** ${escapeMarkdown(warning)}`));
  parts.push(
    '## Scores',
    'Means with 95% bootstrap intervals.',
    markdownTable(scoreRows(report)),
    ...indexLines(report),
  );
  const extra = extraRows(report);
  if (extra.length > 0) parts.push('## Answers, abstention, chunks', markdownTable(extra));
  const comparisons = comparisonRows(report);
  if (comparisons.length > 0) {
    const primary = metricNames(report)[0];
    const sentences = report.comparisons.filter((comparison) => comparison.metric === primary).map(describeComparison);
    parts.push(
      '## Comparisons',
      'Paired randomization tests, p corrected by Holm over this table.',
      markdownTable(comparisons),
    );
    parts.push(sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join('\n'));
  }
  if (report.moved.length > 0) {
    const rows = report.moved.map((query) => [
      query.text,
      signed(query.difference),
      rankingLine(query.rankingA),
      rankingLine(query.rankingB),
    ]);
    parts.push(
      '## Queries that moved most',
      markdownTable([['query', 'difference', 'ranking a', 'ranking b'], ...rows]),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

/** Text that is neither markup nor HTML in a Markdown page. */
function escapeMarkdown(text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return plain.replace(/[|*_`[\]\\]/g, '\\$&').replace(/\s+/g, ' ');
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map((row) => `| ${row.map(escapeMarkdown).join(' | ')} |`);
  return [head, `|${(rows[0] ?? []).map(() => ' --- ').join('|')}|`, ...body].join('\n');
}

/** One row per run and metric, for a spreadsheet (RFC 4180). */
export function toCsv(report: BenchmarkReport): string {
  const rows: string[][] = [
    ['suite', 'run', 'mode', 'fingerprint', 'queries', 'metric', 'mean', 'low', 'high', 'p50_ms', 'p95_ms'],
  ];
  for (const run of report.runs) {
    for (const [metric, { mean, low, high }] of Object.entries(run.metrics)) {
      const timing = run.timing === null ? ['', ''] : [String(run.timing.p50Ms), String(run.timing.p95Ms)];
      const about = [report.suite, run.name, run.mode, run.fingerprint, String(run.queries)];
      rows.push([...about, metric, String(mean), String(low), String(high), ...timing]);
    }
  }
  return rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** Quotes where needed; a leading `=`, `+`, `-` or `@` of text would run as a formula in a spreadsheet. */
function csvCell(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A table for a paper (booktabs), the best mean of each metric in bold. */
export function toLatex(report: BenchmarkReport): string {
  const metrics = metricNames(report);
  const best = new Map(
    metrics.map((metric) => [metric, Math.max(...report.runs.map((run) => run.metrics[metric]?.mean ?? 0))]),
  );
  const rows = report.runs.map((run) => {
    const cells = metrics.map((metric) => {
      const mean = run.metrics[metric]?.mean ?? 0;
      const text = mean.toFixed(4);
      return report.runs.length > 1 && mean === best.get(metric) ? `\\textbf{${text}}` : text;
    });
    return `${[escapeLatex(run.name), ...cells].join(' & ')} \\\\`;
  });
  const note = report.origin === 'mined' ? ' Queries mined from structure: these numbers flatter.' : '';
  return [
    '% needs \\usepackage{booktabs}',
    '\\begin{table}',
    `\\caption{${escapeLatex(`${report.suite}, ${report.runs[0]?.queries ?? 0} queries.${note}`)}}`,
    `\\begin{tabular}{l${'r'.repeat(metrics.length)}}`,
    '\\toprule',
    `${['run', ...metrics.map(escapeLatex)].join(' & ')} \\\\`,
    '\\midrule',
    ...rows,
    '\\bottomrule',
    '\\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
};

function escapeLatex(text: string): string {
  return text.replace(/[\\~^&%$#_{}]/g, (character) => LATEX[character] ?? `\\${character}`);
}
