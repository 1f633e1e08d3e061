import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Quarry } from '../../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../../support/workspace.js';

let home: string;
let folder: string;
let names: string;
let quarry: Quarry;

const FILES: Readonly<Record<string, string>> = {
  'my file.md': '# One\n\nThe kettle boils the water for the tea.\n',
  'sub/café #1.md':
    '---\ntags: [Tea, Öl]\ncategory: Drinks\nlanguage: en\naudience: guests\n---\n# Two\n\nTea is made of water.\n',
  'sub/100%.md': '# Three\n\nWater is never quite pure water.\n',
};

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  names = join(folder, 'names');
  await mkdir(join(names, 'sub'), { recursive: true });
  await mkdir(join(folder, 'names-old'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(names, name), text);
  await writeFile(join(folder, 'names-old', 'x.md'), '# Old\n\nOld water.\n');
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, names);
  await ingestAndWait(quarry, join(folder, 'names-old'));
  const note = { title: 'Water level', text: 'The water is high.', id: 'level', tags: ['River'], category: 'notes' };
  await quarry.execute('note_create', note);
  await quarry.execute('note_create', {
    title: 'Gone',
    text: 'Old water.',
    id: 'gone',
    status: 'archived',
    category: 'attic',
  });
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

type Filter = Readonly<Record<string, unknown>>;
/** Every operation that takes a filter, as a question that the water is the answer to. */
const ASK: Readonly<Record<string, (filter: Filter) => Promise<{ readonly found: number; readonly hint: string }>>> = {
  search: (filter) => ask('search', { query: 'water', ...filter }),
  'search by keyword': (filter) => ask('search', { query: 'water', mode: 'keyword', ...filter }),
  find_similar: (filter) => ask('find_similar', { text: 'water', ...filter }),
  list_documents: (filter) => ask('list_documents', filter),
};

async function ask(operation: string, input: Filter): Promise<{ readonly found: number; readonly hint: string }> {
  const { output, text } = await quarry.execute(operation, input);
  const list = output['results'] ?? output['documents'];
  const hint = String(output['hint'] ?? '');
  expect(text).toContain(hint); // Whoever reads only the text is told too.
  return { found: Array.isArray(list) ? list.length : -1, hint };
}

function spellings(path: string): string[] {
  const url = pathToFileURL(path).href;
  const small = url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
  return [
    path,
    `file://${path.replaceAll('%', '%25')}`,
    url,
    small,
    url.normalize('NFD'),
    relative(process.cwd(), path),
  ];
}

describe('addresses', () => {
  test.each(Object.keys(FILES))('%s is fetched, outlined, cited and listed by every spelling', async (name) => {
    const path = join(names, name);
    const inside = [name, `names/${name}`, `./names/${name}`];
    for (const id of [...spellings(path), path.normalize('NFD'), `${path}/`, ...inside]) {
      const { output } = await quarry.execute('fetch', { id });
      expect([id, output['url']]).toEqual([id, pathToFileURL(path).href]);
      expect((await quarry.execute('outline', { id })).output['url']).toBe(output['url']);
      const quote = 'ater';
      expect((await quarry.execute('verify_citation', { document: id, quote })).output['url']).toBe(output['url']);
      expect((await ask('list_documents', { uriPrefix: id })).found).toBe(1);
    }
  });

  test.each(Object.keys(ASK))('%s knows every spelling of a folder', async (operation) => {
    for (const prefix of [...spellings(names).map((spelling) => `${spelling}/`), 'names/', './names/'])
      expect([prefix, (await ASK[operation]?.({ uriPrefix: prefix }))?.found]).toEqual([prefix, 3]);
    for (const prefix of ['sub/', 'names/sub', `${names}/sub`])
      expect((await ASK[operation]?.({ uriPrefix: prefix }))?.found).toBe(2);
  });

  test('a source is known by every spelling of its address', async () => {
    for (const source of [...spellings(names), `${names}/`, 'names/']) {
      const { output } = await quarry.execute('sync', { sources: [source] });
      expect(output['subject']).toBe('names');
      await quarry.waitForJob(String(output['jobId']));
    }
    await expect(quarry.execute('sync', { sources: ['nam'] })).rejects.toThrow('no source');
  });
});

/** Each filter that leaves nothing, what it must be called and what must be named instead. */
const GUILTY: readonly (readonly [Filter, string, string])[] = [
  [{ uriPrefix: '/no/such/folder' }, 'uriPrefix', 'file:///'],
  [{ tags: ['Teh'] }, 'tags "Teh"', '"Tea"'],
  [{ categories: ['Drink'] }, 'categories "Drink"', '"Drinks"'],
  [{ languages: ['eng'] }, 'languages "eng"', '"en"'],
  [{ sourceKinds: ['web'] }, 'sourceKinds "web"', '"files"'],
  [{ statuses: ['pending'] }, 'statuses "pending"', '"active"'],
  [{ metadata: { audience: 'guest' } }, 'metadata {"audience":"guest"}', '"guests"'],
  [{ metadata: { audiense: 'guests' } }, 'metadata {"audiense":"guests"}', '"audience"'],
  [{ since: '2999-01-01' }, 'since', 'latest change'],
  [{ until: '1999-01-01' }, 'until', 'earliest change'],
];
/** Filters that documents pass. */
const INNOCENT: readonly Filter[] = [
  { sourceKinds: ['files'] },
  { languages: ['en'] },
  { categories: ['Drinks'] },
  { since: '2001-01-01' },
  { statuses: ['active'] },
];

describe.each(Object.keys(ASK))('an empty answer of %s', (operation) => {
  test.each(GUILTY)('that %j caused names it and what is known', async (filter, label, near) => {
    const { found, hint } = (await ASK[operation]?.(filter)) ?? { found: -1, hint: '' };
    expect(found).toBe(0);
    expect(hint).toContain(label);
    expect(hint).toContain(near);
    const [key = ''] = Object.keys(filter);
    const others = Object.assign({}, ...INNOCENT.filter((one) => !(key in one))) as Filter; // objects of one key each
    const together = await ASK[operation]?.({ ...others, ...filter });
    expect(together?.hint).toBe(hint);
  });

  test('names filters that only together leave nothing', async () => {
    const { found, hint } = (await ASK[operation]?.({ tags: ['river'], categories: ['drinks'] })) ?? {
      found: -1,
      hint: '',
    };
    expect(found).toBe(0);
    expect(hint).toContain('Without categories "drinks" 1 document is left; without tags "river" 1 document is left.');
  });

  test('is none for a tag, category or language in another case', async () => {
    for (const filter of [
      { tags: ['tea'] },
      { tags: ['TEA', 'öL'] },
      { categories: ['dRINKS'] },
      { languages: ['EN'] },
    ])
      expect((await ASK[operation]?.(filter))?.found).toBe(1);
  });
});

test('filters that documents pass are not blamed for a query that they do not hold', async () => {
  const { found, hint } = await ask('search', { query: 'zeppelin', mode: 'keyword', tags: ['tea'] });
  expect(found).toBe(0);
  expect(hint).toContain('Documents pass the filter');
});

test('archived notes are listed, and are not offered to a search', async () => {
  expect((await ask('list_documents', { statuses: ['archived'] })).found).toBe(1);
  for (const [operation, extra] of [
    ['search', { query: 'water' }],
    ['find_similar', { text: 'water' }],
  ] as const)
    await expect(quarry.execute(operation, { ...extra, statuses: ['archived'] })).rejects.toThrow('statuses');
  const { hint } = await ask('search', { query: 'water', categories: ['attic'] });
  expect(hint).toContain('categories "attic"');
});

test('an unknown collection and a note list name what is near', async () => {
  await expect(quarry.execute('search', { query: 'water', collections: ['Defualt'] })).rejects.toMatchObject({
    hint: expect.stringContaining('Did you mean default?'),
  });
  const { output } = await quarry.execute('note_list', { tags: ['rivers'] });
  expect(output['hint']).toContain('"River"');
});
