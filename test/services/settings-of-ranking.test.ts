import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home = '';
let folder = '';
let quarry: Quarry;

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  quarry = await openTestWorkspace(home);
  await mkdir(join(folder, 'docs'));
  const pages = {
    'eviction.md': '# Memory\n\nHow the cache evicts old entries when memory is short.\n',
    'test_eviction.md':
      '# Memory\n\nHow the cache evicts old entries when memory is short. The cache evicts entries.\n',
    'boats.md': `# Harbour dues\n\n${'Whoever moors pays at the office by the gate, in coins, before noon. '.repeat(14)}\n`,
    'fees.md': '# Money\n\nAll about harbour dues: harbour dues are dues of the harbour.\n',
  };
  for (const [name, text] of Object.entries(pages)) await writeFile(join(folder, 'docs', name), text);
  await ingestAndWait(quarry, join(folder, 'docs'), { collection: 'docs' });
  const collections = ['docs'];
  await quarry.execute('specialist_create', { name: 'usual', collections, mode: 'keyword' });
  await quarry.execute('specialist_create', { name: 'testers', collections, mode: 'keyword', kinds: 0 });
  await quarry.execute('specialist_create', { name: 'headed', collections, mode: 'keyword', headings: 10 });
});
afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

async function first(specialist: string, query: string): Promise<string> {
  const { output } = await quarry.execute('search', { query, specialist, limit: 1 });
  return output.results[0]?.url.replace(/^.*\//, '') ?? '';
}

test('a specialist says how far tests stand back', async () => {
  const query = 'cache evicts entries';
  expect(await first('usual', query)).toBe('eviction.md');
  expect(await first('testers', query)).toBe('test_eviction.md');
});

test('a specialist says what words in headings count', async () => {
  const scores = async (specialist: string) => {
    const { output } = await quarry.execute('search', { query: 'harbour dues', specialist });
    return new Map(output.results.map(({ url, score }) => [url.replace(/^.*\//, ''), score]));
  };
  const [usual, headed] = [await scores('usual'), await scores('headed')];
  expect((headed.get('boats.md') ?? 0) - (usual.get('boats.md') ?? 0)).toBeGreaterThan(0.3);
  expect(headed.get('fees.md')).toBe(usual.get('fees.md'));
});
