import { joinLicences } from '../../core/curation/licence-policy.js';
import { spdxExpression } from '../formats/spdx.js';

/** Reads what a package's manifest says of its licence, by the manifest's name; undefined when it says nothing. */
const MANIFESTS: ReadonlyMap<string, (text: string) => string | undefined> = new Map([
  ['package.json', licenceOfPackage],
  ['pyproject.toml', licenceOfProject],
]);

/** Whether a file is a package's manifest that may state its licence, by name. */
export function isManifestName(name: string): boolean {
  return MANIFESTS.has(name);
}

/**
 * SPDX expression that the manifests of one folder state: of all of them where there are several, empty (unknown) when
 * one states something else (`UNLICENSED`, `SEE LICENSE IN x`), undefined when none states anything.
 */
export function licenceOfManifests(
  files: readonly { readonly name: string; readonly text: string }[],
): string | undefined {
  const stated = files.flatMap(({ name, text }) => MANIFESTS.get(name)?.(text.replace(/^\uFEFF/, '')) ?? []);
  return stated.length === 0 ? undefined : joinLicences(stated);
}

/** `license` of a `package.json`, as a string or in the older form `{ "type": "MIT" }`. */
function licenceOfPackage(text: string): string | undefined {
  const licence = fieldOf(parseJson(text), 'license');
  if (licence === undefined) return undefined;
  const name = typeof licence === 'string' ? licence : fieldOf(licence, 'type');
  return typeof name === 'string' ? spdxExpression(name) : '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A broken manifest states nothing; its document is read all the same.
  }
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

/** `license` of the tables `project` and `tool.poetry` of a `pyproject.toml`, as a string or as `{ text = "MIT" }`. */
function licenceOfProject(toml: string): string | undefined {
  const stated: string[] = [];
  let table = '';
  // Strings of several lines may hold anything that looks like a table.
  for (const line of toml.replace(/"""[\s\S]*?"""|'''[\s\S]*?'''/g, '""').split(/\r?\n/)) {
    const header = /^\s*\[+\s*([\w.-]+)\s*\]/.exec(line)?.[1];
    table = header ?? table;
    const [, key, value = ''] = /^\s*([\w.-]+)\s*=\s*(.+)$/.exec(line) ?? [];
    if (header !== undefined || key === undefined) continue;
    const path = `${table}.${key}`;
    if (/^(?:project|tool\.poetry)\.license(?:\.(?:text|file))?$/.test(path)) stated.push(nameIn(value));
  }
  return stated.length === 0 ? undefined : joinLicences(stated);
}

function nameIn(value: string): string {
  const found = /^(?:\{\s*text\s*=\s*)?(?:"([^"]*)"|'([^']*)')/.exec(value);
  return spdxExpression(found?.[1] ?? found?.[2] ?? '');
}
