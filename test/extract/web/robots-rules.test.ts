import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRobots } from '../../../src/extract/web/robots.js';
import { htmlPage, type LoopbackSite, startLoopbackSite } from '../../fixtures/loopback-site.js';
import { addSite } from '../../fixtures/web-sync.js';

const HOST = 'https://example.com';

function isAllowed(text: string, path: string): boolean {
  return parseRobots(`${HOST}/robots.txt`, text).isAllowed(HOST + path);
}

describe('rules and addresses meet in one spelling', () => {
  test.each([
    // RFC 9309, 2.2.2: the table of percent-encoding.
    ['/foo/bar?baz=quz', '/foo/bar?baz=quz', true],
    ['/foo/bar?baz=https://foo.bar', '/foo/bar?baz=https://foo.bar', true],
    ['/foo/bar?baz=https%3A%2F%2Ffoo.bar', '/foo/bar?baz=https://foo.bar', true],
    ['/foo/bar?baz=https://foo.bar', '/foo/bar?baz=https%3A%2F%2Ffoo.bar', true],
    ['/foo/bar/\u30c4', '/foo/bar/%E3%83%84', true],
    ['/foo/bar/%E3%83%84', '/foo/bar/\u30c4', true],
    ['/foo/bar/%e3%83%84', '/foo/bar/%E3%83%84', true],
    ['/foo/bar/%62%61%7A', '/foo/bar/baz', true],
    // 2.2.3: special characters.
    ['/path/file-with-a-%2A.html', '/path/file-with-a-*.html', true],
    ['/path/foo-%24', '/path/foo-$', true],
    ['/path/foo-%24', '/path/foo-', false],
    ['/this/*/exactly', '/this/is/not/exactly', true],
    ['/this/path/exactly$', '/this/path/exactly', true],
    ['/this/path/exactly$', '/this/path/exactly/', false],
    // Needless escapes and characters that addresses may or may not escape.
    ['/%7Eanna/', '/~anna/diary.html', true],
    ['/~anna/', '/%7Eanna/diary.html', true],
    ['/list?sort[]=', '/list?sort[]=asc', true],
    ['/list?sort%5b%5d=', '/list?sort[]=asc', true],
    ['/*?filter[', '/list?filter[color]=red', true],
    ['/a|b', '/a|b', true],
    ['/a|b', '/a%7Cb', true],
    ['/x^2', '/x^2', true],
    ['/x^2', '/x%5E2', true],
    ['/{id}', '/%7Bid%7D', true],
    ["/it's", '/it%27s', true],
    ['/a b', '/a%20b', true],
    ['/p?q="', '/p?q=%22', true],
    ['/k:v;w,x@y!(z)+', '/k%3Av%3Bw%2Cx%40y%21%28z%29%2B', true],
    ['/50%', '/50%', true],
    ['/%41%2D%5F%2e', '/A-_.', true],
    // What divides a path is not what is written in one of its parts.
    ['/a%2Fb', '/a/b', false],
    ['/a%2fb', '/a%2Fb', true],
    ['/a%3Fb', '/a?b', false],
    ['/*sort=', '/list?page=2&sort=up', true],
    ['/*url=http%3A%2F%2F', '/go?url=http://h.org/', true],
    ['/*?*&b=', '/x?a=1&b=2', true],
    ['/Folder', '/folder', false],
  ])('Disallow: %s bars %s: %s', (rule, path, isBarred) => {
    expect(isAllowed(`User-agent: *\nDisallow: ${rule}`, path)).toBe(!isBarred);
  });

  test.each([
    [
      '/fish',
      ['/fish', '/fish.html', '/fishheads/yummy.html', '/fish.php?id=x'],
      ['/Fish.asp', '/catfish', '/desert/fish'],
    ],
    ['/fish*', ['/fish', '/fishheads'], ['/Fish.asp', '/catfish']],
    ['/fish/', ['/fish/', '/fish/salmon.htm'], ['/fish', '/fish.html']],
    ['/*.php', ['/index.php', '/folder/any.php.file.html', '/filename.php/'], ['/', '/windows.PHP']],
    ['/*.php$', ['/filename.php', '/folder/filename.php'], ['/filename.php?x', '/filename.php/', '/windows.PHP']],
    ['/fish*.php', ['/fish.php', '/fishheads/catfish.php?x'], ['/Fish.PHP']],
    ['/a*b*c$', ['/abc', '/a-b-c-c', '/abcbc'], ['/abcd', '/acb', '/a']],
    ['/a*ab$', ['/aab', '/axab'], ['/ab', '/aaba']],
    ['/**/x', ['/a/x', '/a/b/x'], ['/x']],
    ['/$', ['/'], ['/a']],
    ['*', ['/', '/a?b'], []],
    ['fish', [], ['/fish', '/']],
    ['$', [], ['/', '/a']],
    ['/a$b', ['/a$b/c'], ['/a']],
  ])('Disallow: %s bars %j and not %j', (rule, barred, free) => {
    for (const path of barred)
      expect([path, isAllowed(`user-agent: *\ndisallow: ${rule}`, path)]).toEqual([path, false]);
    for (const path of free) expect([path, isAllowed(`user-agent: *\ndisallow: ${rule}`, path)]).toEqual([path, true]);
  });
});

describe('the longest rule decides, and of two the kinder', () => {
  test.each([
    ['allow: /p\ndisallow: /', '/page', true],
    ['allow: /folder\ndisallow: /folder', '/folder/page', true],
    ['disallow: /folder\nallow: /folder', '/folder/page', true],
    ['allow: /page\ndisallow: /*.htm', '/page.htm', false],
    ['allow: /page\ndisallow: /*.ph', '/page.php5', true],
    ['allow: /$\ndisallow: /', '/', true],
    ['allow: /$\ndisallow: /', '/page.htm', false],
    ['disallow: /x/page.html\nallow: /x/', '/x/page.html', false],
    ['disallow: /x/page.html\nallow: /x/', '/x/', true],
    ['disallow: \nallow: /a', '/b', true],
    // One octet is one octet, however it is written.
    ['allow: /*/d/x\ndisallow: /a:b', '/a:b/d/x', true],
    ['allow: /example/page/disallowed.gif\ndisallow: /example/page/', '/example/page/disallowed.gif', true],
  ])('%j: %s is allowed: %s', (rules, path, expected) => {
    expect(isAllowed(`user-agent: quarry\n${rules}`, path)).toBe(expected);
  });
});

describe('groups', () => {
  test.each([
    ['case does not matter', 'USER-AGENT: QUARRY\nDISALLOW: /', false],
    ['a version does not matter', 'User-agent: Quarry/1.0\nDisallow: /', false],
    ['words behind the product do not matter', 'User-agent: quarry bot\nDisallow: /', false],
    ['a longer product is another one', 'User-agent: quarrybot\nDisallow: /', true],
    ['part of our name is not our name', 'User-agent: qua\nDisallow: /', true],
    ['several agents share a group', 'User-agent: a\nUser-agent: quarry\nUser-agent: b\nDisallow: /', false],
    [
      'groups for us are merged',
      'User-agent: quarry\nAllow: /b\n\nUser-agent: x\nAllow: /\n\nUser-agent: quarry\nDisallow: /',
      false,
    ],
    [
      'groups for all are merged',
      'User-agent: *\nDisallow: /b\n\nUser-agent: x\nDisallow: /\n\nUser-agent: *\nDisallow: /a',
      false,
    ],
    [
      'our group, wherever it stands, silences the one for all',
      'User-agent: quarry\nDisallow: /b\n\nUser-agent: *\nDisallow: /',
      true,
    ],
    ['a sitemap ends no group', 'User-agent: quarry\nSitemap: /s.xml\nUser-agent: other\nDisallow: /', false],
    ['an unknown field ends no group', 'User-agent: quarry\nNoindex: /x\n\nUser-agent: other\nDisallow: /', false],
    ['an empty line ends no group', 'User-agent: quarry\n\n\nDisallow: /', false],
    ['an empty group of ours frees us', 'User-agent: *\nDisallow: /\n\nUser-agent: quarry\n', true],
    ['an empty Disallow frees us', 'User-agent: *\nDisallow: /\n\nUser-agent: quarry\nDisallow:', true],
    [
      'an empty Disallow ends the list of agents',
      'User-agent: quarry\nDisallow:\nUser-agent: other\nDisallow: /',
      true,
    ],
    ['rules before any agent bind nobody', 'Disallow: /\nUser-agent: quarry\nAllow: /x', true],
    ['a star with words behind it is for all', 'User-agent: * everyone\nDisallow: /', false],
    ['a star glued to a word is nobody', 'User-agent: *x\nDisallow: /', true],
    ['a mark at the start is passed over', '\ufeffUser-agent: *\nDisallow: /', false],
    ['line ends of old systems', 'User-agent: *\rDisallow: /', false],
    ['comments', '# no\nUser-agent: * # all\nDisallow: / # everything', false],
    ['white space', '  User-agent :\t*  \n\tDisallow :   /  ', false],
    ['slips of the pen', 'User agent: *\nDissallow: /', false],
    ['a colon that was forgotten', 'User-agent *\nDisallow /', false],
    ['a sentence is no rule', 'User-agent: *\nDisallow everything here', true],
  ])('%s', (_, text, expected) => {
    expect(isAllowed(text, '/a')).toBe(expected);
  });

  test('sitemaps count wherever they stand, and a delay for those named above it', () => {
    const rules = parseRobots(
      `${HOST}/robots.txt`,
      'Sitemap: /1.xml\nUser-agent: quarry\nSitemap: /2.xml\nCrawl-delay: 2\nUser-agent: *\nCrawl-delay: 50\nDisallow: /x\nsite-map: /3.xml',
    );
    expect(rules.sitemaps).toEqual([`${HOST}/1.xml`, `${HOST}/2.xml`, `${HOST}/3.xml`]);
    expect(rules.crawlDelayMs).toBe(50_000);
    expect(rules.isAllowed(`${HOST}/x`)).toBe(false);
  });

  test('a rule bars the very address that it was made from, however that is escaped', () => {
    const path = fc.webUrl({ withQueryParameters: true }).map((url) => new URL(url).pathname + new URL(url).search);
    fc.assert(
      fc.property(path, (address) => {
        const escaped = address.replace(/[!'()*,:;@$+]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
        expect(isAllowed(`user-agent: *\ndisallow: ${escaped}`, address)).toBe(false);
      }),
      { seed: 9 },
    );
  });

  test('many stars and long lines cost little', () => {
    const rule = `Disallow: /${'*a'.repeat(8000)}b$\n`;
    const text = `User-agent: *\n${rule.repeat(60)}`;
    expect(isAllowed(text, `/${'a'.repeat(2000)}`)).toBe(true);
  });
});

describe('a crawl', () => {
  let site: LoopbackSite;

  beforeEach(async () => {
    site = await startLoopbackSite();
  });

  afterEach(() => site.close());

  test('asks for no address that robots.txt bars in another spelling', async () => {
    const barred = [
      '/~anna/diary.html',
      '/list?sort[]=asc',
      '/list?filter[color]=red',
      '/foo-$',
      '/a|b',
      '/caf%C3%A9/x',
    ];
    site.routes.set('/robots.txt', {
      type: 'text/plain',
      body: 'User-agent: quarry\nSitemap: /none.xml\nUser-agent: other\nDisallow: /%7Eanna/\nDisallow: /list?sort[]=\nDisallow: /*?filter[\nDisallow: /foo-%24\nDisallow: /a%7cb\nDisallow: /caf\u00e9/\n',
    });
    site.routes.set('/', htmlPage('Home', [...barred, '/list', '/anna/']));
    for (const path of [...barred, '/list', '/anna/']) site.routes.set(path, htmlPage(`Page ${path}`));
    const source = await addSite(site.origin);
    expect(await source.sync()).toMatchObject({ added: 3, skipped: { robots: barred.length } });
    const asked = site.requests.map(({ path }) => decodeURI(path));
    for (const path of barred) expect(asked).not.toContain(decodeURI(path));
  });

  test('obeys rules in Latin-1, octet by octet', async () => {
    const body = Buffer.from('User-agent: *\nDisallow: /caf\u00e9/\n', 'latin1');
    site.routes.set('/robots.txt', { type: 'text/plain', body });
    site.routes.set('/', htmlPage('Home', ['/caf%E9/a', '/caf%C3%A9/b']));
    site.routes.set('/caf%E9/a', htmlPage('Latin'));
    site.routes.set('/caf%C3%A9/b', htmlPage('Unicode'));
    const source = await addSite(site.origin);
    expect(await source.sync()).toMatchObject({ added: 2, skipped: { robots: 1 } });
  });

  test('keeps a notebook that is served as JSON, and no other JSON', async () => {
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [{ cell_type: 'markdown', metadata: {}, source: '# Tides\n\nSpring tides are high.' }],
    };
    site.routes.set('/', htmlPage('Home', ['/nb.ipynb', '/data.json', '/guide.rst']));
    site.routes.set('/nb.ipynb', { type: 'application/json', body: JSON.stringify(notebook) });
    site.routes.set('/data.json', { type: 'application/json', body: '{}' });
    site.routes.set('/guide.rst', { type: 'text/x-unknown', body: 'Guide\n=====\n\nWords.\n' });
    const source = await addSite(site.origin);
    expect(await source.sync()).toMatchObject({ added: 3, skipped: { unsupported: 1 } });
    const texts = [...source.documents.values()].map((document) => document.text);
    expect(texts).toContain('# Tides\n\nSpring tides are high.');
    expect(texts.some((text) => text.startsWith('# Guide'))).toBe(true);
  });
});
