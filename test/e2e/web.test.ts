import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { htmlPage, type LoopbackSite, redirectTo, startLoopbackSite } from '../fixtures/loopback-site.js';
import { ingestAndWait, openTestWorkspace, removeFolder, syncAndWait, temporaryFolder } from '../support/workspace.js';

const PAGES = 25;
const paths = Array.from({ length: PAGES }, (_, n) => `/page/${n}`);
let site: LoopbackSite;
let home: string;
let quarry: Quarry;

beforeAll(async () => {
  site = await startLoopbackSite({ '/': htmlPage('Start', [...paths, '/old']), '/old': redirectTo('/page/1') });
  for (const [n, path] of paths.entries()) site.routes.set(path, htmlPage(`Page ${n}`, ['/']));
  home = await temporaryFolder();
  quarry = await openTestWorkspace(home, { allowPrivateNetwork: true });
});

afterAll(async () => {
  await quarry.close();
  await site.close();
  await removeFolder(home);
});

const total = async (): Promise<unknown> => (await quarry.execute('list_documents', { limit: 1 })).output['total'];

test('a site is ingested, changed, synced and removed with exact counts', async () => {
  const first = await ingestAndWait(quarry, site.origin, { options: { delayMs: 0 } });
  expect(first.error).toBeNull();
  expect(first.counts).toMatchObject({ added: PAGES + 1 });
  expect(await total()).toBe(PAGES + 1);

  site.forget();
  const again = await syncAndWait(quarry);
  expect(again.counts).toMatchObject({ unchanged: PAGES + 1 });
  expect(site.countStatus(304)).toBeGreaterThanOrEqual(PAGES + 1);

  site.routes.set('/page/3', htmlPage('Page three, written anew', ['/']));
  site.routes.set('/page/4', { status: 404 });
  site.routes.set('/', htmlPage('Start', [...paths, '/old', '/page/new']));
  site.routes.set('/page/new', htmlPage('A brand new page', ['/']));
  const changed = await syncAndWait(quarry);
  // The start page links to one more page, but its own text is the same.
  expect(changed.counts).toMatchObject({ added: 1, updated: 1, removed: 1, unchanged: PAGES - 1 });
  expect((await quarry.execute('search', { query: 'brand new page', limit: 1 })).text).toContain('/page/new');

  await site.close();
  const failed = await syncAndWait(quarry);
  expect(failed.counts['removed'] ?? 0).toBe(0);
  expect(await total()).toBe(PAGES + 1);

  await quarry.execute('remove_source', { source: first.sourceId, confirm: true });
  expect(await total()).toBe(0);
});

test('private addresses are refused unless they are allowed', async () => {
  const careful = await openTestWorkspace(home);
  await expect(careful.execute('ingest', { target: 'http://127.0.0.1:1/' })).rejects.toMatchObject({
    code: 'URL_BLOCKED',
    hint: expect.stringContaining('QUARRY_ALLOW_PRIVATE_NETWORK'),
  });
  await careful.close();
});
