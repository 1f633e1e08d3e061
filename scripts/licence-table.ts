import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const LockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      name: z.string().optional(),
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      os: z.array(z.string()).optional(),
      cpu: z.array(z.string()).optional(),
    }),
  ),
});
type Entry = z.output<typeof LockFile>['packages'][string];

/** What package.json files have said of their licence over the years. */
const Manifest = z.object({
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
});

/** Licences that ask for no more than their text to be kept (MPL-2.0: and changes to its own files to be open). */
const PLAIN = new Set(
  'MIT Apache-2.0 BSD-2-Clause BSD-3-Clause BSD ISC MPL-2.0 0BSD BlueOak-1.0.0 CC0-1.0 Unlicense Zlib'.split(' '),
);

interface Row {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly said: string;
  readonly note: string;
}

/** The page on the licences of everything that `npm ci --omit=dev` may install, on whichever platform. Reads files only. */
export async function licencesPage(notice: string): Promise<string> {
  const rows = await readRows();
  const counts = new Map<string, number>();
  for (const { licence } of rows) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  const tally = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const flagged = rows.filter(({ licence }) => !isPlain(licence));
  return [
    notice,
    '',
    '# Licences of the production tree',
    '',
    `${rows.length} packages, every platform's optional builds included, as \`package-lock.json\` pins them. Made by \`npm run reference\` from the lock`,
    'file and the installed manifests, offline; `npm run check` fails while it is out of date.',
    '',
    '| licence | packages |',
    '|---|---|',
    ...tally.map(([licence, count]) => `| ${licence} | ${count} |`),
    '',
    '## To be looked at',
    '',
    'Neither MIT, Apache-2.0, BSD, ISC, MPL-2.0, 0BSD, BlueOak-1.0.0, CC0-1.0, Unlicense nor Zlib, and without a choice of one of them:',
    '',
    ...flagged.map(({ name, version, licence }) => `- ${name} ${version}: ${licence}`),
    '',
    'What that means: [docs/dependencies.md](../dependencies.md#licences).',
    '',
    '## Every package',
    '',
    'Said by: `lock`, the lock file (which has it from the registry, for packages that are not installed here too); `manifest`, its package.json',
    "where the lock file is silent; `sibling`, the same version's build for another platform where both are.",
    '',
    '| package | version | licence | said by | |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.name} | ${row.version} | ${row.licence} | ${row.said} | ${row.note} |`),
    '',
  ].join('\n');
}

async function readRows(): Promise<Row[]> {
  const { packages } = LockFile.parse(JSON.parse(await readFile('package-lock.json', 'utf8')));
  const wanted = Object.entries(packages).filter(([path, entry]) => path !== '' && entry.dev !== true);
  const rows = new Map<string, Row>();
  for (const [path, entry] of wanted) {
    const row = await toRow(path, entry, wanted);
    rows.set(`${row.name}@${row.version}`, row);
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

async function toRow(path: string, entry: Entry, all: readonly [string, Entry][]): Promise<Row> {
  const name = entry.name ?? nameOf(path);
  const [licence, said] = await licenceOf(path, { name, entry, all });
  const platform = [...(entry.os ?? []), ...(entry.cpu ?? [])].join(' ');
  const note = platform === '' ? (entry.optional === true ? 'optional' : '') : `optional: ${platform}`;
  return { name, version: entry.version ?? '', licence, said, note };
}

async function licenceOf(
  path: string,
  { name, entry, all }: { readonly name: string; readonly entry: Entry; readonly all: readonly [string, Entry][] },
): Promise<readonly [string, string]> {
  if (entry.license !== undefined) return [entry.license, 'lock'];
  const manifest = await manifestLicence(path);
  if (manifest !== undefined) return [manifest, 'manifest'];
  // Builds for platforms are named after the package with the platform behind it: @scope/name-linux-x64.
  const stem = name.replace(/-(?:linux|linuxmusl|darwin|win32|freebsd|android|wasm32).*$/, '');
  const sibling = all.find(
    ([other, { license, version }]) =>
      stem !== name && license !== undefined && version === entry.version && nameOf(other).startsWith(stem),
  );
  return sibling?.[1].license === undefined ? ['unknown', 'nobody'] : [sibling[1].license, 'sibling'];
}

async function manifestLicence(path: string): Promise<string | undefined> {
  const text = await readFile(`${path}/package.json`, 'utf8').catch(() => undefined); // Not installed on this platform.
  if (text === undefined) return undefined;
  const { license, licenses } = Manifest.parse(JSON.parse(text));
  const told =
    typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '));
  return told === '' ? undefined : told;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Whether an SPDX expression can be met with plain licences: of `OR` one is enough, of `AND` all are needed. */
function isPlain(expression: string): boolean {
  const bare = expression.replace(/[()]/g, '');
  return bare.split(' OR ').some((choice) => choice.split(' AND ').every((licence) => PLAIN.has(licence.trim())));
}
