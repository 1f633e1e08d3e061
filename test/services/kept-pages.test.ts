import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, syncAndWait, temporaryFolder } from '../support/workspace.js';

const TOPICS = 'Anchors Beacons Canals Docks Estuaries Fords'.split(' ');
const MENU = `<ul>${TOPICS.map((topic) => `<li><a href="/${topic}">${topic} of old</a></li>`).join('')}</ul><p>Quay, the site for all.</p>`;

let home: string;
let quarry: Quarry;
let server: Server;
let site: string;
let pages: Map<string, string>;
/** Answers with a body, and those without. */
let sent: string[];
let spared: string[];

beforeEach(async () => {
  home = await temporaryFolder();
  sent = [];
  spared = [];
  pages = new Map([['/', 'Start'], ...TOPICS.map((topic) => [`/${topic}`, topic] as const)]);
  server = createServer((request, response) => {
    const title = pages.get(request.url ?? '');
    if (title === undefined) return response.writeHead(404).end();
    const etag = `"${title}"`;
    response.setHeader('etag', etag);
    response.setHeader('content-type', 'text/html');
    if (request.headers['if-none-match'] === etag) {
      spared.push(title);
      return response.writeHead(304).end();
    }
    sent.push(title);
    return response.end(
      `<title>${title}</title><body>${MENU}<h1>${title}</h1><p>What ${title} is about, at some length.</p></body>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has such an address.
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  quarry = await open();
});

afterEach(async () => {
  await quarry.close();
  server.close();
  await removeFolder(home);
});

function open(keptPagesBytes = 1_000_000): Promise<Quarry> {
  return openTestWorkspace(join(home, 'home'), { allowPrivateNetwork: true, keptPagesBytes });
}

async function texts(): Promise<Map<string, string>> {
  const { store } = quarry.services.context;
  const { items } = await store.listDocuments('default', {}, { offset: 0, limit: 100 });
  const documents = await Promise.all(items.map(({ id }) => store.getDocument('default', id)));
  return new Map(documents.flatMap((document) => (document === undefined ? [] : [[document.title, document.text]])));
}

/** Makes stored documents such as other rules would have read. */
async function misread(): Promise<void> {
  const { store } = quarry.services.context;
  const { items } = await store.listDocuments('default', {}, { offset: 0, limit: 100 });
  for (const { id } of items) {
    const document = await store.getDocument('default', id);
    if (document === undefined) continue;
    const revision = document.revision.replace(/^x\d+f?:/, 'x1:');
    await store.patchDocuments('default', [{ ...document, title: `Old ${document.title}`, revision }]);
  }
}

test('pages that other rules read are read again from what is kept, and nothing is sent again', async () => {
  await ingestAndWait(quarry, site);
  const before = await texts();
  expect(before.get('Docks')).toBe('# Docks\n\nWhat Docks is about, at some length.');
  await misread();
  sent = [];
  const job = await syncAndWait(quarry);
  expect(job.counts).toMatchObject({ remade: pages.size });
  expect(sent).toEqual([]);
  expect(spared.length).toBeGreaterThanOrEqual(pages.size);
  expect(await texts()).toEqual(before);
  expect((await syncAndWait(quarry)).counts).toMatchObject({ unchanged: pages.size });
});

test('where nothing is kept they are fetched again', async () => {
  await quarry.close();
  quarry = await open(0);
  await ingestAndWait(quarry, site);
  const before = await texts();
  await misread();
  sent = [];
  expect((await syncAndWait(quarry)).counts).toMatchObject({ remade: pages.size });
  expect(sent.length).toBeGreaterThanOrEqual(pages.size);
  expect(await texts()).toEqual(before);
});

test('pages that did not change lose and get back what the site says, without a request for them', async () => {
  pages = new Map([...pages].slice(0, 4));
  await ingestAndWait(quarry, site);
  expect((await texts()).get('Beacons')).toContain('Quay, the site for all.');
  for (const topic of TOPICS) pages.set(`/${topic}`, topic);
  sent = [];
  expect((await syncAndWait(quarry)).counts).toMatchObject({ added: 3, remade: 4 });
  expect(sent.sort()).toEqual(TOPICS.slice(3));
  expect((await texts()).get('Beacons')).not.toContain('Quay, the site for all.');
});

test('what is kept of a source goes with it', async () => {
  const { sourceId } = await ingestAndWait(quarry, site);
  const folder = join(home, 'home', 'workspaces', 'default', 'pages');
  const [kept = ''] = await readdir(folder);
  expect(await readdir(join(folder, kept))).toHaveLength(pages.size);
  await quarry.execute('remove_source', { source: sourceId, confirm: true });
  expect(await readdir(join(folder, kept))).toEqual([]);
});
