import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  changeLargeSite,
  LARGE_SITE_CHANGED,
  LARGE_SITE_FIRST,
  LARGE_SITE_OPTIONS,
  putLargeSite,
} from '../../fixtures/large-site.js';
import { type LoopbackSite, startLoopbackSite } from '../../fixtures/loopback-site.js';
import { addSite, type SyncedSite } from '../../fixtures/web-sync.js';

// Each test goes on from where the one before left the site.
describe('a site of 200 pages with redirects, circles, traps, broken, slow and failing pages', () => {
  let site: LoopbackSite;
  let source: SyncedSite;

  beforeAll(async () => {
    site = await startLoopbackSite();
    putLargeSite(site);
    source = await addSite(site.origin, LARGE_SITE_OPTIONS);
  });

  afterAll(() => site.close());

  test('is read whole, each page once', async () => {
    expect(await source.sync()).toEqual(LARGE_SITE_FIRST);
    expect(source.documents.size).toBe(200);
    // 5 files for robots; 200 documents; 5 + 2 redirects; 4 + 4 + 2 attempts in vain; 1 missing; 2 guessed twins of
    // Markdown pages; 3 print versions; and one each for noindex, image, data, huge, bomb, empty and copy.
    expect(site.requests).toHaveLength(5 + 200 + 7 + 10 + 1 + 2 + 3 + 7);
    const counts = site.counts();
    for (const path of ['/always-500', '/reset']) expect(counts.get(path)).toBe(4);
    expect(counts.get('/flaky')).toBe(3);
    for (const path of ['/private/x', '/file.zip', '/spelled/']) expect(counts.get(path)).toBeUndefined();
    const repeated = [...counts].filter(
      ([path, count]) => count > 1 && !['/always-500', '/reset', '/flaky'].includes(path),
    );
    expect(repeated).toEqual([]);
  });

  test('keeps the text of odd pages', () => {
    const textOf = (path: string): string => source.documents.get(site.origin + path)?.text ?? '';
    expect(textOf('/latin')).toContain('caf\u00e9');
    expect(textOf('/utf16')).toContain('A page in UTF-16.');
    expect(textOf('/gzip')).toContain('# Gzipped');
    expect(textOf('/brotli')).toContain('# Brotli');
    expect(textOf('/broken-a')).toContain('unclosed');
    expect(textOf('/broken-b')).toContain('Upside down');
    expect(textOf('/spelled/')).toContain('Spelled');
  });

  test('nothing is read again when nothing has changed', async () => {
    site.forget();
    const tally = await source.sync();
    expect(tally).toEqual({ ...LARGE_SITE_FIRST, added: 0, unchanged: 200 });
    expect(site.requests).toHaveLength(5 + 200 + 7 + 8 + 1 + 3 + 7);
    // The documents, and noindex, empty, copy and the print versions.
    expect(site.countStatus(304)).toBe(206);
  });

  test('changes are found, and nothing but what is gone is removed', async () => {
    changeLargeSite(site);
    site.forget();
    expect(await source.sync()).toEqual(LARGE_SITE_CHANGED);
    expect(source.documents.size).toBe(197);
    expect(source.documents.has(`${site.origin}/slow`)).toBe(true);
  });

  test('and then there is peace', async () => {
    site.forget();
    const { skipped } = LARGE_SITE_CHANGED;
    // What was removed by name is now only a broken link.
    expect(await source.sync()).toEqual({
      ...LARGE_SITE_CHANGED,
      added: 0,
      updated: 0,
      removed: 0,
      unchanged: 196,
      skipped: { ...skipped, missing: 4 },
    });
  });

  test('what is remembered of it stays small', () => {
    expect(JSON.stringify(source.state).length).toBeLessThan(40_000);
  });
});
