import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { SETTINGS } from '../src/config/schema.js';
import { ERROR_TABLE } from '../src/core/errors.js';
import type { JsonObject, JsonValue } from '../src/core/types.js';
import { flagOf } from '../src/edges/cli/arguments.js';
import { filesOptionsSchema } from '../src/extract/files/files-options.js';
import { githubOptionsSchema } from '../src/extract/github/github-options.js';
import { webOptionsSchema } from '../src/extract/web/web-options.js';
import type { Operation } from '../src/operations/define.js';
import { operations } from '../src/operations/index.js';
import { needOf } from '../src/operations/scope-of.js';
import { TOOLSETS } from '../src/operations/toolsets.js';
import { cataloguePage } from './generate-catalogue.js';
import { licencesPage } from './licence-table.js';

const NOTICE = '<!-- Made by `npm run reference` from the code; do not edit. -->';

/** Writes docs/reference and the catalogue of operations, or only compares them; resolves to what is out of date. */
export async function generateReference(options: { write: boolean }): Promise<string[]> {
  const pages: Record<string, string> = {
    'docs/reference/operations.md': operationsPage(),
    'docs/reference/settings.md': settingsPage(),
    'docs/reference/errors.md': errorsPage(),
    'docs/reference/sources.md': sourcesPage(),
    'docs/reference/licences.md': await licencesPage(NOTICE),
    'src/operations/catalogue.ts': await cataloguePage(),
  };
  const stale: string[] = [];
  for (const [file, text] of Object.entries(pages)) {
    const current = await readFile(file, 'utf8').catch(() => '');
    if (current === text) continue;
    stale.push(`${file} differs: run npm run reference`);
    if (!options.write) continue;
    await mkdir('docs/reference', { recursive: true });
    await writeFile(file, text);
  }
  return stale;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function typeOf(schema: JsonObject): string {
  const values = schema['enum'];
  if (Array.isArray(values)) return values.map(String).join(', ');
  if (schema['type'] === 'array' && isObject(schema['items'])) return `list of ${typeOf(schema['items'])}`;
  return typeof schema['type'] === 'string' ? schema['type'] : 'value';
}

function operationSection(operation: Operation): string {
  const { properties, required } = operation.inputSchema;
  const rows = Object.entries(isObject(properties) ? properties : {}).map(([key, schema]) => {
    const about = isObject(schema) ? schema : {};
    const must = Array.isArray(required) && required.includes(key) && about['default'] === undefined;
    const fallback =
      about['default'] === undefined ? (must ? 'required' : '') : `\`${JSON.stringify(about['default'])}\``;
    return `| \`${key}\` | ${cell(typeOf(about))} | ${cell(fallback)} | ${cell(String(about['description'] ?? ''))} |`;
  });
  const words = (operation.cli.positional ?? []).map((key) => ` <${flagOf(key)}>`).join('');
  return [
    `### ${operation.name}`,
    '',
    operation.description,
    '',
    `- MCP tool \`${operation.name}\`, toolset \`${operation.toolset}\`, needs \`${needOf(operation)}\`; ${operation.effect}${operation.openWorld ? ', reaches outside this machine' : ''}`,
    `- REST \`${operation.http.method} /api/v1${operation.http.path}\``,
    `- Command line \`quarry ${operation.cli.command.join(' ')}${words}\``,
    `- Errors: ${operation.errors.map((code) => `\`${code}\``).join(', ')}`,
    ...(rows.length === 0 ? [] : ['', '| input | type | default | meaning |', '|---|---|---|---|', ...rows]),
  ].join('\n');
}

function operationsPage(): string {
  const sections = TOOLSETS.flatMap((toolset) => {
    const members = operations.filter((operation) => operation.toolset === toolset);
    return members.length === 0 ? [] : [`## Toolset ${toolset}`, ...members.map(operationSection)];
  });
  return `${[NOTICE, '# Operations', 'Each operation is an MCP tool, a REST route and a command. Unknown inputs are refused with a message that lists the known ones.', ...sections].join('\n\n')}\n`;
}

function settingsPage(): string {
  const rows = Object.values(SETTINGS).map((setting) => {
    const fallback = 'secret' in setting || String(setting.default) === '' ? '' : `\`${String(setting.default)}\``;
    return `| ${setting.env.map((name) => `\`${name}\``).join(', ')} | ${fallback} | ${cell(setting.help)} |`;
  });
  return `${[NOTICE, '# Settings', 'Read from the environment; the first variable named wins. Nothing needs to be set.', ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')].join('\n\n')}\n`;
}

function errorsPage(): string {
  const rows = Object.entries(ERROR_TABLE).map(
    ([code, meaning]) =>
      `| \`${code}\` | ${meaning.status} | ${meaning.exitCode} | ${meaning.retryable ? 'yes' : 'no'} |`,
  );
  return `${[NOTICE, '# Errors', 'Every failure has a code, a message that says what happened and, where there is one, a hint that says what to do next.', ['| code | HTTP status | exit code | a retry can help |', '|---|---|---|---|', ...rows].join('\n')].join('\n\n')}\n`;
}

/** What each kind of source takes, from the schemas that its adapter checks. */
const SOURCES: readonly { readonly kind: string; readonly targets: string; readonly schema: z.ZodType }[] = [
  {
    kind: 'files',
    targets:
      'A file, a folder or a glob (`./docs`, `"docs/**/*.md"`). Read are Markdown and MDX, text, reStructuredText, AsciiDoc, Org, manual pages, HTML, PDF, DOCX, Jupyter notebooks, CSV, JSON, YAML, TOML and source code; dependencies, build results, lock files, minified code, private keys, hidden and binary files are skipped and counted.',
    schema: filesOptionsSchema,
  },
  {
    kind: 'github',
    targets:
      '`owner/repo`, `owner/repo@ref:path`, a GitHub address (also of a folder, the issues, the pull requests or the wiki), or any git address: `https://host/x.git`, `git@host:x.git`, a repository on this disk; `#ref:path` may follow.',
    schema: githubOptionsSchema,
  },
  { kind: 'web', targets: 'The address of a page or a site.', schema: webOptionsSchema },
];

function optionsTable(schema: z.ZodType): string {
  const json: JsonObject = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input' })));
  const rows = Object.entries(isObject(json['properties']) ? json['properties'] : {}).map(([key, value]) => {
    const about = isObject(value) ? value : {};
    const fallback =
      about['default'] === undefined || about['default'] === '' ? '' : `\`${JSON.stringify(about['default'])}\``;
    return `| \`${key}\` | ${cell(typeOf(about))} | ${cell(fallback)} | ${cell(String(about['description'] ?? ''))} |`;
  });
  return ['| option | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function sourcesPage(): string {
  const sections = SOURCES.map(({ kind, targets, schema }) => `## ${kind}\n\n${targets}\n\n${optionsTable(schema)}`);
  return `${[NOTICE, '# Sources', 'Options are given to `ingest` as a JSON object; unknown ones are refused.', ...sections].join('\n\n')}\n`;
}
