import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import {
  finishJob,
  ingestAndWait,
  openTestWorkspace,
  removeFolder,
  syncAndWait,
  temporaryFolder,
} from '../support/workspace.js';

type Site = Readonly<Record<string, string>>;

const TOPICS = 'Anchors Beacons Canals Docks Estuaries Fords Gates Harbours Inlets Jetties'.split(' ');
const own = (topic: string): string => `What is said of ${topic.toLowerCase()} stands on this page and nowhere else.`;
const name = (topic: string): string => `${topic.toLowerCase()}.html`;
const page = (title: string, body: string): string => `<!doctype html><title>${title}</title><body>${body}</body>`;

function siteOf(make: (topic: string, at: number) => string): Site {
  return Object.fromEntries(TOPICS.map((topic, at) => [name(topic), make(topic, at)]));
}

const DOCBOOK = siteOf((topic, at) => {
  const [before, after] = [TOPICS[at - 1], TOPICS[at + 1]];
  const link = (other: string | undefined, word: string): string =>
    other === undefined ? ' ' : `<a href="${name(other)}">${word}</a>`;
  return page(
    topic,
    `<div class="h"><table><tr><th colspan="5">${topic}</th></tr><tr><td>${link(before, 'Prev')} </td><td><a href="index.html">Up</a></td>
    <th>Harbours</th><td><a href="index.html">Home</a></td><td>${link(after, 'Next')}</td></tr></table><hr></div>
    <h2>${topic}</h2><p>${own(topic)}</p>
    <hr><table><tr><td>${link(before, 'Prev')} </td><td><a href="index.html">Up</a></td><td>${link(after, 'Next')}</td></tr>
    <tr><td>${before ?? ''} </td><td><a href="index.html">Home</a></td><td>${after ?? ''}</td></tr></table>`,
  );
});

const BANNER = siteOf((topic) =>
  page(
    topic,
    `<div><a href="index.html"><img src="b.gif" alt="Quay"></a><div>Small. Fast. Dry.<br>Choose any three.</div>
    <ul><li><a href="index.html">Home</a><li><a href="about.html">About</a><li><a href="dl.html">Download</a></ul></div>
    <h1>${topic}</h1><p>${own(topic)}</p><p><i>Made with Quay 1.33</i></p>`,
  ),
);

const SIDEBAR = siteOf((topic) => {
  const entry = (other: string): string =>
    other === topic ? `<li><b>${other}</b></li>` : `<li><a href="${name(other)}">${other}</a></li>`;
  return page(
    `${topic} | Quay v18 Documentation`,
    `<div id="content"><div id="c2"><ul>${TOPICS.map(entry).join('')}</ul></div><div id="c1"><h1>Quay v18 documentation</h1>
    <div id="api"><h2>${topic}</h2><p>${own(topic)}</p><h3>Parameters</h3><p>Of ${topic}: none at all.</p></div></div></div>`,
  );
});

const LANGUAGES = siteOf((topic, at) =>
  page(
    `${topic} - Quay Server`,
    `<p class="menu"><a href="m.html">Modules</a> | <a href="d.html">Directives</a> | <a href="f.html">FAQ</a></p><p>Quay Server Version 2.4</p>
    <h1>${topic}</h1><p><span>Available Languages: </span><a href="en/${name(topic)}">en</a> | <a href="fr/${name(topic)}">fr</a>${
      at % 3 === 0 ? ` | <a href="ko/${name(topic)}">ko</a>` : ''
    }</p><p>${own(topic)}</p><p>Copyright 2026 The Quay Authors. All of it is free.</p>`,
  ),
);

let home: string;
let folder: string;
let quarry: Quarry;

beforeEach(async () => {
  home = await temporaryFolder();
  folder = join(home, 'site');
  quarry = await openTestWorkspace(join(home, 'home'));
});

afterEach(async () => {
  await quarry.close();
  await removeFolder(home);
});

async function write(site: Site): Promise<void> {
  for (const [path, html] of Object.entries(site)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), html);
  }
}

async function stored(open: Quarry = quarry): Promise<Record<string, { title: string; text: string }>> {
  const { store } = open.services.context;
  const { items } = await store.listDocuments('default', {}, { offset: 0, limit: 1000 });
  const documents: Record<string, { title: string; text: string }> = {};
  for (const { id } of items) {
    const document = await store.getDocument('default', id);
    if (document !== undefined) {
      documents[String(document.metadata['path'])] = { title: document.title, text: document.text };
      const chunks = await store.listChunks('default', id);
      for (const { start, end, text } of chunks) expect(document.text.slice(start, end)).toBe(text);
    }
  }
  return documents;
}

/** What a home that has never seen the site stores of it. */
async function fresh(): Promise<Record<string, { title: string; text: string }>> {
  const other = await openTestWorkspace(join(home, 'fresh'));
  try {
    await ingestAndWait(other, folder);
    return await stored(other);
  } finally {
    await other.close();
    await rm(join(home, 'fresh'), { recursive: true });
  }
}

describe('what most pages of a source say at their heads and feet is not stored', () => {
  const sites: Readonly<Record<string, readonly [site: Site, gone: readonly string[]]>> = {
    'bands of links with the titles around, as DocBook writes them': [
      DOCBOOK,
      ['Prev', 'Up', 'Home', 'Next', '---', '|'],
    ],
    'a banner, a motto, a menu and a foot': [BANNER, ['Small. Fast. Dry.', 'Download', 'Made with']],
    'a list of all pages beside the page, and a heading that names the site': [SIDEBAR, ['Quay v18', '- ', '](']],
    'a menu, a line of languages that differs, and a licence line': [
      LANGUAGES,
      ['Directives', 'Version 2.4', 'Available', 'Copyright'],
    ],
  };
  test.each(Object.entries(sites))('%s', async (_what, [site, gone]) => {
    await write(site);
    await ingestAndWait(quarry, folder);
    const documents = await stored();
    for (const topic of TOPICS) {
      const { title, text } = documents[name(topic)] ?? { title: '', text: '' };
      expect(text).toContain(own(topic));
      expect(text).toMatch(new RegExp(`^#+ ${topic}$`, 'm'));
      expect(title).toContain(topic);
      for (const words of gone) expect(text).not.toContain(words);
    }
  });

  test('titles that the site gives to all pages give way to their own', async () => {
    await write(SIDEBAR);
    await ingestAndWait(quarry, folder);
    const documents = await stored();
    expect(TOPICS.map((topic) => documents[name(topic)]?.title)).toEqual(TOPICS);
    expect(documents[name('Docks')]?.text).toContain('### Parameters');
  });
});

describe('what is a page’s own is never taken for the site’s', () => {
  test('a paragraph on every page that differs by a word', async () => {
    await write(
      siteOf((topic, at) =>
        page(topic, `<p>This belongs to release ${at} of the harbour.</p><h1>${topic}</h1><p>${own(topic)}</p>`),
      ),
    );
    await ingestAndWait(quarry, folder);
    const documents = await stored();
    for (const [at, topic] of TOPICS.entries())
      expect(documents[name(topic)]?.text).toContain(`This belongs to release ${at} of the harbour.`);
  });

  test('a page that lists all pages keeps its list beside the same menu', async () => {
    const menu = `<ul>${TOPICS.map((topic) => `<li><a href="${name(topic)}">${topic}</a></li>`).join('')}</ul>`;
    const site = siteOf((topic) => page(topic, `${menu}<h1>${topic}</h1><p>${own(topic)}</p>`));
    await write({ ...site, 'index.html': page('All of them', `${menu}<h1>All of them</h1>${menu}`) });
    await ingestAndWait(quarry, folder);
    const list = TOPICS.map((topic) => `- [${topic}](${name(topic)})`).join('\n');
    const documents = await stored();
    expect(documents['index.html']?.text.split(list)).toHaveLength(2);
    expect(documents[name('Docks')]?.text).not.toContain(list);
  });

  test('a heading that all pages have above text of their own', async () => {
    await write(
      siteOf((topic) =>
        page(`${topic}(1)`, `<h2>NAME</h2><p>${own(topic)}</p><h2>SYNOPSIS</h2><pre>${topic} -a</pre>`),
      ),
    );
    await ingestAndWait(quarry, folder);
    for (const { text } of Object.values(await stored())) expect(text).toMatch(/^## NAME\n/);
  });

  test('a related page that most pages do not name', async () => {
    await write(
      siteOf((topic, at) =>
        page(
          topic,
          `<h1>${topic}</h1><p>${own(topic)}</p><h2>See also</h2><p><a href="${name(TOPICS[(at + 1) % 10] ?? '')}">${TOPICS[(at + 1) % 10]}</a>, <a href="x.html">${TOPICS[(at + 2) % 10]}</a></p>`,
        ),
      ),
    );
    await ingestAndWait(quarry, folder);
    for (const { text } of Object.values(await stored())) expect(text).toMatch(/## See also\n\n\[\w+\]\(.*\), \[\w+\]/);
  });

  test('anything at all of a source of four pages', async () => {
    await write(Object.fromEntries(Object.entries(BANNER).slice(0, 4)));
    await ingestAndWait(quarry, folder);
    for (const { text } of Object.values(await stored())) expect(text).toContain('Small. Fast. Dry.');
  });

  test('the head of Markdown files: their lines are those of the file', async () => {
    const site = Object.fromEntries(
      TOPICS.map((topic) => [`${topic}.md`, `Licence: free for all.\n\n# ${topic}\n\n${own(topic)}\n`]),
    );
    await write(site);
    await ingestAndWait(quarry, folder);
    for (const { text } of Object.values(await stored())) expect(text).toContain('Licence: free for all.');
  });
});

describe('the documents of a site follow from the site alone', () => {
  test('a second sync changes nothing', async () => {
    await write(SIDEBAR);
    await ingestAndWait(quarry, folder);
    expect((await syncAndWait(quarry)).counts).toEqual({ unchanged: TOPICS.length });
  });

  test('one page that changed is the only one written anew', async () => {
    await write(BANNER);
    await ingestAndWait(quarry, folder);
    await write({ [name('Docks')]: (BANNER[name('Docks')] ?? '').replace('nowhere else', 'was changed') });
    expect((await syncAndWait(quarry)).counts).toMatchObject({ updated: 1, unchanged: TOPICS.length - 1 });
    expect(await stored()).toEqual(await fresh());
  });

  test('pages that come and go make furniture, and unmake it, on pages that did not change', async () => {
    await write(Object.fromEntries(Object.entries(BANNER).slice(0, 4)));
    await ingestAndWait(quarry, folder);
    await write(Object.fromEntries(Object.entries(BANNER).slice(4)));
    expect((await syncAndWait(quarry)).counts).toMatchObject({ added: 6, remade: 4 });
    expect(await stored()).toEqual(await fresh());
    for (const topic of TOPICS.slice(4)) await rm(join(folder, name(topic)));
    expect((await syncAndWait(quarry)).counts).toMatchObject({ removed: 6, remade: 4 });
    const documents = await stored();
    expect(documents).toEqual(await fresh());
    expect(documents[name('Docks')]?.text).toContain('Small. Fast. Dry.');
  });

  test('a sync that goes on after the memory was lost comes to the same', async () => {
    await write(LANGUAGES);
    const { sourceId } = await ingestAndWait(quarry, folder);
    const before = await stored();
    // As when the process died between the documents and what is remembered of them.
    await quarry.services.context.store.deleteRecord('page-frames', sourceId);
    expect((await syncAndWait(quarry)).counts).toEqual({ unchanged: TOPICS.length });
    expect(await stored()).toEqual(before);
  });
});

test('documents that older rules read are read again by sync, without another change, and counted', async () => {
  await write({ ...BANNER, 'notes.md': '# Notes\n\nOn tides.\n' });
  const { sourceId } = await ingestAndWait(quarry, folder);
  const before = await stored();
  const { store } = quarry.services.context;
  const { items } = await store.listDocuments('default', { sourceIds: [sourceId] }, { offset: 0, limit: 100 });
  for (const { id } of items) {
    const document = await store.getDocument('default', id);
    if (document === undefined) continue;
    // As releases of before that stored them: the origin's revision alone, and on one page another title.
    const title = document.title === 'Docks' ? 'Misread' : document.title;
    await store.patchDocuments('default', [
      { ...document, title, revision: document.revision.replace(/^x\d+f?:/, '') },
    ]);
  }
  const { output } = await quarry.execute('sync', {});
  const job = await finishJob(quarry, output.jobId);
  expect(job.counts).toMatchObject({ remade: 1, unchanged: TOPICS.length, reread: TOPICS.length });
  expect(await stored()).toEqual(before);
  expect((await syncAndWait(quarry)).counts).toEqual({ unchanged: TOPICS.length + 1 });
});
