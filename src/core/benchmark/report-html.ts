import { describeComparison } from './compare-scores.js';
import type { RunCurves } from './curves.js';
import type { BenchmarkReport, MovedQuery, ReportRun } from './report.js';
import { comparisonRows, extraRows, headline, indexLines, metricNames, scoreRows, signed } from './report-text.js';
import { differenceChart, escapeHtml, intervalChart, latencyChart, legend, lineChart } from './svg-plots.js';

const STYLE = `
:root { color-scheme: light dark; --back: #ffffff; --panel: #f6f7f9; --ink: #1a1f29; --soft: #5a6475; --rule: #d9dee6; --gain: #0f766e; --loss: #c2410c;
  --c0: #2563eb; --c1: #c2410c; --c2: #0f766e; --c3: #7e22ce; --c4: #be123c; --c5: #4d7c0f; }
@media (prefers-color-scheme: dark) { :root { --back: #12151b; --panel: #1b2029; --ink: #e8ebf0; --soft: #a3adbd; --rule: #333b48; --gain: #4fd1c1; --loss: #ff9d5c;
  --c0: #7aa2ff; --c1: #ff9d5c; --c2: #4fd1c1; --c3: #c79bff; --c4: #ff7d93; --c5: #b5d46b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 72rem; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; } h3 { font-size: .95rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; } .soft { color: var(--soft); }
.warning { border-left: 4px solid var(--loss); background: var(--panel); padding: .5rem .75rem; margin: .5rem 0; overflow-wrap: anywhere; }
.plots { display: grid; gap: 1rem; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
figure { margin: 0; padding: .75rem; background: var(--panel); border-radius: 8px; min-width: 0; }
figure > svg { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } td.wrap { white-space: normal; min-width: 14rem; overflow-wrap: anywhere; }
.legend { list-style: none; margin: .5rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .8125rem; } .key { width: 28px; height: 10px; margin-right: .4rem; }
details { margin: .5rem 0; } summary { cursor: pointer; }
ol { margin: 0; padding-left: 1.25rem; } .hit { font-weight: 600; }
.line { fill: none; stroke-width: 2.5; } .grid { stroke: var(--rule); stroke-width: 1; } .tick { fill: var(--soft); font-size: 11px; } .label { fill: var(--ink); font-size: 12px; }
.gain { fill: var(--gain); } .loss { fill: var(--loss); } .late { fill: var(--rule); }
${[0, 1, 2, 3, 4, 5].map((i) => `.line.c${i} { stroke: var(--c${i}); } .bar.c${i}, .dot.c${i} { fill: var(--c${i}); }`).join(' ')}
`;

/** One page that needs nothing else: no script, no font, no image from elsewhere; light and dark, wide and narrow. */
export function toHtml(report: BenchmarkReport, curves: readonly RunCurves[]): string {
  const parts = [
    `<h1>Benchmark ${escapeHtml(report.suite)}</h1>`,
    `<p class="soft">${escapeHtml(headline(report))}</p>`,
    ...report.warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>`),
    ...findings(report),
    '<h2>Scores</h2><p class="soft">Means with 95% bootstrap intervals.</p>',
    table(scoreRows(report)),
    ...indexLines(report).map((line) => `<p class="soft">${escapeHtml(line)}</p>`),
    plots(report, curves),
    section('Answers, abstention, chunks', extraRows(report)),
    section(
      'Comparisons',
      comparisonRows(report),
      'Paired randomization tests; p values corrected by Holm over this table. The difference is of the first named against the second.',
    ),
    movedSection(report.moved),
    runsSection(report.runs),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Benchmark ${escapeHtml(report.suite)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${parts.filter((part) => part !== '').join('\n')}
</main>
</body>
</html>
`;
}

function findings(report: BenchmarkReport): string[] {
  const primary = metricNames(report)[0];
  const told = report.comparisons.filter((comparison) => comparison.metric === primary);
  return told.map((comparison) => `<p>${escapeHtml(describeComparison(comparison))}</p>`);
}

function plots(report: BenchmarkReport, curves: readonly RunCurves[]): string {
  const metric = metricNames(report)[0] ?? '';
  const figures = [
    figure(
      `${metric} by run`,
      intervalChart(
        report.runs.flatMap((run) =>
          run.metrics[metric] === undefined ? [] : [{ name: run.name, ...run.metrics[metric] }],
        ),
        `${metric} by run`,
      ),
    ),
    ...differenceFigures(report.runs, metric),
    ...curveFigures(curves),
    ...latencyFigures(report.runs),
  ];
  return `<h2>Plots</h2><div class="plots">${figures.join('')}</div>`;
}

function curveFigures(curves: readonly RunCurves[]): string[] {
  if (curves.length === 0) return [];
  const names = curves.map((curve) => curve.name);
  const recall = curves.map(({ name, recall: values }) => ({ name, points: values.map((y, i) => ({ x: i + 1, y })) }));
  const precision = curves.map(({ name, precision: values }) => ({
    name,
    points: values.map((y, i) => ({ x: i / 10, y })),
  }));
  return [
    figure('Recall by rank', lineChart(recall, { title: 'Recall by rank', x: 'rank', y: 'recall' }), legend(names)),
    figure(
      'Precision by recall',
      lineChart(precision, { title: 'Precision by recall', x: 'recall', y: 'interpolated precision' }),
      legend(names),
    ),
  ];
}

/** The last run against the first, where per-query scores are at hand. */
function differenceFigures(runs: readonly ReportRun[], metric: string): string[] {
  const [first, last] = [runs[0], runs.at(-1)];
  if (runs.length < 2 || first?.perQuery === undefined || last?.perQuery === undefined) return [];
  const before = first.perQuery;
  const differences = Object.entries(last.perQuery).flatMap(([query, scores]) => {
    const old = before[query]?.[metric];
    const now = scores[metric];
    return old === undefined || now === undefined ? [] : [now - old];
  });
  const title = `${metric}: ${last.name} minus ${first.name}, query by query`;
  return [
    figure(
      title,
      differenceChart(
        differences.sort((a, b) => b - a),
        title,
      ),
    ),
  ];
}

function latencyFigures(runs: readonly ReportRun[]): string[] {
  const rows = runs.flatMap(({ name, timing }) =>
    timing === null ? [] : [{ name, p50: timing.p50Ms, p95: timing.p95Ms }],
  );
  return rows.length === 0 ? [] : [figure('Latency of one search', latencyChart(rows, 'Latency of one search'))];
}

function figure(title: string, plot: string, below = ''): string {
  return `<figure><h3>${escapeHtml(title)}</h3>${plot}${below}</figure>`;
}

function section(title: string, rows: readonly (readonly string[])[], note = ''): string {
  if (rows.length === 0) return '';
  return `<h2>${title}</h2>${note === '' ? '' : `<p class="soft">${note}</p>`}${table(rows)}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const cells = (row: readonly string[], tag: string): string =>
    row.map((cell) => `<${tag}>${withInterval(cell)}</${tag}>`).join('');
  const lines = body.map((row) => `<tr>${cells(row, 'td')}</tr>`);
  return `<div class="scroll"><table><thead><tr>${cells(head, 'th')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`;
}

/** A mean with its interval below it, so that the columns stay narrow. */
function withInterval(cell: string): string {
  return escapeHtml(cell).replace(/^([\d.]+) (\[[^\]]*\])$/, '$1<br><span class="soft">$2</span>');
}

function movedSection(moved: readonly MovedQuery[]): string {
  if (moved.length === 0) return '';
  const rows = moved.map(
    (query) =>
      `<tr><td class="wrap">${escapeHtml(query.text)} <span class="soft">${escapeHtml(query.query)}</span></td><td>${signed(query.difference)}</td><td class="wrap">${rankingList(query.rankingA)}</td><td class="wrap">${rankingList(query.rankingB)}</td></tr>`,
  );
  return `<h2>Queries that moved most</h2><p class="soft">First run (a) against last run (b). Relevant documents are bold, with their grade.</p><div class="scroll"><table><thead><tr><th>query</th><th>${escapeHtml(moved[0]?.metric ?? '')}</th><th>ranking a</th><th>ranking b</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function rankingList(ranking: MovedQuery['rankingA']): string {
  if (ranking.length === 0) return '<span class="soft">nothing</span>';
  const items = ranking.map(({ document, grade }) => {
    const name = escapeHtml(document);
    return grade !== null && grade > 0 ? `<li class="hit">${name} (${grade})</li>` : `<li>${name}</li>`;
  });
  return `<ol>${items.join('')}</ol>`;
}

function runsSection(runs: readonly ReportRun[]): string {
  const blocks = runs.map(
    (run) =>
      `<details><summary>${escapeHtml(run.name)} <span class="soft">fingerprint ${escapeHtml(run.fingerprint)}${run.id === null ? '' : `, ${escapeHtml(run.id)}`}</span></summary><div class="scroll"><pre>${escapeHtml(JSON.stringify(run.configuration, null, 2))}</pre></div></details>`,
  );
  return `<h2>Configurations</h2>${blocks.join('')}`;
}
