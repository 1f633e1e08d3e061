import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  htmlPage,
  type LoopbackSite,
  redirectTo,
  type SiteRoute,
  startLoopbackSite,
} from '../../fixtures/loopback-site.js';
import { addSite, type SyncedSite, type SyncTally } from '../../fixtures/web-sync.js';

let site: LoopbackSite;

beforeEach(async () => {
  site = await startLoopbackSite();
});

afterEach(() => site.close());

const NOTHING: SyncTally = {
  added: 0,
  updated: 0,
  unchanged: 0,
  removed: 0,
  failed: 0,
  skipped: {},
  unreadable: 0,
  isComplete: true,
};

const EVERY_CRAWL = ['/robots.txt', '/sitemap.xml', '/llms.txt'];

function put(pages: Readonly<Record<string, SiteRoute>>): void {
  for (const [path, route] of Object.entries(pages)) site.routes.set(path, route);
}

function pathsOf(source: SyncedSite): string[] {
  return [...source.documents.keys()].map((uri) => uri.slice(site.origin.length)).sort();
}

function asked(): string[] {
  return site.requests
    .map(({ path }) => path)
    .filter((path) => !EVERY_CRAWL.includes(path))
    .sort();
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A home page that links to `count` pages, `/p/000` and on. */
function putPages(count: number): string[] {
  const paths = Array.from({ length: count }, (_, index) => `/p/${String(index).padStart(3, '0')}`);
  put({ '/': htmlPage('Home', paths) });
  for (const path of paths) put({ [path]: htmlPage(`Page ${path}`, ['/']) });
  return paths;
}

describe('a second sync', () => {
  test('asks only for news, follows the links of unchanged pages, and finds what changed', async () => {
    put({
      '/': htmlPage('Home', ['/a']),
      '/a': htmlPage('A', ['/b']),
      '/b': htmlPage('B', ['/c']),
      '/c': htmlPage('C'),
      '/d': htmlPage('D'),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 4 });
    put({ '/c': htmlPage('C', ['/d']) });
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, added: 1, unchanged: 4 });
    expect(asked()).toEqual(['/', '/a', '/b', '/c', '/d']);
    expect([site.countStatus(304), site.countStatus(200)]).toEqual([3, 2]);
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 5 });
    expect([site.countStatus(304), site.countStatus(200)]).toEqual([5, 0]);
  });

  test('is conditional by date where there is no ETag, and compares content where there is nothing', async () => {
    const date = 'Wed, 01 Jan 2025 00:00:00 GMT';
    put({
      '/': htmlPage('Home', ['/dated', '/bare']),
      '/dated': (request) =>
        request.headers['if-modified-since'] === date
          ? { status: 304 }
          : { ...htmlPage('Dated', [], { headers: { 'last-modified': date } }), isConditional: false },
      '/bare': { ...htmlPage('Bare'), isConditional: false },
    });
    const source = await addSite(site.origin);
    await source.sync();
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 3 });
    expect([site.countStatus(304), site.countStatus(200)]).toEqual([2, 1]);
  });

  test('removes what is gone by name, and what nothing links to any more', async () => {
    put({ '/': htmlPage('Home', ['/a', '/b', '/c']), '/a': htmlPage('A'), '/b': htmlPage('B'), '/c': htmlPage('C') });
    const source = await addSite(site.origin);
    await source.sync();
    put({ '/': htmlPage('Home', ['/a', '/b']), '/a': { status: 410 } });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 2, removed: 2 });
    expect(source.log).toContain(`removed ${site.origin}/a`);
    expect(pathsOf(source)).toEqual(['/', '/b']);
  });

  test('keeps a page that fails, and everything behind it', async () => {
    put({ '/': htmlPage('Home', ['/hub']), '/hub': htmlPage('Hub', ['/leaf']), '/leaf': htmlPage('Leaf') });
    const source = await addSite(site.origin);
    await source.sync();
    put({ '/hub': { status: 500 } });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 2, failed: 1 });
    put({ '/hub': 'reset' });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 2, failed: 1 });
    put({ '/hub': htmlPage('Hub', ['/leaf']) });
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 3 });
    expect(site.countStatus(304)).toBe(3);
  });

  test('keeps a page whose redirect leads to a failure', async () => {
    put({ '/': htmlPage('Home', ['/a']), '/a': htmlPage('A') });
    const source = await addSite(site.origin);
    await source.sync();
    put({ '/a': redirectTo('/new-a'), '/new-a': { status: 503 } });
    expect(await source.sync()).toMatchObject({ failed: 2, removed: 0 });
    expect(pathsOf(source)).toEqual(['/', '/a']);
    put({ '/new-a': htmlPage('A') });
    expect(await source.sync()).toMatchObject({ added: 1, removed: 1, failed: 0 });
    expect(pathsOf(source)).toEqual(['/', '/new-a']);
  });

  test('a full sync reads everything again, and removes nothing when it cannot know', async () => {
    put({ '/': htmlPage('Home', ['/hub']), '/hub': htmlPage('Hub', ['/leaf']), '/leaf': htmlPage('Leaf') });
    const source = await addSite(site.origin);
    await source.sync();
    site.forget();
    expect(await source.sync({ full: true })).toEqual({ ...NOTHING, unchanged: 3 });
    expect(site.countStatus(304)).toBe(0);
    put({ '/hub': { status: 500 } });
    expect(await source.sync({ full: true })).toMatchObject({ failed: 1, removed: 0, unreadable: 1 });
    expect(pathsOf(source)).toEqual(['/', '/hub', '/leaf']);
  });

  test('a page that must not be indexed any more is dropped, and one that turns up empty too', async () => {
    put({ '/': htmlPage('Home', ['/a', '/b']), '/a': htmlPage('A'), '/b': htmlPage('B') });
    const source = await addSite(site.origin);
    await source.sync();
    put({
      '/a': htmlPage('A', [], { head: '<meta name="robots" content="noindex">' }),
      '/b': { body: '<html></html>' },
    });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 1, removed: 2, skipped: { robots: 1, empty: 1 } });
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 1, skipped: { robots: 1, empty: 1 } });
    expect(site.countStatus(304)).toBe(3);
  });

  test('a memory that is lost or foreign only costs requests', async () => {
    putPages(5);
    const source = await addSite(site.origin);
    await source.sync();
    for (const state of [
      null,
      'nonsense',
      { version: 99 },
      { version: 1, urls: [], links: [], pages: [[0, 0, '', '', '', 0]] },
    ]) {
      source.state = state;
      site.forget();
      expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 6 });
      expect(site.countStatus(304)).toBe(0);
    }
  });

  test('the host is down: nothing is read, nothing is lost', async () => {
    putPages(30);
    const source = await addSite(site.origin);
    await source.sync();
    for (const path of site.routes.keys()) if (path !== '/') put({ [path]: 'reset' });
    site.forget();
    const tally = await source.sync();
    expect(tally).toMatchObject({ unchanged: 1, removed: 0, unreadable: 1 });
    expect(tally.failed).toBe(10);
    expect(source.documents.size).toBe(31);
    expect(source.errors.get('')).toContain('does not answer');
    putPages(30);
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 31 });
    expect(site.countStatus(200)).toBe(0);
  });
});

describe('a start page that cannot be read', () => {
  test.each([[{ status: 500 }], [{ status: 404 }], [{ status: 403 }], ['reset' as const]])(
    '%j is an error',
    async (route) => {
      put({ '/': route });
      const source = await addSite(site.origin);
      expect(await thrownBy(source.sync())).toMatchObject({ code: 'FETCH_FAILED', hint: expect.any(String) });
    },
  );

  test('is an error on a later sync too when it is gone, and what is stored stays', async () => {
    putPages(3);
    const source = await addSite(site.origin);
    await source.sync();
    put({ '/': { status: 404 } });
    expect(await thrownBy(source.sync())).toMatchObject({ code: 'FETCH_FAILED' });
    expect(source.documents.size).toBe(4);
    put({ '/': { status: 500 } });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 3, failed: 1 });
  });

  test('of a single page means that the page is gone', async () => {
    put({ '/a': htmlPage('A') });
    const source = await addSite(`${site.origin}/a`, { scope: 'page' });
    await source.sync();
    put({ '/a': { status: 404 } });
    expect(await source.sync()).toEqual({ ...NOTHING, removed: 1 });
  });

  test('is no obstacle when a sitemap names pages', async () => {
    put({
      '/robots.txt': { type: 'text/plain', body: `Sitemap: ${site.origin}/map.xml` },
      '/map.xml': { type: 'text/xml', body: `<urlset><url><loc>${site.origin}/docs/a</loc></url></urlset>` },
      '/docs/a': htmlPage('A'),
    });
    const source = await addSite(`${site.origin}/docs/`);
    expect(await source.sync()).toMatchObject({ added: 1, skipped: { missing: 1 } });
  });

  test('built by JavaScript says so', async () => {
    put({ '/': { body: '<html><body><div id="app"></div><script src="/app.js"></script></body></html>' } });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, failed: 1 });
    expect(source.errors.get(`${site.origin}/`)).toContain('neither text nor links');
  });

  test('leading round in circles says so', async () => {
    put({ '/': redirectTo('/a'), '/a': redirectTo('/') });
    expect(await thrownBy((await addSite(site.origin)).sync())).toMatchObject({
      code: 'FETCH_FAILED',
      message: expect.stringContaining('redirects'),
    });
  });
});

describe('sitemaps', () => {
  const urlset = (...paths: string[]): string =>
    `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${paths
      .map((path) => `<url><loc> ${site.origin}${path} </loc></url>`)
      .join('')}</urlset>`;

  beforeEach(() => put({ '/': htmlPage('Home', ['/linked']), '/linked': htmlPage('Linked') }));

  test('index files, gzip, text lists and entities are read; other hosts and broken files do no harm', async () => {
    put({
      '/robots.txt': { type: 'text/plain', body: `Sitemap: ${site.origin}/index.xml\nSitemap: /list.txt\n` },
      '/index.xml': {
        type: 'application/xml',
        body: `<sitemapindex><sitemap><loc>${site.origin}/one.xml.gz</loc></sitemap><sitemap><loc>${site.origin}/two.xml</loc></sitemap><sitemap><loc>${site.origin}/index.xml</loc></sitemap></sitemapindex>`,
      },
      '/one.xml.gz': { type: 'application/gzip', body: gzipSync(urlset('/from-gz', '/linked')) },
      '/two.xml': {
        type: 'application/xml',
        body: gzipSync(
          `<urlset><url><loc>${site.origin}/q?a=1&amp;b=2</loc></url><url><loc>http://elsewhere.test/x</loc></url></urlset>`,
        ),
        headers: { 'content-encoding': 'gzip' },
      },
      '/list.txt': { type: 'text/plain', body: `${site.origin}/from-list\nnot a url\n` },
      '/from-gz': htmlPage('Gz'),
      '/from-list': htmlPage('List'),
      '/q?a=1&b=2': htmlPage('Query'),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 5 });
    expect(pathsOf(source)).toEqual(['/', '/from-gz', '/from-list', '/linked', '/q?a=1&b=2']);
    expect(site.counts().get('/index.xml')).toBe(1);
  });

  test('/sitemap.xml is tried when robots.txt names none, and can be left out', async () => {
    put({ '/sitemap.xml': { type: 'application/xml', body: urlset('/extra') }, '/extra': htmlPage('Extra') });
    expect((await (await addSite(site.origin)).sync()).added).toBe(3);
    expect((await (await addSite(site.origin, { sitemap: false })).sync()).added).toBe(2);
  });

  test('one that fails for now hides pages, so nothing is removed', async () => {
    put({ '/sitemap.xml': { type: 'application/xml', body: urlset('/extra') }, '/extra': htmlPage('Extra') });
    const source = await addSite(site.origin);
    await source.sync();
    put({ '/sitemap.xml': { status: 500 } });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 2, unreadable: 1 });
    expect(source.documents.size).toBe(3);
    put({ '/sitemap.xml': { status: 404 } });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 2, removed: 1 });
  });

  test.each([
    ['not XML', 'application/xml', '<urlset><url><loc>'],
    ['a soft 404', 'text/html', '<html><body>Not here</body></html>'],
    [
      'an entity bomb',
      'application/xml',
      `<!DOCTYPE x [<!ENTITY a "${'b'.repeat(1000)}">]><urlset><url><loc>${'&a;'.repeat(2000)}</loc></url></urlset>`,
    ],
    ['nothing', 'application/xml', ''],
  ])('%s does not stop the crawl', async (_, type, body) => {
    put({ '/sitemap.xml': { type, body } });
    expect(await (await addSite(site.origin)).sync()).toMatchObject({ added: 2, failed: 0, isComplete: true });
  });

  test('a gzip bomb does not stop the crawl', async () => {
    put({ '/sitemap.xml': { type: 'application/gzip', body: gzipSync(Buffer.alloc(60_000_000, ' ')) } });
    expect(await (await addSite(site.origin)).sync()).toMatchObject({ added: 2, failed: 0, isComplete: true });
  });
});

describe('llms.txt', () => {
  test('names pages to start from; a Markdown twin and its page are one document', async () => {
    const text =
      'The guide explains everything about the topic at hand, step by step, with examples that can be run as they are.';
    put({
      '/': htmlPage('Home'),
      '/llms.txt': {
        type: 'text/plain',
        body: '# Site\n\n- [Guide](/guide.md): the guide\n- [Only](/only.md)\n- [Page](/page)\n- [Out](http://elsewhere.test/)\n',
      },
      '/guide.md': { type: 'text/markdown', body: `# Guide\n\n${text}\n` },
      '/guide': htmlPage('Guide', [], { body: `<p>${text}</p>` }),
      '/only.md': { type: 'text/markdown', body: '# Only\n\nThere is no page for this one.\n' },
      '/page': htmlPage('Page'),
    });
    const source = await addSite(site.origin);
    const tally = await source.sync();
    expect(pathsOf(source)).toEqual(['/', '/guide', '/only.md', '/page']);
    expect(tally).toMatchObject({ added: 4, failed: 0, isComplete: true });
    const without = await addSite(site.origin, { llmsTxt: 'off' });
    expect((await without.sync()).added).toBe(1);
  });

  test('llms-full.txt is kept instead of a crawl when that is asked for', async () => {
    put({
      '/': htmlPage('Home', ['/a']),
      '/a': htmlPage('A'),
      '/llms-full.txt': { type: 'text/plain', body: '# All\n\nEverything in one file.' },
    });
    const source = await addSite(site.origin, { llmsTxt: 'full' });
    expect(await source.sync()).toEqual({ ...NOTHING, added: 1 });
    expect(pathsOf(source)).toEqual(['/llms-full.txt']);
    site.routes.delete('/llms-full.txt');
    expect(await source.sync()).toEqual({ ...NOTHING, added: 2, removed: 1 });
  });
});

describe('bounds', () => {
  test('the page limit keeps the first pages, says so, and prunes nothing', async () => {
    putPages(30);
    const source = await addSite(site.origin, { maxPages: 10 });
    const tally = await source.sync();
    expect(tally).toEqual({ ...NOTHING, added: 10, unreadable: 1, skipped: { limit: 21 } });
    expect(source.errors.get('')).toContain('LIMIT_REACHED');
    expect(asked()).toHaveLength(10);
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 10, unreadable: 1, skipped: { limit: 21 } });
    expect([site.countStatus(304), asked().length]).toEqual([10, 10]);
  });

  test('a limit that is just enough is no limit', async () => {
    putPages(9);
    expect(await (await addSite(site.origin, { maxPages: 10 })).sync()).toEqual({ ...NOTHING, added: 10 });
  });

  test('endless queries, dates, paths and session ids end', async () => {
    const counter = { visits: 0 };
    put({
      '/': htmlPage('Home', ['/list?page=0', '/calendar/2026/01', '/loop/', '/session', '/real']),
      '/real': htmlPage('Real'),
    });
    site.fallback = (path) => {
      counter.visits += 1;
      const page = /^\/list\?page=(\d+)/.exec(path)?.[1];
      if (page !== undefined) {
        const next = Array.from(
          { length: 5 },
          (_, index) => `/list?page=${Number(page) * 5 + index + 1}&sort=${index}`,
        );
        return htmlPage(`List ${page}`, next);
      }
      const date = /^\/calendar\/(\d+)\/(\d+)$/.exec(path);
      if (date !== null) {
        const months = Array.from(
          { length: 24 },
          (_, index) => `/calendar/${Number(date[1]) + (index >> 1)}/${String((index % 12) + 1).padStart(2, '0')}`,
        );
        return htmlPage(`Calendar ${date[1]} ${date[2]}`, months);
      }
      if (path.startsWith('/loop/')) return htmlPage(`Loop ${path.length}`, [`${path}a/b/`, 'c/']);
      if (path === '/session')
        return htmlPage('Session', [`/session?PHPSESSID=${counter.visits}`, '/session;jsessionid=9A?utm_source=x']);
      return undefined;
    };
    const source = await addSite(site.origin, { maxQueryVariants: 20, maxPages: 1000 });
    const tally = await source.sync();
    const under = (prefix: string): number => pathsOf(source).filter((path) => path.startsWith(prefix)).length;
    expect(under('/list')).toBe(20);
    expect(under('/calendar')).toBe(60);
    expect(under('/session')).toBe(1);
    expect(under('/loop')).toBeLessThan(60);
    expect(pathsOf(source)).toContain('/real');
    expect(tally).toMatchObject({ isComplete: true, unreadable: 0, failed: 0 });
  });

  test('a site of redirects without end is left after a bounded number of requests', async () => {
    put({ '/': htmlPage('Home', ['/r/0']) });
    site.fallback = (path) => (path.startsWith('/r/') ? redirectTo(`/r/${Number(path.slice(3)) + 1}`) : undefined);
    const source = await addSite(site.origin, { maxPages: 5 });
    expect(await source.sync()).toMatchObject({ added: 1, unreadable: 1 });
    expect(asked()).toHaveLength(115);
  });

  test('a page that is too large is counted; one that becomes too large stays', async () => {
    const huge = { body: `<p>${'word '.repeat(500_000)}</p>` };
    put({ '/': htmlPage('Home', ['/huge', '/grows']), '/huge': huge, '/grows': htmlPage('Grows') });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 2, skipped: { 'too-large': 1 } });
    put({ '/grows': huge });
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 1, failed: 1, skipped: { 'too-large': 1 } });
  });

  test('a cancel ends the sync at once, without a complete enumeration', async () => {
    const paths = putPages(40);
    const controller = new AbortController();
    const source = await addSite(site.origin);
    let documents = 0;
    const thrown = await thrownBy(
      source.sync({
        signal: controller.signal,
        onItem: (item) => {
          documents += item.type === 'document' ? 1 : 0;
          if (documents === 5) controller.abort();
        },
      }),
    );
    expect(thrown).toMatchObject({ code: 'CANCELLED' });
    expect(source.state).toBeNull();
    expect(source.documents.size).toBe(5);
    expect(asked().length).toBeLessThan(paths.length);
  });

  test('a cancel while a page hangs ends the sync at once', async () => {
    put({ '/': htmlPage('Home', ['/a']), '/a': 'hang' });
    const controller = new AbortController();
    const source = await addSite(site.origin);
    const onItem = (item: { type: string }): void => {
      if (item.type === 'document') setImmediate(() => controller.abort());
    };
    expect(await thrownBy(source.sync({ signal: controller.signal, onItem }))).toMatchObject({ code: 'CANCELLED' });
  });
});

test('the order of items depends on the site alone', async () => {
  const paths = putPages(40);
  const logs: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    // Pages answer in another order each time.
    for (const [index, path] of paths.entries()) {
      const page = htmlPage(`Page ${path}`, ['/', `/deep/${index % 7}`]);
      put({ [path]: page, [`/deep/${index % 7}`]: htmlPage(`Deep ${index % 7}`, paths.slice(index, index + 3)) });
    }
    const source = await addSite(site.origin, { concurrency: 1 + round * 5 });
    await source.sync();
    logs.push(source.log.join('\n'));
  }
  expect(logs[1]).toBe(logs[0]);
  expect(logs[2]).toBe(logs[0]);
});
