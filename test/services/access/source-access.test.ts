import { mkdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Config } from '../../../src/config/schema.js';
import type { Job, JsonObject } from '../../../src/core/types.js';
import type { Door } from '../../../src/operations/call.js';
import type { Quarry } from '../../../src/quarry.js';
import { finishJob, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let root: string;
let home: string;
let quarry: Quarry;

const open = (settings: Partial<Config> = {}): Promise<Quarry> =>
  openTestWorkspace(home, { allowedRoots: [join(root, 'allowed')], ...settings });

beforeEach(async () => {
  root = await realpath(await temporaryFolder());
  home = await temporaryFolder();
  for (const name of ['allowed/docs', 'allowed/more', 'private']) {
    await mkdir(join(root, name), { recursive: true });
    await writeFile(join(root, name, 'page.md'), `# ${name}\n\nA page of ${name}.\n`);
  }
  quarry = await open();
});

afterEach(async () => {
  await quarry.close();
  await Promise.all([removeFolder(root), removeFolder(home)]);
});

async function ingest(
  door: Door,
  name: string,
  options: JsonObject = {},
): Promise<Job & { readonly sourceId: string }> {
  const { output } = await quarry.execute('ingest', { target: join(root, name), options }, { door });
  return { ...(await finishJob(quarry, output.jobId)), sourceId: output.sourceId };
}

async function sync(door: Door, sources: string[] = []): Promise<Job> {
  const { output } = await quarry.execute('sync', { sources }, { door });
  return finishJob(quarry, output.jobId);
}

const addedBy = async (id: string): Promise<unknown> => (await quarry.services.context.store.getSource(id))?.addedBy;

/** Puts a link to the private folder in the place of a folder that was given. */
async function swap(name: string): Promise<void> {
  await rename(join(root, name), join(root, `${name}-before`));
  await symlink(join(root, 'private'), join(root, name));
}

test('what the owner added is synced at the wish of callers from elsewhere, and still may not be added by them', async () => {
  const own = await ingest('cli', 'private');
  expect(await addedBy(own.sourceId)).toBe('local');
  await writeFile(join(root, 'private', 'new.md'), '# New\n\nA new page.\n');
  expect((await sync('rest', [own.sourceId])).counts).toMatchObject({ added: 1 });
  await expect(ingest('rest', 'private', { includeHidden: true })).rejects.toMatchObject({ code: 'PATH_UNREADABLE' });
  expect((await quarry.services.context.store.getSource(own.sourceId))?.options['includeHidden']).toBe(false);
});

test.each(['rest', 'mcp-http', 'cli', 'mcp-stdio', 'library'] as const)(
  'a folder from elsewhere that has become a link is refused at a sync by %s, and keeps no other source from it',
  async (door) => {
    const first = await ingest('rest', 'allowed/docs');
    const second = await ingest('mcp-http', 'allowed/more');
    expect(await addedBy(first.sourceId)).toBe('remote');
    await swap('allowed/docs');
    await writeFile(join(root, 'allowed/more', 'new.md'), '# New\n\nA new page.\n');
    const job = await sync(door);
    expect(job.error?.code).toBe('PATH_UNREADABLE');
    expect(job.counts).toMatchObject({ added: 1 });
    expect(job.issues).toEqual([expect.objectContaining({ code: 'PATH_UNREADABLE' })]);
    const { text } = await quarry.execute('list_documents', {});
    expect(text).not.toContain('private');
    expect(text).toContain(`${join('allowed', 'docs', 'page.md')}`);
    expect((await sync(door, [second.sourceId])).error).toBeNull();
  },
);

test('without roots in this process, the owner syncs what came from elsewhere only where it was', async () => {
  const { sourceId } = await ingest('rest', 'allowed/docs');
  await quarry.close();
  quarry = await open({ allowedRoots: [] });
  expect((await sync('cli', [sourceId])).error).toBeNull();
  expect((await sync('rest', [sourceId])).error?.code).toBe('PATH_UNREADABLE');
  await swap('allowed/docs');
  expect((await sync('cli', [sourceId])).error?.code).toBe('PATH_UNREADABLE');
});

test('roots that were taken back end the syncs of what came from below them', async () => {
  const { sourceId } = await ingest('rest', 'allowed/docs');
  await quarry.close();
  quarry = await open({ allowedRoots: [join(root, 'allowed/more')] });
  for (const door of ['rest', 'cli'] as const)
    expect((await sync(door, [sourceId])).error?.code).toBe('PATH_UNREADABLE');
});

test('a record that does not say from where it came is judged by who asks', async () => {
  const { sourceId } = await ingest('cli', 'private');
  const { store } = quarry.services.context;
  const source = await store.getSource(sourceId);
  if (source === undefined) throw new TypeError('the source is gone');
  const { addedBy: _, ...old } = source;
  await store.putSource(old);
  expect((await sync('rest', [sourceId])).error?.code).toBe('PATH_UNREADABLE');
  expect((await sync('cli', [sourceId])).error).toBeNull();
  expect(await addedBy(sourceId)).toBeUndefined();
});

test('asking again from elsewhere leaves what the owner gave as it is; other options make it a source from elsewhere', async () => {
  const { sourceId } = await ingest('cli', 'allowed/docs');
  await ingest('rest', 'allowed/docs');
  expect(await addedBy(sourceId)).toBe('local');
  await ingest('rest', 'allowed/docs', { includeHidden: true });
  expect(await addedBy(sourceId)).toBe('remote');
  await ingest('rest', 'allowed/docs', { includeHidden: true });
  expect(await addedBy(sourceId)).toBe('remote');
  await ingest('cli', 'allowed/docs', { includeHidden: true });
  expect(await addedBy(sourceId)).toBe('local');
});

test('a file that was swapped for a link, and one behind a folder that was, are passed over at every door', async () => {
  await mkdir(join(root, 'allowed/docs/deep'));
  await writeFile(join(root, 'allowed/docs/deep/page.md'), '# Deep\n\nA deep page.\n');
  const { sourceId } = await ingest('cli', 'allowed/docs');
  await rm(join(root, 'allowed/docs/page.md'));
  await symlink(join(root, 'private/page.md'), join(root, 'allowed/docs/page.md'));
  await swap('allowed/docs/deep');
  for (const door of ['cli', 'rest'] as const) expect((await sync(door, [sourceId])).error).toBeNull();
  expect((await quarry.execute('search', { query: 'private page', mode: 'keyword' })).text).not.toContain(
    'A page of private',
  );
});
