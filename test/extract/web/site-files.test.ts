import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { politenessFor } from '../../../src/extract/web/host-queues.js';
import { mapInOrder } from '../../../src/extract/web/map-in-order.js';
import { markdownLinks } from '../../../src/extract/web/markdown-links.js';
import { parseRobots } from '../../../src/extract/web/robots.js';
import { readDirectives } from '../../../src/extract/web/robots-directives.js';
import { decodeMemory, encodeMemory, type PageMemory } from '../../../src/extract/web/site-memory.js';
import { parseSitemap } from '../../../src/extract/web/sitemap.js';
import { containment, sketchText } from '../../../src/extract/web/text-sketch.js';

const BASE = 'https://example.com/docs/';

describe('parseRobots', () => {
  const robots = (text: string) => parseRobots('https://example.com/robots.txt', text);

  test('our own group beats the general one, and carries its own delay', () => {
    const rules = robots(
      'User-agent: *\nDisallow: /\nCrawl-delay: 9\n\nUser-agent: quarry\nAllow: /\nCrawl-delay: 1.5',
    );
    expect(rules.isAllowed('https://example.com/a')).toBe(true);
    expect(rules.crawlDelayMs).toBe(1500);
  });

  test('an empty file, or a page in its place, allows everything', () => {
    for (const text of ['', '<!doctype html><html><body>Not found</body></html>', '\0\0', 'Disallow']) {
      expect(robots(text).isAllowed('https://example.com/a')).toBe(true);
    }
  });

  test('sitemaps are made absolute; bad delays are none', () => {
    const rules = robots(
      'Sitemap: /a.xml\nSitemap: https://cdn.test/b.xml\nSitemap: http://[\nUser-agent: *\nCrawl-delay: never',
    );
    expect(rules.sitemaps).toEqual(['https://example.com/a.xml', 'https://cdn.test/b.xml']);
    expect(rules.crawlDelayMs).toBeUndefined();
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const rules = robots(`User-agent: *\nDisallow: ${text}\n${text}`);
        expect(typeof rules.isAllowed('https://example.com/a?b#c')).toBe('boolean');
      }),
      { seed: 7 },
    );
  });
});

test('a crawl delay slows down, one request at a time, within reason', () => {
  const wanted = { concurrency: 4, delayMs: 100 };
  expect(politenessFor(wanted, undefined)).toEqual(wanted);
  expect(politenessFor(wanted, 50)).toEqual(wanted);
  expect(politenessFor(wanted, 2000)).toEqual({ concurrency: 1, delayMs: 2000 });
  expect(politenessFor(wanted, 86_400_000)).toEqual({ concurrency: 1, delayMs: 30_000 });
});

test.each([
  [['noindex'], undefined, true, false],
  [['none'], undefined, true, true],
  [[], 'noindex, nofollow', true, true],
  [[], 'googlebot: noindex, nofollow', false, false],
  [[], 'quarry: noindex', true, false],
  [[], 'otherbot: none, quarry: nofollow', false, true],
  [[], 'unavailable_after: 25 Jun 2027 15:00:00 GMT, nofollow', false, true],
  [[], 'max-snippet:-1, noindex', true, false],
])('directives %j with header %j: noindex %s, nofollow %s', (meta, header, isNoindex, isNofollow) => {
  expect(readDirectives(meta, header)).toEqual({ isNoindex, isNofollow });
});

describe('parseSitemap', () => {
  const urls = (text: string): string[] => parseSitemap(text, BASE).entries.map(({ url }) => url);

  test('reads namespaces, CDATA, entities, single entries and dates', () => {
    const text =
      '<?xml version="1.0"?><s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc><![CDATA[https://example.com/a]]></s:loc><s:lastmod>2025-01-02T03:04:05+01:00</s:lastmod></s:url></s:urlset>';
    expect(parseSitemap(text, BASE).entries).toEqual([
      { url: 'https://example.com/a', modifiedAt: '2025-01-02T02:04:05.000Z' },
    ]);
    expect(urls('<urlset><url><loc>https://example.com/?a=1&amp;b=&#50;</loc></url></urlset>')).toEqual([
      'https://example.com/?a=1&b=2',
    ]);
  });

  test('passes over what makes no sense', () => {
    expect(
      urls('<urlset><url></url><url><loc></loc></url><url><loc>javascript:x</loc></url><url/><other/></urlset>'),
    ).toEqual([]);
    expect(urls('<urlset>text</urlset>')).toEqual([]);
    expect(urls('<rss><channel/></rss>')).toEqual([]);
    expect(urls('')).toEqual([]);
    expect(urls('https://example.com/a\r\n\r\n# no\nhttps://example.com/b')).toEqual([
      'https://example.com/a',
      'https://example.com/b',
    ]);
  });

  test('throws nothing but a typed error', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('', '<urlset>', '<urlset><url><loc>', '<!DOCTYPE a ['),
        (text, head) => {
          try {
            parseSitemap(head + text, BASE);
          } catch (error) {
            expect(error).toMatchObject({ code: 'DOCUMENT_BROKEN' });
          }
        },
      ),
      { seed: 7 },
    );
  });
});

describe('markdownLinks', () => {
  test('reads inline links, definitions and autolinks, in order, each once', () => {
    const text =
      'See [a](a.md), [b [x]](/b "title"), ![image](i.png) and <https://example.com/c#d>.\n[r]: ../r.md\n[a](a.md#other) [p](https://example.com/w_(x)) [<](<sp>)\n';
    expect(markdownLinks(text, BASE)).toEqual([
      'https://example.com/docs/a.md',
      'https://example.com/b',
      'https://example.com/c',
      'https://example.com/r.md',
      'https://example.com/w_(x)',
      'https://example.com/docs/sp',
    ]);
  });

  test('reads no code', () => {
    expect(markdownLinks('`[a](/a)`\n\n```md\n[b](/b)\n```\n\n~~~\n[c](/c)\n~~~\n[d](/d)\n```\n[e](/e)', BASE)).toEqual(
      ['https://example.com/d'],
    );
  });

  test.each(['[', '[[', '[a](', '`', '```', '[a](('])('is quick on a million of %j', (piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    expect(markdownLinks(text, BASE).length).toBeLessThan(2);
  });
});

describe('the memory of a site', () => {
  const url = fc.webUrl();
  const page: fc.Arbitrary<PageMemory> = fc.record(
    {
      uri: url,
      outcome: fc.constantFrom('document', 'duplicate', 'canonical', 'robots', 'empty'),
      revision: fc.string(),
      hash: fc.string({ maxLength: 16 }),
      links: fc.array(url, { maxLength: 8 }),
    },
    { noNullPrototype: true },
  );

  test('survives packing, and the order of pages does not matter', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(url, page), { maxLength: 20 }), (entries) => {
        const memory = new Map(entries);
        const packed = encodeMemory(memory);
        const unpacked = decodeMemory(JSON.parse(JSON.stringify(packed)));
        expect(Object.fromEntries(unpacked)).toEqual(Object.fromEntries(memory));
        expect(encodeMemory(new Map([...memory].reverse()))).toEqual(packed);
      }),
      { seed: 7 },
    );
  });

  test('of nonsense is empty', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // fast-check's JSON values are ours, but for the readonly arrays.
        expect(decodeMemory(value as Parameters<typeof decodeMemory>[0]).size).toBe(0);
      }),
      { seed: 7 },
    );
  });
});

describe('containment', () => {
  const words = (from: number, count: number): string =>
    Array.from({ length: count }, (_, index) => `word${from + index}`).join(' ');

  test('a text holds itself, its parts, and neither markup nor case matter', () => {
    expect(containment(sketchText(words(0, 50)), sketchText(words(0, 50)))).toBe(1);
    expect(containment(sketchText(words(10, 20)), sketchText(words(0, 50)))).toBe(1);
    expect(containment(sketchText('# The *quick* brown\nFox jumps'), sketchText('the quick `brown` fox JUMPS'))).toBe(
      1,
    );
  });

  test('a text does not hold another', () => {
    expect(containment(sketchText(words(100, 50)), sketchText(words(0, 50)))).toBe(0);
    expect(containment(sketchText(words(0, 50)), sketchText(words(40, 50)))).toBeLessThan(0.3);
  });

  test('is estimated well for long texts, too', () => {
    const whole = sketchText(words(0, 20_000));
    expect(containment(sketchText(words(5000, 10_000)), whole)).toBeGreaterThan(0.95);
    expect(containment(sketchText(words(10_000, 20_000)), whole)).toBeGreaterThan(0.4);
    expect(containment(sketchText(words(10_000, 20_000)), whole)).toBeLessThan(0.6);
    expect(containment(sketchText(words(50_000, 10_000)), whole)).toBeLessThan(0.05);
  });
});

describe('mapInOrder', () => {
  test('yields in order however the work ends, and never starts more than the window', async () => {
    const gates = new Map<number, () => void>();
    let running = 0;
    let most = 0;
    const work = async (item: number): Promise<number> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => gates.set(item, resolve));
      running -= 1;
      return item * 10;
    };
    const results = (async () => {
      const found: number[] = [];
      for await (const [item, result] of mapInOrder([1, 2, 3, 4, 5], () => 3, work)) found.push(item, result);
      return found;
    })();
    // Ends them backwards, as far as they have been started.
    for (const item of [3, 2, 1, 4, 5]) {
      while (!gates.has(item)) await new Promise<void>((resolve) => setImmediate(resolve));
      gates.get(item)?.();
    }
    expect(await results).toEqual([1, 10, 2, 20, 3, 30, 4, 40, 5, 50]);
    expect(most).toBe(3);
  });

  test('stops when the window closes', async () => {
    let window = 2;
    const found: number[] = [];
    for await (const [item] of mapInOrder(
      [1, 2, 3, 4],
      () => window,
      async () => undefined,
    )) {
      found.push(item);
      window = 0;
    }
    expect(found).toEqual([1, 2]);
  });
});
