/** Number formats that every spreadsheet knows by number: those of times, and those with decimals. */
const BUILT_IN: Readonly<Record<number, string>> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  14: 'yyyy-mm-dd',
  15: 'yyyy-mm-dd',
  16: 'yyyy-mm-dd',
  17: 'yyyy-mm',
  18: 'h:mm',
  19: 'h:mm:ss',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd h:mm',
  37: '#,##0',
  38: '#,##0',
  39: '#,##0.00',
  40: '#,##0.00',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss',
};

/** Pattern of a number format: the workbook's own, else the built-in one; `General` for all others. */
export function numberPattern(id: number, own: ReadonlyMap<number, string>): string {
  return own.get(id) ?? BUILT_IN[id] ?? 'General';
}

/** A number as its cell shows it: dates in ISO form, decimals, thousands, percent and currency as the pattern says. */
export function shownNumber(value: number, pattern: string, is1904: boolean): string {
  const section = pattern.split(';')[value < 0 && pattern.includes(';') ? 1 : 0] ?? pattern;
  const bare = section.replace(/"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|_./g, '');
  if (/[ymdhs]/i.test(bare) && !/general|[#?]/i.test(bare)) return dateText(value, bare, is1904);
  if (/general/i.test(bare) || !/[0#?]/.test(bare)) return plain(value);
  const isPercent = bare.includes('%');
  const decimals = /\.([0#?]+)/.exec(bare)?.[1]?.length ?? 0;
  const number = Math.abs(isPercent ? value * 100 : value);
  if (/e[+-]/i.test(bare)) return plain(value);
  const digits = number.toLocaleString('en-US', {
    useGrouping: /[#0],[#0]/.test(bare),
    minimumFractionDigits: Math.min(20, /\.(0+)/.exec(bare)?.[1]?.length ?? 0),
    maximumFractionDigits: Math.min(20, decimals),
  });
  const sign = value < 0 ? '-' : '';
  const [before, after] = literals(section);
  return `${sign}${before}${digits}${isPercent ? '%' : ''}${after}`;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(15)));
}

/** What a pattern puts before and behind the digits, such as a currency. */
function literals(section: string): [string, string] {
  const spoken = section
    .replace(/\[\$([^\]-]*)[^\]]*\]/g, '"$1"')
    .replace(/\[[^\]]*\]|_.|\*./g, '')
    .replace(/\\(.)/g, '"$1"');
  const at = spoken.search(/[0#?]/);
  const words = (part: string): string =>
    (part.match(/"[^"]*"|[$\u20ac\u00a3\u00a5]/g) ?? []).map((word) => word.replaceAll('"', '')).join('');
  const end = spoken.length - [...spoken].reverse().join('').search(/[0#?]/);
  return [words(spoken.slice(0, Math.max(0, at))), words(spoken.slice(end))];
}

function dateText(value: number, pattern: string, is1904: boolean): string {
  if (/\[h+\]/i.test(pattern)) return `${Math.floor(value * 24)}:${pad(Math.round(value * 1440) % 60)}`;
  // The calendar of 1900 has a 29 February that never was.
  const days = is1904 ? value + 1462 : value < 60 ? value + 1 : value;
  const date = new Date(Math.round((days - 25_569) * 86_400) * 1000);
  if (Number.isNaN(date.getTime()) || Math.abs(days) > 3_000_000) return plain(value);
  const iso = date.toISOString();
  const hasDay = /[yd]/i.test(pattern) || /m/i.test(pattern.replace(/h+:?m+|m+:?s+/gi, ''));
  const hasTime = /[hs]/i.test(pattern);
  const time = /s/i.test(pattern) ? iso.slice(11, 19) : iso.slice(11, 16);
  return [hasDay ? iso.slice(0, 10) : '', hasTime ? time : ''].filter((part) => part !== '').join(' ');
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
