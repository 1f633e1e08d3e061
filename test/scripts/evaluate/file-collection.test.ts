import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { isSafePath, lookLikeFiles, readFileCollection, writeOut } from '../../../scripts/evaluate/file-collection.js';
import { createGrep, rarestWords } from '../../../scripts/evaluate/grep-peer.js';

const evalFolder = fileURLToPath(new URL('../../../../eval/', import.meta.url));

describe('collections of files', () => {
  it('are known by ids that are paths of files', () => {
    expect(lookLikeFiles(['README.md', 'src/a.ts', 'LICENSE'])).toBe(true);
    expect(lookLikeFiles(['1', '2', '3'])).toBe(false);
    expect(lookLikeFiles(['https://example.com/a.html', 'b.md'])).toBe(false);
    expect(lookLikeFiles(['../a.md', 'b.md'])).toBe(false);
    expect(lookLikeFiles([])).toBe(false);
  });

  it('never leave the folder that they are written to', () => {
    for (const path of ['/a', 'a/../b', 'a//b', './a', 'a\\b', '', 'a\0'])
      expect([path, isSafePath(path)]).toEqual([path, false]);
    expect(isSafePath('a/.hidden/b c.md')).toBe(true);
  });

  it('are written out with their exact text', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quarry-test-'));
    try {
      const collection = await readFileCollection(join(evalFolder, 'look-ups'));
      const files = collection?.files ?? [];
      expect(files.length).toBeGreaterThan(300);
      await writeOut(files, folder);
      for (const { path, text } of files) expect(await readFile(join(folder, path), 'utf8')).toBe(text);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('are not what a suite with a folder of Markdown holds', async () => {
    expect(await readFileCollection(join(evalFolder, 'router-specialist'))).toBeUndefined();
  });
});

describe('the grep peer', () => {
  const files = [
    { path: 'a.md', text: 'one\ntwo\nthree\nfour Needle\nfive\nsix\nseven\neight\n' },
    { path: 'b.md', text: 'the hay\nthe hay\n' },
    { path: 'c.md', text: 'the needle\n' },
  ];

  it('looks for the rarest words that some file holds', () => {
    const searched = files.map(({ text }) => ({ small: text.toLowerCase() }));
    expect(rarestWords('Is the needle in the hay at the moon?', searched)).toEqual(['hay', 'needle', 'the']);
  });

  it('prints three lines before and after, with path and line, cut at the size', () => {
    const grep = createGrep(files);
    expect(grep('needle', 1000)).toBe(
      'a.md-1-one\na.md-2-two\na.md-3-three\na.md:4:four Needle\na.md-5-five\na.md-6-six\na.md-7-seven\n--\nc.md:1:the needle\n',
    );
    expect(grep('needle', 20)).toHaveLength(20);
    expect(grep('nowhere', 20)).toBe('');
  });
});
