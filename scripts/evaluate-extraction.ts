/**
 * Compares stored documents with what reference tools read in the same files, format by format: a browser for HTML,
 * pdftotext, `man`, asciidoctor, docutils, pandoc. Files and tools are those of this machine; what is absent is said and
 * passed over. `npm run evaluate:extraction -- [--only FORMAT[:SET]]... [--folder FORMAT:FOLDER]... [--limit N]
 * [--against CHECKOUT] [--json] [--worst]`.
 */
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Browser } from './extraction/browser.js';
import { ingestFolder, type StoredText } from './extraction/ingested.js';
import { makeDocxFiles, measureDocx } from './extraction/measure-docx.js';
import { measureHtml } from './extraction/measure-html.js';
import { MARKUPS, measureMarkup } from './extraction/measure-markup.js';
import { measurePdf } from './extraction/measure-pdf.js';
import { isReached, type Measured, renderMeasured } from './extraction/measured.js';
import { filesBelow, sampled } from './extraction/sample.js';
import { DEFAULT_SETS, type DocumentSet, FILE_NAMES } from './extraction/sets.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string', multiple: true, default: [] },
    limit: { type: 'string', default: '60' },
    against: { type: 'string' },
    json: { type: 'boolean', default: false },
    worst: { type: 'boolean', default: false },
  },
});
const limit = Number(values.limit);
const own = fileURLToPath(new URL('../..', import.meta.url));
const builds = values.against === undefined ? [own] : [values.against, own];

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Sets of one format in the order of the list; folders that are named come instead of the list. */
function chosenSets(): readonly DocumentSet[] {
  const named = values.folder.map((text): DocumentSet => {
    const [format = '', ...rest] = text.split(':');
    const folder = rest.join(':');
    // A wrong format finds no files and says so.
    return { format: format as DocumentSet['format'], name: basename(folder), folder };
  });
  const all = named.length > 0 ? named : DEFAULT_SETS;
  const isChosen = ({ format, name }: DocumentSet): boolean =>
    values.only.length === 0 || values.only.some((only) => only === format || only === `${format}:${name}`);
  return all.filter(isChosen);
}

/** Copies files, unpacked, into a folder of their own, so that what is read beside them plays no part. */
async function copied(files: readonly string[], set: DocumentSet): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quarry-files-'));
  for (const [at, file] of files.entries()) {
    const name = basename(file)
      .replace(/\.gz$/, '')
      .replace(/\.txt$/, set.format === 'asciidoc' ? '.adoc' : '');
    const place = join(folder, `${String(at).padStart(4, '0')}-${name}`);
    if (file.endsWith('.gz')) await writeFile(place, gunzipSync(await readFile(file)));
    else await copyFile(file, place);
  }
  return folder;
}

type Compare = (stored: ReadonlyMap<string, StoredText>) => Promise<Measured | undefined>;

/** Measures a folder with each build; the first build's figures come first. */
async function withBuilds(folder: string, include: readonly string[], compare: Compare): Promise<Measured[]> {
  const results: Measured[] = [];
  for (const [at, build] of builds.entries()) {
    const measured = await compare(await ingestFolder(build, folder, include));
    if (measured === undefined) say('  no reference tool for it, or nothing that it can read: passed over');
    else results.push(builds.length > at + 1 ? { ...measured, set: `${measured.set}, before` } : measured);
  }
  return results;
}

async function measureSet(set: DocumentSet, browser: Browser | undefined): Promise<Measured[]> {
  const files = await filesBelow(set.folder, FILE_NAMES[set.format] ?? /$^/);
  if (files.length === 0) {
    say(`${set.format} ${set.name}: no such files in ${set.folder}, passed over`);
    return [];
  }
  const sample = sampled(files, limit);
  say(`${set.format} ${set.name}: ${sample.length} of ${files.length} files of ${set.folder}`);
  if (set.format === 'html') {
    if (browser === undefined) {
      say('  no browser: passed over');
      return [];
    }
    const root = commonFolder(files);
    return withBuilds(root, ['**/*.{htm,html,xhtml}'], (stored) => measureHtml(set.name, sample, { browser, stored }));
  }
  const folder = await copied(sample, set);
  try {
    const copies = await filesBelow(folder, /./);
    return await withBuilds(folder, [], (stored) => {
      const markup = MARKUPS.find(({ format }) => format === set.format);
      return markup === undefined ? measurePdf(set.name, copies, stored) : measureMarkup(markup, copies, stored);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The longest folder that all files lie below. */
function commonFolder(files: readonly string[]): string {
  const parts = (files[0] ?? '').split('/').slice(0, -1);
  while (!files.every((file) => file.startsWith(`${parts.join('/')}/`))) parts.pop();
  return parts.join('/');
}

async function measureWord(): Promise<Measured[]> {
  if (values.folder.length > 0 || (values.only.length > 0 && !values.only.includes('docx'))) return [];
  const folder = await mkdtemp(join(tmpdir(), 'quarry-docx-'));
  try {
    const files = await makeDocxFiles(folder);
    say(`docx: ${files.length} files made by pandoc`);
    return await withBuilds(folder, ['*.docx'], (stored) => measureDocx('by pandoc', files, stored));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(): Promise<Measured[]> {
  const sets = chosenSets();
  const browser = sets.some(({ format }) => format === 'html') ? await Browser.start() : undefined;
  try {
    const results: Measured[] = [];
    for (const set of sets) results.push(...(await measureSet(set, browser)));
    return [...results, ...(await measureWord())];
  } finally {
    await browser?.close();
  }
}

const results = await measureAll();
process.stdout.write(`${values.json ? JSON.stringify(results, null, 2) : renderMeasured(results)}\n`);
if (values.worst) {
  for (const { format, set, worst } of results) for (const line of worst) say(`${format} ${set}: ${line}`);
}
const isBefore = ({ set }: Measured): boolean => set.endsWith(', before');
if (results.some((measured) => !isBefore(measured) && !measured.figures.every(isReached))) process.exitCode = 1;
