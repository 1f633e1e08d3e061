import type { SplitName } from '../example.js';
import type { ExampleFacts } from '../example-facts.js';
import { splitLicences } from '../licence-policy.js';
import type { DatasetVersion, ExportedFile } from '../ports.js';
import type { ExportFormat } from './export-shapes.js';

/** What a dataset card is made of. */
export interface CardParts {
  readonly version: DatasetVersion;
  readonly format: ExportFormat;
  readonly examples: readonly ExampleFacts[];
  /** Data files by split, in the order of the splits. */
  readonly files: readonly { readonly split: SplitName; readonly file: ExportedFile }[];
  /** Checks that were overridden by name; each is recorded here. */
  readonly overrides: readonly string[];
  /** Rows left out, by reason. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly checks: readonly string[];
}

const SIZES: readonly (readonly [number, string])[] = [
  [1_000, 'n<1K'],
  [10_000, '1K<n<10K'],
  [100_000, '10K<n<100K'],
  [1_000_000, '100K<n<1M'],
  [Number.POSITIVE_INFINITY, '1M<n<10M'],
];

/** The hub's name for a number of rows. */
export function sizeCategory(rows: number): string {
  return SIZES.find(([limit]) => rows < limit)?.[1] ?? 'n<1K';
}

const TASKS: Readonly<Record<ExportFormat, readonly string[]>> = {
  pair: ['sentence-similarity', 'feature-extraction'],
  triplet: ['sentence-similarity', 'feature-extraction'],
  'n-tuple': ['sentence-similarity', 'feature-extraction'],
  scored: ['sentence-similarity'],
  beir: ['text-retrieval'],
  openai: ['text-generation'],
  alpaca: ['text-generation'],
  sharegpt: ['text-generation'],
  jsonl: ['sentence-similarity'],
  parquet: ['sentence-similarity'],
};

/** A YAML scalar: plain where that is safe, else in double quotes (JSON strings are YAML strings). */
function scalar(value: string): string {
  const isPlain = /^[A-Za-z][A-Za-z0-9._/-]*$/.test(value) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

/** Licences that the hub knows, in its spelling. */
const HUB_LICENCES: ReadonlySet<string> = new Set(
  (
    'afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 cc0-1.0 cc-by-2.0 cc-by-2.5 ' +
    'cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 ' +
    'cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0 ecl-2.0 epl-1.0 ' +
    'epl-2.0 eupl-1.1 eupl-1.2 gpl-2.0 gpl-3.0 isc lgpl-2.1 lgpl-3.0 lppl-1.3c mit mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 osl-3.0 ' +
    'pddl postgresql unlicense wtfpl zlib'
  ).split(' '),
);
const HUB_NAMES: Readonly<Record<string, string>> = { 'odbl-1.0': 'odbl', 'odc-by-1.0': 'odc-by', 'pddl-1.0': 'pddl' };

/** The hub's name of an SPDX licence: `other` for what it does not know, `unknown` for none. */
function hubLicence(licence: string): string {
  const plain = licence.toLowerCase().replace(/-(?:only|or-later)$/, '');
  const name = HUB_NAMES[plain] ?? plain;
  return licence === '' || plain === 'unknown' ? 'unknown' : HUB_LICENCES.has(name) ? name : 'other';
}

/** The licence that was said of the dataset; where none was, those of its examples. */
function licenceLines(parts: CardParts): string[] {
  const { licence } = parts.version.about;
  const named =
    licence === '' ? licenceLedger(parts.examples).flatMap((entry) => splitLicences(entry.licence)) : [licence];
  const names = [...new Set(named.map(hubLicence))].sort();
  const [only = 'unknown', ...more] = names;
  const lines = more.length === 0 ? [`license: ${only}`] : ['license:', ...names.map((name) => `- ${name}`)];
  const [first] = named;
  return only === 'other' && named.length === 1 && first !== undefined
    ? [...lines, `license_name: ${JSON.stringify(first.toLowerCase().replace(/[^a-z0-9.-]+/g, '-'))}`]
    : lines;
}

function yamlHeader(parts: CardParts): string[] {
  const { version, format, files } = parts;
  const languages = version.about.languages.length > 0 ? version.about.languages : languagesOf(parts.examples);
  const lines = ['---', `pretty_name: ${JSON.stringify(version.name)}`, ...licenceLines(parts)];
  if (languages.length > 0) lines.push('language:', ...languages.map((language) => `- ${scalar(language)}`));
  lines.push('size_categories:', `- ${sizeCategory(rowsOf(parts))}`);
  lines.push('task_categories:', ...TASKS[format].map((task) => `- ${task}`));
  if (version.about.tags.length > 0) lines.push('tags:', ...version.about.tags.map((tag) => `- ${scalar(tag)}`));
  lines.push('configs:', ...(format === 'beir' ? beirConfigs(parts) : defaultConfig(files)), '---');
  return lines;
}

function defaultConfig(files: CardParts['files']): string[] {
  const entries = files.flatMap(({ split, file }) => [`  - split: ${split}`, `    path: ${scalar(file.path)}`]);
  return ['- config_name: default', '  data_files:', ...entries];
}

function beirConfigs(parts: CardParts): string[] {
  const single = (name: string): string[] => [
    `- config_name: ${name}`,
    '  data_files:',
    `  - split: ${name}`,
    `    path: ${name}.jsonl`,
  ];
  const entries = parts.files.flatMap(({ split, file }) => [`  - split: ${split}`, `    path: ${scalar(file.path)}`]);
  return [...single('corpus'), ...single('queries'), '- config_name: qrels', '  data_files:', ...entries];
}

/** Programming and markup languages whose short names look like those of people's languages. */
const CODE_LANGUAGES: ReadonlySet<string> = new Set(
  'cpp css csv go hcl ini lua nim nix php sql tsv tsx vim vue wat xml zig'.split(' '),
);

/** Languages that one example in twenty or more is written in; those of code are none that the hub knows. */
function languagesOf(examples: readonly ExampleFacts[]): string[] {
  const counts = new Map<string, number>();
  for (const { language } of examples) {
    if (/^[a-z]{2,3}(?:-[A-Za-z0-9]+)*$/.test(language) && !CODE_LANGUAGES.has(language))
      counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count * 20 >= examples.length)
    .map(([language]) => language)
    .sort();
}

function rowsOf(parts: CardParts): number {
  return parts.files.reduce((sum, { file }) => sum + file.rows, 0);
}

/** Rows by licence, the most frequent first. */
export function licenceLedger(
  examples: readonly ExampleFacts[],
): { readonly licence: string; readonly rows: number }[] {
  const counts = new Map<string, number>();
  for (const { licence } of examples) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts]
    .map(([licence, rows]) => ({ licence, rows }))
    .sort((a, b) => b.rows - a.rows || (a.licence < b.licence ? -1 : 1));
}

/** Text that cannot break a Markdown table or begin anything. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\|`<>[\]]/g, (character) => `\\${character}`)
    .slice(0, 300);
}

/** The README.md of an export: a YAML header as the hub reads it, then what a person wants to know. */
export function writeCard(parts: CardParts): string {
  const { version, files, examples } = parts;
  const lines = [...yamlHeader(parts), '', `# ${cell(version.name)}`, ''];
  if (version.about.description !== '') lines.push(cell(version.about.description), '');
  lines.push(
    `Version ${version.version}, ${rowsOf(parts)} rows in format \`${parts.format}\`, made by Quarry from ${examples.length} examples on ${version.createdAt.slice(0, 10)}.`,
    '',
    '## Splits',
    '',
    '| split | rows | file |',
    '| --- | ---: | --- |',
    ...files.map(({ split, file }) => `| ${split} | ${file.rows} | \`${file.path}\` |`),
    '',
    '## Licences',
    '',
    '| licence | examples |',
    '| --- | ---: |',
    ...licenceLedger(examples).map(
      ({ licence, rows }) => `| ${licence === '' ? 'unknown' : cell(licence)} | ${rows} |`,
    ),
    '',
    '## How it was made',
    '',
    '| method | rule | examples |',
    '| --- | --- | ---: |',
    ...methodsOf(examples).map(({ method, rule, rows }) => `| ${cell(method)} | ${cell(rule)} | ${rows} |`),
    '',
    '## Checks',
    '',
    ...parts.checks.map((check) => `- ${cell(check)}`),
  );
  const leftOut = Object.entries(parts.leftOut).filter(([, count]) => count > 0);
  if (leftOut.length > 0)
    lines.push('', '## Left out', '', ...leftOut.map(([reason, count]) => `- ${cell(reason)}: ${count}`));
  if (parts.overrides.length > 0) {
    lines.push('', '## Overridden checks', '', ...parts.overrides.map((override) => `- **${cell(override)}**`));
  }
  lines.push(
    '',
    '`manifest.json` names the version, the settings and the checksum of every file; with them the same export can be made again. `quarry dataset export <name> <folder> --manifest manifest.json` does so. `provenance.jsonl` tells for each example which rows are its own and where it comes from.',
    '',
  );
  return lines.join('\n');
}

function methodsOf(examples: readonly ExampleFacts[]): { method: string; rule: string; rows: number }[] {
  const counts = new Map<string, { method: string; rule: string; rows: number }>();
  for (const { method, rule } of examples) {
    const key = `${method}\u0000${rule}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { method: method || 'unknown', rule, rows: 1 });
    else known.rows++;
  }
  return [...counts.values()].sort((a, b) => b.rows - a.rows || (a.rule < b.rule ? -1 : 1));
}
