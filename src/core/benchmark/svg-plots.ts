/** A named line of points. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const WIDTH = 420;
const HEIGHT = 260;
const MARGIN = { left: 58, right: 12, top: 12, bottom: 38 };
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '1 4', '10 4'];

/** Text that is safe inside HTML, attributes included. */
export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}

interface Frame {
  readonly maxX: number;
  readonly maxY: number;
  readonly minY: number;
}

const toX = (frame: Frame, x: number): number => MARGIN.left + (x / frame.maxX) * (WIDTH - MARGIN.left - MARGIN.right);
const toY = (frame: Frame, y: number): number =>
  HEIGHT - MARGIN.bottom - ((y - frame.minY) / (frame.maxY - frame.minY)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
const at = (value: number): string => value.toFixed(1);

/** Lines over a common x axis; y from 0 to 1. */
export function lineChart(
  series: readonly Series[],
  labels: { readonly title: string; readonly x: string; readonly y: string },
): string {
  const maxX = Math.max(1e-9, ...series.flatMap((line) => line.points.map((point) => point.x)));
  const frame = { maxX, minY: 0, maxY: 1 };
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const lines = series.map((line, i) => {
    const path = line.points
      .map(({ x, y }, j) => `${j === 0 ? 'M' : 'L'}${at(toX(frame, x))} ${at(toY(frame, y))}`)
      .join('');
    return `<path class="line c${i % 6}" d="${path}" stroke-dasharray="${DASHES[i % 6] ?? ''}"><title>${escapeHtml(line.name)}</title></path>`;
  });
  const marks = ticks.map((tick) => tickX(at(toX(frame, tick * maxX)), formatTick(tick * maxX)));
  return svg(labels.title, [gridLines(frame, ticks), ...marks, axisNames(labels), ...lines]);
}

function formatTick(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 1 ? 2 : 0);
}

function tickX(x: string, text: string): string {
  return `<text class="tick" x="${x}" y="${HEIGHT - MARGIN.bottom + 15}" text-anchor="middle">${text}</text>`;
}

function gridLines(frame: Frame, ticks: readonly number[]): string {
  return ticks
    .map((tick) => {
      const y = at(toY(frame, tick));
      return `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y}" y2="${y}"/><text class="tick" x="${MARGIN.left - 6}" y="${y}" dy="4" text-anchor="end">${formatTick(tick)}</text>`;
    })
    .join('');
}

function axisNames(labels: { readonly x: string; readonly y: string }): string {
  return `<text class="tick" x="${(WIDTH + MARGIN.left) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${escapeHtml(labels.x)}</text><text class="tick" transform="translate(11 ${(HEIGHT - MARGIN.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(labels.y)}</text>`;
}

/** One thin bar per value, in the order given, above or below 0. */
export function differenceChart(values: readonly number[], title: string): string {
  const reach = Math.max(0.1, ...values.map(Math.abs));
  const frame = { maxX: Math.max(1, values.length), minY: -reach, maxY: reach };
  const zero = toY(frame, 0);
  const bars = values.map((value, i) => {
    const y = toY(frame, value);
    const width = Math.max(0.6, (toX(frame, 1) - toX(frame, 0)) * 0.85);
    return `<rect class="${value >= 0 ? 'gain' : 'loss'}" x="${at(toX(frame, i))}" y="${at(Math.min(y, zero))}" width="${width.toFixed(2)}" height="${at(Math.abs(y - zero))}"/>`;
  });
  const labels = { x: `${values.length} queries, best to worst`, y: 'difference' };
  return svg(title, [
    gridLines(
      frame,
      [-reach, 0, reach].map((tick) => Number(tick.toFixed(2))),
    ),
    axisNames(labels),
    ...bars,
  ]);
}

/** A row per entry with a bar for each of its two values. */
export function latencyChart(
  rows: readonly { readonly name: string; readonly p50: number; readonly p95: number }[],
  title: string,
): string {
  const most = Math.max(1e-9, ...rows.map((row) => row.p95));
  const row = 44;
  const height = rows.length * row + 26;
  const scale = (value: number): number => (value / most) * (WIDTH - 90);
  const parts = rows.map(({ name, p50, p95 }, i) => {
    const y = i * row + 6;
    return [
      `<text class="label" x="8" y="${y + 10}">${escapeHtml(name.length > 52 ? `${name.slice(0, 51)}…` : name)}</text>`,
      `<rect class="late" x="8" y="${y + 15}" width="${at(scale(p95))}" height="18" rx="2"><title>p95 ${p95} ms</title></rect>`,
      `<rect class="bar c${i % 6}" x="8" y="${y + 15}" width="${at(scale(p50))}" height="18" rx="2"><title>p50 ${p50} ms</title></rect>`,
      `<text class="tick" x="${at(scale(p95) + 14)}" y="${y + 28}">${p50.toFixed(1)} / ${p95.toFixed(1)}</text>`,
    ].join('');
  });
  const note = `<text class="tick" x="8" y="${height - 6}">solid p50, pale p95, milliseconds</text>`;
  return svg(title, [...parts, note], height);
}

/** A row per entry: its mean as a dot on its interval, 0 to 1. */
export function intervalChart(
  rows: readonly { readonly name: string; readonly mean: number; readonly low: number; readonly high: number }[],
  title: string,
): string {
  const row = 40;
  const height = rows.length * row + 30;
  const scale = (value: number): number => 12 + value * (WIDTH - 24);
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      `<line class="grid" x1="${at(scale(tick))}" x2="${at(scale(tick))}" y1="4" y2="${height - 22}"/><text class="tick" x="${at(scale(tick))}" y="${height - 6}" text-anchor="middle">${tick}</text>`,
  );
  const parts = rows.map(({ name, mean, low, high }, i) => {
    const y = i * row + 30;
    const shown = `${name.length > 44 ? `${name.slice(0, 43)}…` : name}  ${mean.toFixed(3)}`;
    return [
      `<text class="label" x="12" y="${y - 12}">${escapeHtml(shown)}</text>`,
      `<line class="line c${i % 6}" x1="${at(scale(low))}" x2="${at(scale(high))}" y1="${y}" y2="${y}"/>`,
      `<circle class="dot c${i % 6}" cx="${at(scale(mean))}" cy="${y}" r="5"><title>${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]</title></circle>`,
    ].join('');
  });
  return svg(title, [...ticks, ...parts], height);
}

function svg(title: string, parts: readonly string[], height = HEIGHT): string {
  const name = escapeHtml(title);
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${name}">${parts.join('')}</svg>`;
}

/** Names of series with the colour and dash of their lines. */
export function legend(names: readonly string[]): string {
  const items = names.map((name, i) => {
    const line = `<svg class="key" viewBox="0 0 28 10" aria-hidden="true"><line class="line c${i % 6}" x1="1" x2="27" y1="5" y2="5" stroke-dasharray="${DASHES[i % 6] ?? ''}"/></svg>`;
    return `<li>${line}${escapeHtml(name)}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}
