import type { HistogramBar } from './histogram.js';

/** A chart of the sheet. */
export interface SheetChart {
  readonly title: string;
  readonly bars: readonly HistogramBar[];
}

/** A table of the sheet. */
export interface SheetTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** An example of the sheet: its texts by name. */
export interface SheetSample {
  readonly id: string;
  readonly texts: readonly (readonly [string, string])[];
}

/** What a data sheet shows. */
export interface DataSheet {
  readonly title: string;
  readonly lead: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly charts: readonly SheetChart[];
  readonly tables: readonly SheetTable[];
  readonly samples: readonly SheetSample[];
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2433; --paper: #fff; --line: #d5dae3; --bar: #2b6cb0; --quiet: #5a6478; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9f0; --paper: #14181f; --line: #333b49; --bar: #63a4e8; --quiet: #9aa5b8; } }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 4rem; }
h1 { line-height: 1.2; overflow-wrap: anywhere; } h2 { margin-top: 2.5rem; font-size: 1.15rem; } h3 { margin: 1.5rem 0 .25rem; font: .85rem ui-monospace, monospace; color: var(--quiet); } p.lead { color: var(--quiet); max-width: 65ch; }
dl { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr; gap: .25rem 1.5rem; margin: 0; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.samples dd { white-space: pre-wrap; } .samples article { padding-bottom: 1rem; border-bottom: 1px solid var(--line); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.chart th { width: 40%; font-weight: normal; } .chart td { vertical-align: middle; } .chart td:last-child { width: 4rem; padding-right: 0; text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: block; height: .8rem; border-radius: 2px; background: var(--bar); }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
`;

function renderChart({ title, bars }: SheetChart): string {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const rows = bars.map(({ label, count }) => {
    const width = count === 0 ? 0 : Math.max(1, Math.round((count / most) * 100));
    return `<tr><th scope="row">${escapeHtml(label)}</th><td aria-hidden="true"><span class="bar" style="width:${width}%"></span></td><td>${count}</td></tr>`;
  });
  const name = escapeHtml(title);
  return `<section><h2>${name}</h2><table class="chart" aria-label="${name}"><tbody>${rows.join('')}</tbody></table></section>`;
}

function renderTable({ title, header, rows }: SheetTable): string {
  const name = escapeHtml(title);
  const head = header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`).join('');
  return `<section><h2>${name}</h2><table aria-label="${name}"><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></section>`;
}

function renderSamples(samples: readonly SheetSample[]): string {
  if (samples.length === 0) return '';
  const articles = samples.map(({ id, texts }) => {
    const parts = texts.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd dir="auto">${escapeHtml(text)}</dd>`);
    return `<article><h3>${escapeHtml(id)}</h3><dl>${parts.join('')}</dl></article>`;
  });
  return `<section class="samples"><h2>Samples</h2>${articles.join('')}</section>`;
}

/** A self-contained page: no script, nothing loaded from anywhere, every text escaped. */
export function renderDataSheet(sheet: DataSheet): string {
  const facts = sheet.facts
    .map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('');
  const charts = sheet.charts.filter((chart) => chart.bars.length > 0).map(renderChart);
  const tables = sheet.tables.filter((table) => table.rows.length > 0).map(renderTable);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeHtml(sheet.title)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${escapeHtml(sheet.title)}</h1>`,
    sheet.lead === '' ? '' : `<p class="lead">${escapeHtml(sheet.lead)}</p>`,
    `<dl>${facts}</dl>`,
    `<div class="charts">${charts.join('\n')}</div>`,
    tables.join('\n'),
    renderSamples(sheet.samples),
    '</main></body></html>',
    '',
  ].join('\n');
}
