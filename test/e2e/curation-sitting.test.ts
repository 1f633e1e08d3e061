import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRandom } from '../../src/core/training/random.js';
import type { JsonObject } from '../../src/core/types.js';
import type { Quarry } from '../../src/quarry.js';
import { TestRepository } from '../extract/github/git-repositories.js';
import { htmlPage, type LoopbackSite, startLoopbackSite } from '../fixtures/loopback-site.js';
import { reportOf, runSuite } from '../support/benchmark.js';
import { finishJob, ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

/** Documents of the repository and pages of the site, and the sections of each. */
const SIZE = { documents: 24, pages: 6, sections: 8 };

const SUBJECTS = 'kiln harbour sourdough beehive organ avalanche violin lighthouse orchard glacier loom printing'.split(
  ' ',
);
const PARTS = 'valve lever housing filter spindle gasket bracket coupling bearing nozzle damper flange'.split(' ');
const VERBS = 'cleaned adjusted replaced measured oiled tightened inspected aligned sealed heated'.split(' ');

let root: string;
let site: LoopbackSite;
let quarry: Quarry;

/** Sections of a made-up manual, no two alike. */
function sectionsOf(seed: number): { heading: string; text: string }[] {
  const random = createRandom(seed);
  const pick = (list: readonly string[]): string => list[random.below(list.length)] ?? '';
  return Array.from({ length: SIZE.sections }, (_, at) => {
    const subject = `${pick(SUBJECTS)} ${pick(PARTS)} ${seed}-${at}`;
    const sentences = Array.from(
      { length: 4 },
      () =>
        `The ${pick(PARTS)} near the ${pick(SUBJECTS)} is ${pick(VERBS)} after ${random.below(900) + 10} hours, before the ${pick(PARTS)} is ${pick(VERBS)} by ${pick(SUBJECTS)} workers.`,
    );
    return { heading: `Care of the ${subject}`, text: `For the ${subject}: ${sentences.join(' ')}` };
  });
}

async function run(name: string, input: JsonObject): Promise<JsonObject> {
  const { output } = await quarry.execute(name, input);
  const job = await finishJob(quarry, (output as JsonObject)['jobId']);
  expect({ name, state: job.state, error: job.error }).toEqual({ name, state: 'succeeded', error: null });
  return job.result as JsonObject; // Results of these jobs are objects.
}

async function linesOf(file: string): Promise<JsonObject[]> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as JsonObject); // Exports hold one object per line.
}

beforeAll(async () => {
  root = await temporaryFolder();
  const repository = TestRepository.create(root);
  await repository.put('LICENSE', 'Apache License\nVersion 2.0, January 2004\nhttp://www.apache.org/licenses/\n');
  for (let seed = 0; seed < SIZE.documents; seed++) {
    const sections = sectionsOf(seed).map(({ heading, text }) => `## ${heading}\n\n${text}\n`);
    await repository.put(`docs/manual-${seed}.md`, `# Manual ${seed}\n\n${sections.join('\n')}`);
  }
  repository.push('Write the manuals');
  const paths = Array.from({ length: SIZE.pages }, (_, page) => `/page-${page}`);
  site = await startLoopbackSite({ '/': htmlPage('Workshop', paths) });
  for (const [page, path] of paths.entries()) {
    const body = sectionsOf(1_000 + page).map(({ heading, text }) => `<h2>${heading}</h2><p>${text}</p>`);
    site.routes.set(path, htmlPage(`Workshop ${page}`, ['/'], { body: body.join('') }));
  }
  quarry = await openTestWorkspace(join(root, 'home'), { allowPrivateNetwork: true });
  expect(await ingestAndWait(quarry, repository.bare, { kind: 'github' })).toMatchObject({ error: null });
  expect(await ingestAndWait(quarry, site.origin, { options: { delayMs: 0 } })).toMatchObject({ error: null });
});

afterAll(async () => {
  await quarry.close();
  await site.close();
  await removeFolder(root);
});

test('one sitting leads from a repository and a site to exports that others read', async () => {
  const name = 'sitting';
  const sections = (SIZE.documents + SIZE.pages) * SIZE.sections;
  const mined = await run('dataset_mine', { name, preview: false });
  expect(Number(mined['written'])).toBeGreaterThanOrEqual(sections);

  const negatives = await run('dataset_negatives', { name, preview: false, perAnchor: 3 });
  expect(Number(negatives['withNegatives'])).toBeGreaterThan(0.9 * Number(negatives['anchors']));

  await run('dataset_audit', { name });
  await run('dataset_audit', { name, action: 'clean', confirm: true });
  const again = await run('dataset_audit', { name });
  const left = (again['findings'] as JsonObject[]).map(({ check }) => check); // By its summary.
  for (const check of ['exact-duplicate', 'near-duplicate', 'secret', 'personal', 'leak'])
    expect(left).not.toContain(check);

  const proof = await run('dataset_split', { name, train: 0.6, validation: 0.2, test: 0.2 });
  expect(proof).toMatchObject({ crossing: 0 });
  expect(Number(proof['edges'])).toBeGreaterThan(0);

  const triplets = join(root, 'triplets');
  await run('dataset_export', { name, path: triplets, format: 'n-tuple', negatives: 3 });
  const sums = (await readFile(join(triplets, 'SHA256SUMS'), 'utf8')).trimEnd().split('\n');
  for (const sum of sums) {
    const [hash = '', file = ''] = sum.split(/\s+\*?/);
    expect(
      createHash('sha256')
        .update(await readFile(join(triplets, file)))
        .digest('hex'),
    ).toBe(hash);
  }
  const train = sums.map((sum) => sum.split(/\s+\*?/)[1] ?? '').find((file) => /train.*\.jsonl$/.test(file)) ?? '';
  const rows = await linesOf(join(triplets, train));
  expect(rows.length).toBeGreaterThan(sections / 3);
  const columns = ['anchor', 'positive', 'negative_1', 'negative_2', 'negative_3'];
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(columns);
    expect(new Set(columns.map((column) => row[column])).size).toBe(columns.length);
  }

  const parquet = join(root, 'parquet');
  await run('dataset_export', { name, path: parquet, format: 'triplet', container: 'parquet' });
  const tables = (await readFile(join(parquet, 'SHA256SUMS'), 'utf8')).match(/\S+\.parquet/g) ?? [];
  expect(tables.length).toBeGreaterThan(0);
  for (const table of tables) {
    const bytes = await readFile(join(parquet, table));
    expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
    expect(bytes.subarray(-4).toString()).toBe('PAR1');
  }

  const suite = join(root, 'suite');
  await run('dataset_export', { name, path: suite, format: 'beir', splits: ['test'] });
  const job = await runSuite(quarry, { suite, split: 'test', modes: ['hybrid'] });
  expect(job.error).toBeNull();
  const report = await reportOf(quarry, 'benchmark_report', { runs: [job.id], perQuery: true });
  const queries = await linesOf(join(suite, 'queries.jsonl'));
  expect(Object.keys(report.runs[0]?.perQuery ?? {}).sort()).toEqual(
    queries.map((query) => String(query['_id'])).sort(),
  );
});
