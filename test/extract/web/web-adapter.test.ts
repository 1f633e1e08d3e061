import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createWebAdapter } from '../../../src/extract/web/web-adapter.js';
import { htmlPage, type LoopbackSite, redirectTo, startLoopbackSite } from '../../fixtures/loopback-site.js';
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

/** Paths of the stored documents, in order. */
function pathsOf(source: SyncedSite): string[] {
  return [...source.documents.keys()].map((uri) => uri.slice(site.origin.length)).sort();
}

/** Paths that were asked for since the last `forget`, without the files that every crawl asks for. */
function asked(): string[] {
  return site.requests
    .map(({ path }) => path)
    .filter((path) => !['/robots.txt', '/sitemap.xml', '/llms.txt'].includes(path))
    .sort();
}

function put(pages: Readonly<Record<string, Parameters<LoopbackSite['routes']['set']>[1]>>): void {
  for (const [path, route] of Object.entries(pages)) site.routes.set(path, route);
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
}

describe('resolve', () => {
  test('gives one spelling, a label and complete options', async () => {
    const adapter = createWebAdapter({});
    const spec = await adapter.resolve('HTTPS://Example.com:443/Docs/?utm_source=x#top', {});
    expect(spec).toMatchObject({ kind: 'web', uri: 'https://example.com/Docs/', label: 'example.com/Docs/' });
    expect(spec.options).toEqual({
      scope: 'subpages',
      maxDepth: 10,
      maxPages: 500,
      include: [],
      exclude: [],
      respectRobots: true,
      delayMs: 100,
      concurrency: 4,
      sitemap: true,
      llmsTxt: 'links',
      maxQueryVariants: 100,
    });
    expect((await adapter.resolve('example.com', {})).options['scope']).toBe('host');
    expect((await adapter.resolve('example.com', {})).uri).toBe('https://example.com/');
  });

  test.each([
    ['http://127.0.0.1/', {}, 'URL_BLOCKED'],
    ['http://localhost:3000', {}, 'URL_BLOCKED'],
    ['http://a:b@example.com/', {}, 'URL_BLOCKED'],
    ['ftp://example.com/', {}, 'URL_BLOCKED'],
    ['http://', {}, 'INPUT_INVALID'],
    ['', {}, 'INPUT_INVALID'],
    [`https://example.com/${'a'.repeat(5000)}`, {}, 'INPUT_INVALID'],
    ['example.com', { max_pages: 3 }, 'INPUT_INVALID'],
    ['example.com', { maxPages: 0 }, 'INPUT_INVALID'],
    ['example.com', { scope: 'world' }, 'INPUT_INVALID'],
    ['example.com', { include: 'x' }, 'INPUT_INVALID'],
  ])('refuses %s %j', async (target, options, code) => {
    expect(await codeOf(createWebAdapter({}).resolve(target, options))).toBe(code);
  });

  test('names the bad option and the good ones', async () => {
    const error: unknown = await createWebAdapter({})
      .resolve('example.com', { pages: 3 })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      message: expect.stringContaining('pages'),
      hint: expect.stringContaining('maxPages'),
    });
  });
});

describe('scope', () => {
  beforeEach(() => {
    put({
      '/': htmlPage('Home', ['/docs/', '/blog/', 'http://elsewhere.test/']),
      '/docs/': htmlPage('Docs', ['/docs/a', '/docs/b.html', '/blog/']),
      '/docs/a': htmlPage('Docs A', ['/docs/deep/c']),
      '/docs/b.html': htmlPage('Docs B', ['/']),
      '/docs/deep/c': htmlPage('Docs C', ['/docsother']),
      '/docsother': htmlPage('Other'),
      '/blog/': htmlPage('Blog'),
    });
  });

  test.each([
    ['/', {}, ['/', '/blog/', '/docs/', '/docs/a', '/docs/b.html', '/docs/deep/c', '/docsother']],
    ['/docs/', {}, ['/docs/', '/docs/a', '/docs/b.html', '/docs/deep/c']],
    ['/docs/b.html', {}, ['/docs/b.html']],
    [
      '/docs/b.html',
      { scope: 'host' },
      ['/', '/blog/', '/docs/', '/docs/a', '/docs/b.html', '/docs/deep/c', '/docsother'],
    ],
    ['/docs/', { scope: 'page' }, ['/docs/']],
    ['/docs/', { maxDepth: 1 }, ['/docs/', '/docs/a', '/docs/b.html']],
    ['/docs/', { maxDepth: 0 }, ['/docs/']],
    ['/docs/', { exclude: ['*.html', '/docs/deep/**'] }, ['/docs/', '/docs/a']],
    ['/', { include: ['/docs/**'] }, ['/docs/', '/docs/a', '/docs/b.html', '/docs/deep/c']],
  ])('from %s with %j', async (start, options, expected) => {
    const source = await addSite(site.origin + start, options);
    const tally = await source.sync();
    expect(pathsOf(source)).toEqual(expected);
    expect(tally).toMatchObject({ added: expected.length, failed: 0, unreadable: 0, isComplete: true });
  });

  test('one page asks for robots.txt and the page, nothing else', async () => {
    await (await addSite(`${site.origin}/docs/`, { scope: 'page' })).sync();
    expect(site.requests.map(({ path }) => path)).toEqual(['/robots.txt', '/docs/']);
    expect(site.requests[1]?.headers.accept).toMatch(/^text\/markdown, text\/html/);
  });

  test('a start page that leads elsewhere takes the scope along', async () => {
    const moved = await startLoopbackSite({ '/old/': redirectTo(`${site.origin}/docs/`) });
    const source = await addSite(`${moved.origin}/old/`);
    await source.sync();
    expect(pathsOf(source)).toEqual(['/docs/', '/docs/a', '/docs/b.html', '/docs/deep/c']);
    await moved.close();
  });

  test('a start page that leads deeper keeps the folder that was asked for', async () => {
    put({ '/docs/': redirectTo('/docs/a', 302), '/docs/a': htmlPage('Docs A', ['/docs/b.html', '/blog/']) });
    const source = await addSite(`${site.origin}/docs/`);
    await source.sync();
    expect(pathsOf(source)).toEqual(['/docs/a', '/docs/b.html']);
  });
});

describe('redirects and canonical links', () => {
  test('a redirect and its target are one document, fetched once', async () => {
    put({
      '/': htmlPage('Home', ['/r1', '/target', '/r2']),
      '/r1': redirectTo('/r2'),
      '/r2': redirectTo('/target', 302),
      '/target': htmlPage('Target'),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 2, skipped: { duplicate: 2 } });
    expect(asked()).toEqual(['/', '/r1', '/r2', '/target']);
  });

  test('circles of redirects and pages that lead to themselves fail, and nothing else does', async () => {
    put({
      '/': htmlPage('Home', ['/x', '/self', '/fine']),
      '/x': redirectTo('/y'),
      '/y': redirectTo('/x'),
      '/self': redirectTo('/self'),
      '/fine': htmlPage('Fine'),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toMatchObject({ added: 2, failed: 3 });
  });

  test('a redirect out of the source is passed over', async () => {
    put({
      '/': htmlPage('Home', ['/out', '/to-zip']),
      '/out': redirectTo('http://elsewhere.test/'),
      '/to-zip': redirectTo('/a.zip'),
    });
    expect(await (await addSite(site.origin)).sync()).toMatchObject({ added: 1, skipped: { 'out-of-scope': 2 } });
  });

  test('a redirect through a refresh element counts as one', async () => {
    put({
      '/': {
        body: '<html><head><meta http-equiv="refresh" content="0; url=latest/"></head><body>Moved.</body></html>',
      },
      '/latest/': htmlPage('Latest', ['/latest/a']),
      '/latest/a': htmlPage('Latest A'),
    });
    const source = await addSite(site.origin);
    await source.sync();
    expect(pathsOf(source)).toEqual(['/latest/', '/latest/a']);
  });

  test('spellings that the canonical link joins are one document under the canonical address', async () => {
    const head = `<link rel="canonical" href="${site.origin}/page/">`;
    put({
      '/': htmlPage('Home', ['/page', '/page/', '/page/index.html', '/page?ref=nav']),
      '/page': htmlPage('Page', [], { head }),
      '/page/': htmlPage('Page', [], { head }),
      '/page/index.html': htmlPage('Page', [], { head }),
      '/page?ref=nav': htmlPage('Page', [], { head }),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 2, skipped: { duplicate: 3 } });
    expect(pathsOf(source)).toEqual(['/', '/page/']);
  });

  test('a canonical spelling is not asked for again', async () => {
    const head = '<link rel="canonical" href="/page/">';
    put({
      '/': htmlPage('Home', ['/page']),
      '/page': htmlPage('Page', ['/page/'], { head }),
      '/page/': htmlPage('Page', [], { head }),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 2 });
    expect(asked()).toEqual(['/', '/page']);
    expect(source.documents.get(`${site.origin}/page/`)?.metadata).toMatchObject({ fetchedUrl: `${site.origin}/page` });
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 2 });
    expect(site.countStatus(304)).toBe(2);
  });

  test('a site whose every page claims to be the home page loses none', async () => {
    const head = '<link rel="canonical" href="/">';
    put({ '/': htmlPage('Home', ['/one', '/two', '/three'], { head }) });
    for (const name of ['one', 'two', 'three']) put({ [`/${name}`]: htmlPage(`The ${name} thing`, [], { head }) });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 4 });
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 4 });
    expect(site.countStatus(200)).toBe(0);
  });

  test('canonical links to what is missing, failing, barred or elsewhere are not believed', async () => {
    const claims = ['/gone', '/broken', '/private', 'http://elsewhere.test/', '/noindex', 'http://[bad', '/loop-b'];
    put({
      '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /private' },
      '/': htmlPage('Home', [...claims.map((_, index) => `/p${index}`), '/loop-b']),
      '/broken': { status: 500 },
      '/noindex': htmlPage('No index', [], { head: '<meta name="robots" content="noindex">' }),
      '/loop-b': htmlPage('Loop B', [], { head: '<link rel="canonical" href="/p6">' }),
    });
    for (const [index, claim] of claims.entries()) {
      put({ [`/p${index}`]: htmlPage(`Claim ${index}`, [], { head: `<link rel="canonical" href="${claim}">` }) });
    }
    const source = await addSite(site.origin);
    await source.sync();
    expect(pathsOf(source)).toEqual(['/', '/loop-b', '/p0', '/p1', '/p2', '/p3', '/p4', '/p5', '/p6']);
  });

  test('a print version is folded into the page that it names, before or after it', async () => {
    const body = '<p>Long text that both versions share, word for word, with enough of it to be sure of it.</p>';
    const head = '<link rel="canonical" href="/m-article">';
    put({
      '/': htmlPage('Home', ['/a-print', '/z-print']),
      '/a-print': htmlPage('Print', [], { head, body: `${body}<p>Printed.</p>` }),
      '/m-article': htmlPage('Article', [], { body: `${body}<p>And a discussion that goes on for a while.</p>` }),
      '/z-print': htmlPage('Print', [], { head, body: `${body}<p>Printed again.</p>` }),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 2, skipped: { duplicate: 2 } });
    expect(pathsOf(source)).toEqual(['/', '/m-article']);
    site.forget();
    expect(await source.sync()).toEqual({ ...NOTHING, unchanged: 2, skipped: { duplicate: 2 } });
    expect(site.countStatus(200)).toBe(0);
    put({
      '/a-print': htmlPage('Own', [], {
        head,
        body: '<p>This page has found a text of its own, quite unlike the other.</p>',
      }),
    });
    expect(await source.sync()).toEqual({ ...NOTHING, added: 1, unchanged: 2, skipped: { duplicate: 1 } });
  });

  test('equal pages under two addresses are one document; when the first changes, both are', async () => {
    put({ '/': htmlPage('Home', ['/a', '/b']), '/a': htmlPage('Same'), '/b': htmlPage('Same') });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 2, skipped: { duplicate: 1 } });
    put({ '/a': htmlPage('Different now') });
    expect(await source.sync()).toEqual({ ...NOTHING, added: 1, updated: 1, unchanged: 1 });
    expect(pathsOf(source)).toEqual(['/', '/a', '/b']);
  });
});

describe('robots', () => {
  test('are obeyed: disallow, longest rule, our own group, nofollow, noindex, none', async () => {
    put({
      '/robots.txt': {
        type: 'text/plain',
        body: '\uFEFFUser-agent: *\nDisallow: /\n\nUser-agent: Quarry\nDisallow: /private\nAllow: /private/open\nDisallow: /*.pdf$\n',
      },
      '/': htmlPage('Home', ['/private/a', '/private/open', '/x.pdf', '/noindex', '/none', '/header', '/other-bot'], {
        body: '<p>Some text of the home page.</p><a rel="nofollow" href="/nofollowed">x</a>',
      }),
      '/private/open': htmlPage('Open'),
      '/noindex': htmlPage('Noindex', ['/behind-noindex'], { head: '<meta name="robots" content="NOINDEX, follow">' }),
      '/behind-noindex': htmlPage('Behind noindex'),
      '/none': htmlPage('None', ['/behind-none'], { head: '<meta name="robots" content="none">' }),
      '/behind-none': htmlPage('Behind none'),
      '/header': htmlPage('Header', ['/behind-header'], { headers: { 'x-robots-tag': 'noindex, nofollow' } }),
      '/behind-header': htmlPage('Behind header'),
      '/other-bot': htmlPage('Other bot', [], { headers: { 'x-robots-tag': 'googlebot: noindex' } }),
      '/nofollowed': htmlPage('Nofollowed'),
    });
    const source = await addSite(site.origin);
    expect(await source.sync()).toEqual({ ...NOTHING, added: 4, skipped: { robots: 5 } });
    expect(pathsOf(source)).toEqual(['/', '/behind-noindex', '/other-bot', '/private/open']);
    expect(asked()).not.toContain('/private/a');
    expect(asked()).not.toContain('/x.pdf');
    const free = await addSite(site.origin, { respectRobots: false });
    expect((await free.sync()).added).toBe(10);
  });

  test('a barred start page is an error that says what to do', async () => {
    put({ '/robots.txt': { type: 'text/plain', body: 'User-agent: *\nDisallow: /' }, '/': htmlPage('Home') });
    expect(await codeOf((await addSite(site.origin)).sync())).toBe('ROBOTS_DISALLOWED');
    expect(asked()).toEqual([]);
  });

  test.each([404, 401, 403, 410])('a robots.txt that answers %i allows everything', async (status) => {
    put({ '/robots.txt': { status }, '/': htmlPage('Home') });
    expect((await (await addSite(site.origin)).sync()).added).toBe(1);
  });

  test.each([500, 503, 429])('a robots.txt that answers %i keeps us away, and nothing is removed', async (status) => {
    put({ '/': htmlPage('Home', ['/a']), '/a': htmlPage('A') });
    const source = await addSite(site.origin);
    await source.sync();
    put({ '/robots.txt': { status } });
    site.forget();
    expect(await codeOf(source.sync())).toBe('FETCH_FAILED');
    expect(asked()).toEqual([]);
    expect(source.documents.size).toBe(2);
  });
});

describe('what is read', () => {
  test('HTML, Markdown, text and PDF-named pages by their type; pictures and data are counted', async () => {
    put({
      '/': htmlPage('Home', [
        '/a.md',
        '/b.txt',
        '/c',
        '/d.png',
        '/picture',
        '/data.json',
        '/style.css',
        '/empty',
        '/download',
      ]),
      '/a.md': {
        type: 'text/markdown',
        body: '# A\n\nSee [e](./e.md) and `[no](/no.md)`.\n\n[f]: /f.md\n\n```\n[x](/code.md)\n```\n',
      },
      '/e.md': { type: 'text/plain', body: '# E\n\nPlain Markdown.' },
      '/f.md': { type: 'application/octet-stream', body: '# F\n\nUnknown type.' },
      '/b.txt': { type: 'text/plain; charset=utf-8', body: 'Some plain text.' },
      '/c': {
        type: 'application/xhtml+xml',
        body: '<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>C</h1><p>XHTML.</p></body></html>',
      },
      '/d.png': { type: 'image/png', body: 'png' },
      '/picture': { type: 'image/png', body: 'png' },
      '/data.json': { type: 'application/json', body: '{}' },
      '/empty': { body: '<html><body><div id="app"></div><a href="/behind-empty">x</a></body></html>' },
      '/behind-empty': htmlPage('Behind'),
      '/download': { type: 'application/octet-stream', body: Buffer.from([0, 1, 2]) },
    });
    const source = await addSite(site.origin);
    const tally = await source.sync();
    expect(pathsOf(source)).toEqual(
      expect.arrayContaining(['/', '/a.md', '/b.txt', '/behind-empty', '/c', '/e.md', '/f.md']),
    );
    expect(tally.skipped).toMatchObject({ binary: 4, unsupported: 1 });
    expect(asked()).not.toContain('/d.png');
    expect(asked()).not.toContain('/no.md');
    expect(asked()).not.toContain('/code.md');
  });

  test('JSON is read when it is the address that was given', async () => {
    put({ '/data.json': { type: 'application/json', body: '{"answer": 42}' } });
    const source = await addSite(`${site.origin}/data.json`, { scope: 'page' });
    expect((await source.sync()).added).toBe(1);
  });

  test('charsets come from the header, the document, or the bytes', async () => {
    const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
    put({
      '/': htmlPage('Home', ['/header', '/meta', '/wrong', '/bom']),
      '/header': { type: 'text/html; charset=ISO-8859-1', body: latin('<h1>Caf\u00e9</h1><p>d\u00e9j\u00e0 vu</p>') },
      '/meta': { type: 'text/html', body: latin('<meta charset="windows-1252"><h1>Caf\u00e9</h1><p>na\u00efve</p>') },
      '/wrong': {
        type: 'text/html; charset=iso-8859-1',
        body: '<h1>Caf\u00e9</h1><p>\u4e2d\u6587 in UTF-8 after all</p>',
      },
      '/bom': { type: 'text/html', body: Buffer.from('\uFEFF<h1>Caf\u00e9</h1><p>wide</p>', 'utf16le') },
    });
    const source = await addSite(site.origin);
    await source.sync();
    for (const path of ['/header', '/meta', '/wrong', '/bom']) {
      expect(source.documents.get(site.origin + path)?.text).toContain('Caf\u00e9');
    }
    expect(source.documents.get(`${site.origin}/wrong`)?.text).toContain('\u4e2d\u6587');
  });

  test('base elements, protocol-relative and odd links are understood', async () => {
    const host = site.origin.slice('http:'.length);
    put({
      '/dir/': htmlPage(
        'Home',
        ['a', '?q=1', '#here', '', `${host}/b`, 'javascript:alert(1)', 'mailto:a@b', 'http://[', ' /c ', 'tel:1'],
        {
          head: '<base href="/base/">',
        },
      ),
      '/base/a': htmlPage('A'),
      '/base/?q=1': htmlPage('Q'),
      '/base/': htmlPage('Base'),
      '/b': htmlPage('B'),
      '/c': htmlPage('C'),
    });
    const source = await addSite(`${site.origin}/dir/`, { scope: 'host' });
    await source.sync();
    expect(pathsOf(source)).toEqual(expect.arrayContaining(['/b', '/base/?q=1', '/base/a', '/c', '/dir/']));
    expect(asked().some((path) => path.includes('javascript') || path.includes('mailto'))).toBe(false);
  });

  test('facts come along: dates, licence, description, depth', async () => {
    put({
      '/': htmlPage('Home', ['/a']),
      '/sitemap.xml': {
        type: 'application/xml',
        body: `<urlset><url><loc>${site.origin}/a</loc><lastmod>2025-03-04</lastmod></url></urlset>`,
      },
      '/a': htmlPage('A', [], {
        head: '<meta name="description" content="About A.">',
        body: '<p>The text of page A stands here.</p><a rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/">CC</a>',
        headers: { 'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT' },
      }),
    });
    const source = await addSite(site.origin);
    await source.sync();
    expect(source.documents.get(`${site.origin}/a`)).toMatchObject({
      title: 'A',
      licence: 'CC-BY-SA-4.0',
      modifiedAt: '2025-03-04T00:00:00.000Z',
      language: 'en',
      mediaType: 'text/html',
      metadata: { description: 'About A.', depth: 1, status: 200, lastModified: '2025-01-01T00:00:00.000Z' },
    });
  });
});
