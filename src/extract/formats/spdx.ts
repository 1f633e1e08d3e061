const BY_URL: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/creativecommons\.org\/licenses\/(by(?:-nc)?(?:-nd|-sa)?)\/(\d\.\d)/i, (m) => `CC-${m[1]?.toUpperCase()}-${m[2]}`],
  [/creativecommons\.org\/publicdomain\/zero\/1\.0/i, () => 'CC0-1.0'],
  [/apache\.org\/licenses\/LICENSE-2\.0/i, () => 'Apache-2.0'],
  [/(?:opensource|spdx)\.org\/licen[sc]es?\/([\w.+-]+?)(?:\.html|\.php)?\/?$/i, (m) => spdxOf(m[1] ?? '')],
  [/mozilla\.org\/(?:en-US\/)?MPL\/2\.0/i, () => 'MPL-2.0'],
  [/gnu\.org\/licenses\/(a?l?gpl)-(\d\.\d)/i, (m) => `${m[1]?.toUpperCase()}-${m[2]}-only`],
];

const KNOWN = (
  'MIT MIT-0 Apache-2.0 BSD-2-Clause BSD-3-Clause BSD-4-Clause 0BSD ISC MPL-2.0 Unlicense Zlib BSL-1.0 WTFPL CC0-1.0 CC-BY-3.0 CC-BY-4.0 ' +
  'CC-BY-SA-3.0 CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later LGPL-2.1-only ' +
  'LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later AGPL-3.0-only AGPL-3.0-or-later EPL-1.0 EPL-2.0 EUPL-1.2 Artistic-2.0 PostgreSQL PSF-2.0 Python-2.0 ' +
  'OFL-1.1 BUSL-1.1 SSPL-1.0 Elastic-2.0 MS-PL MulanPSL-2.0 NCSA Unicode-3.0 BlueOak-1.0.0 UPL-1.0 CDDL-1.0 Ruby Vim X11 GFDL-1.3-or-later ' +
  'GPL-2.0 GPL-3.0 LGPL-2.1 LGPL-3.0 AGPL-3.0'
).split(' ');
const CANONICAL: ReadonlyMap<string, string> = new Map(KNOWN.map((id) => [id.toLowerCase(), id]));
const ALIASES: Readonly<Record<string, string>> = {
  'apache 2.0': 'Apache-2.0',
  'apache license 2.0': 'Apache-2.0',
  apache2: 'Apache-2.0',
  'mit license': 'MIT',
  'bsd-3': 'BSD-3-Clause',
  'bsd-2': 'BSD-2-Clause',
  gplv3: 'GPL-3.0-only',
  gplv2: 'GPL-2.0-only',
};

/** The SPDX identifier that a short name means (`mit` -> `MIT`); empty when it is none that is known. */
export function spdxOf(name: string): string {
  const lower = name.trim().toLowerCase();
  return CANONICAL.get(lower) ?? (Object.hasOwn(ALIASES, lower) ? (ALIASES[lower] ?? '') : '');
}

/**
 * An SPDX expression of known identifiers in their spelling (`(mit or apache-2.0)` -> `MIT OR Apache-2.0`), brackets only
 * around the whole; empty for anything else.
 */
export function spdxExpression(text: string): string {
  const inner = /^\s*\(([^()]*)\)\s*$/.exec(text)?.[1] ?? text;
  const parts = inner.slice(0, 200).split(/\s+(AND|OR)\s+/i);
  const read = parts.map((part, at) => (at % 2 === 0 ? spdxOf(part) : part.toUpperCase()));
  return read.includes('') || inner.length > 200 ? '' : read.join(' ');
}

/** The SPDX identifier of a licence's web address; empty when unknown. */
export function licenceOfUrl(url: string): string {
  for (const [pattern, read] of BY_URL) {
    const match = pattern.exec(url);
    if (match !== null) return read(match);
  }
  return '';
}

/** The expression behind `SPDX-License-Identifier:` in a file's first lines; empty without one. */
export function spdxHeader(text: string): string {
  const found = /SPDX-License-Identifier:[ \t]*([\w.+() -]{2,120})/.exec(text.slice(0, 4000))?.[1]?.trim() ?? '';
  const expression = found.replace(/[\s)-]+$/, (tail) => (tail.includes(')') && found.includes('(') ? ')' : ''));
  const names = expression.split(/\s+(?:AND|OR|WITH)\s+|[()]/).filter((name) => name.trim() !== '');
  return names.length > 0 && names.every((name) => /^[\w.+-]+$/.test(name.trim())) ? expression : '';
}
