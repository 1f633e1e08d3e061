/** ISO 8601 UTC time of a date as people write it; empty when it is none. Dates without a zone are read as UTC. */
export function isoTime(value: string): string {
  const text = value.trim();
  if (!/\d{4}/.test(text) || text.length > 40) return '';
  const isBare = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/.test(text);
  const hasZone =
    isBare || /^\d{4}(?:-\d{2}){0,2}$/.test(text) || /(?:z|[+-]\d{2}:?\d{2}|\b(?:gmt|utc|[ecmp][sd]t))\)?$/i.test(text);
  const time = Date.parse(isBare ? `${text.replace(' ', 'T')}Z` : hasZone ? text : `${text} UTC`);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}
