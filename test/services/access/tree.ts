import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Quarry } from '../../../src/quarry.js';
import { TestRepository } from '../../extract/github/git-repositories.js';
import { jsonLines } from '../../support/benchmark.js';
import { finishJob, openTestWorkspace, temporaryFolder } from '../../support/workspace.js';
import { PLACE_FIELDS } from './hostile-targets.js';

/** Stands in everything outside of the roots, in names too, and nowhere else. */
export const CANARY = 'CANARY7411';

/** A tree with a folder that may be read, one that may be written, one that is neither, and links between them. */
export interface HostileTree {
  readonly root: string;
  readonly home: string;
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function putWorld(folder: string, word: string): Promise<void> {
  const ids = [1, 2, 3].map((n) => `${word}-${n}`);
  await put(join(folder, 'docs', `${word}.md`), `# ${word}\n\nThe word of this place is ${word}.\n`);
  await put(
    join(folder, 'suite', 'corpus.jsonl'),
    jsonLines(ids.map((_id) => ({ _id, title: _id, text: `Text of ${_id}.` }))),
  );
  await put(
    join(folder, 'suite', 'queries.jsonl'),
    jsonLines(ids.map((id) => ({ _id: `q${id}`, text: `What is ${id}?` }))),
  );
  const qrels = ids.map((id) => `q${id}\t${id}\t1\n`).join('');
  await put(join(folder, 'suite', 'qrels', 'test.tsv'), `query-id\tcorpus-id\tscore\n${qrels}`);
  await put(join(folder, 'run.trec'), ids.map((id) => `q${id} Q0 ${id} 1 1 ${word}\n`).join(''));
  const pairs = Array.from({ length: 12 }, (_, n) => ({
    anchor: `What is ${word} ${n}?`,
    positive: `${word} is ${n}.`,
  }));
  await put(join(folder, 'pairs.jsonl'), jsonLines(pairs));
  await put(join(folder, 'baseline.json'), JSON.stringify({ word }));
  await put(join(folder, 'manifest.json'), JSON.stringify({ quarryExport: 1, dataset: word }));
  await put(join(folder, 'report.html'), word);
  await put(join(folder, 'weights', 'config.json'), JSON.stringify({ quarry: { kind: 'static' }, word }));
  const repository = TestRepository.create(folder);
  await repository.put(`${word}.md`, `# ${word}\n`);
  repository.push(word);
}

/** Makes the tree; the process should run in its root. */
export async function makeTree(): Promise<HostileTree> {
  const root = await realpath(await temporaryFolder());
  await putWorld(join(root, 'outside'), CANARY);
  await putWorld(join(root, 'allowed'), 'welcome');
  await mkdir(join(root, 'exports', 'taken'), { recursive: true });
  await symlink('../outside', join(root, 'allowed', 'link'));
  await symlink('link', join(root, 'allowed', 'chain'));
  await mkdir(join(root, 'allowed', 'links'));
  for (const prey of new Set(['nothing', ...PLACE_FIELDS.map((field) => field.prey)]))
    await symlink(join(root, 'outside', prey), join(root, 'allowed', 'links', prey.replaceAll('/', '_')));
  await symlink('../outside', join(root, 'exports', 'link'));
  await symlink('../outside/made', join(root, 'exports', 'dangling'));
  return { root, home: await temporaryFolder() };
}

/** A workspace over the tree, with a dataset and a benchmark run to export. */
export async function openTreeWorkspace({ root, home }: HostileTree): Promise<Quarry> {
  const quarry = await openTestWorkspace(home, {
    allowedRoots: [join(root, 'allowed')],
    exportRoots: [join(root, 'exports')],
    toolsets: ['all'],
    // Nobody listens there, so that nothing leaves this machine.
    githubApiUrl: 'http://127.0.0.1:1',
  });
  const suite = join(root, 'allowed', 'suite');
  await quarry.execute('create_collection', { name: 'default' });
  await quarry.execute('specialist_create', { name: 'expert', collections: ['default'] });
  const imported = await quarry.execute('dataset_import', {
    name: 'pairs',
    path: join(root, 'allowed', 'pairs.jsonl'),
  });
  await finishJob(quarry, imported.output['jobId']);
  const run = await quarry.execute('benchmark_run', { suite, modes: ['keyword'] });
  await finishJob(quarry, run.output['jobId']);
  return quarry;
}

/** Everything in a folder: names, kinds, targets of links and contents. */
export async function photograph(folder: string, but: readonly string[] = []): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const name of await readdir(at)) {
      const path = join(at, name);
      if (but.includes(path)) continue;
      const about = await lstat(path);
      if (about.isDirectory()) pending.push(path);
      const content = about.isSymbolicLink() ? await readlink(path) : about.isFile() ? await hashOf(path) : 'folder';
      seen[relative(folder, path)] = content;
    }
  }
  return seen;
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Everything that a workspace keeps and tells: sources, documents with their texts, jobs, datasets. */
export async function everythingKept(quarry: Quarry): Promise<string> {
  const { store } = quarry.services.context;
  const parts: unknown[] = [await store.listSources(), await store.listJobs([], { offset: 0, limit: 1000 })];
  for (const { name } of await store.listCollections()) {
    const { items } = await store.listDocuments(name, {}, { offset: 0, limit: 1000 });
    for (const { id } of items) parts.push(await store.getDocument(name, id));
  }
  parts.push((await quarry.execute('dataset_list', {})).output, (await quarry.execute('benchmark_history', {})).output);
  return JSON.stringify(parts);
}
