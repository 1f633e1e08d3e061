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

/** What a data sheet shows. */
export interface DataSheet {
  readonly title: string;
  readonly lead: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly charts: readonly SheetChart[];
  readonly tables: readonly SheetTable[];
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
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem 4rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.15rem; } p.lead { color: var(--quiet); max-width: 65ch; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 2rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
table.chart td:nth-child(1) { width: 40%; } table.chart td:nth-child(3) { width: 4rem; text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: block; height: .8rem; border-radius: 2px; background: var(--bar); }
`;

function renderChart({ title, bars }: SheetChart): string {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const rows = bars.map(({ label, count }) => {
    const width = count === 0 ? 0 : Math.max(1, Math.round((count / most) * 100));
    return `<tr><td>${escapeHtml(label)}</td><td><span class="bar" style="width:${width}%"></span></td><td>${count}</td></tr>`;
  });
  return `<section><h2>${escapeHtml(title)}</h2><table class="chart"><tbody>${rows.join('')}</tbody></table></section>`;
}

function renderTable({ title, header, rows }: SheetTable): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => cells('td', row)).join('');
  return `<section><h2>${escapeHtml(title)}</h2><div class="scroll"><table><thead>${cells('th', header)}</thead><tbody>${body}</tbody></table></div></section>`;
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
    `<title>${escapeHtml(sheet.title)}</title><style>${STYLE}</style></head><body>`,
    `<h1>${escapeHtml(sheet.title)}</h1>`,
    sheet.lead === '' ? '' : `<p class="lead">${escapeHtml(sheet.lead)}</p>`,
    `<dl>${facts}</dl>`,
    `<div class="charts">${charts.join('\n')}</div>`,
    tables.join('\n'),
    '</body></html>',
    '',
  ].join('\n');
}
