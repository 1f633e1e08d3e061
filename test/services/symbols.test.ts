import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OperationInput, OperationOutput } from '../../src/operations/index.js';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, temporaryFolder } from '../support/workspace.js';

let home: string;
let folder: string;
let quarry: Quarry;

const FILES: Readonly<Record<string, string>> = {
  'store.ts':
    '// Copyright of the makers.\n\nexport const LIMIT = 5;\n\n/** Keeps rows. Not for long. */\nexport class Store {\n  size = 0;\n\n  /** Reads one row. */\n  get(id: string): string {\n    return id;\n  }\n}\n',
  'use.ts':
    "import { Store } from './store.js';\n\n// get is called here\nexport function load(store: Store): string {\n  const label = 'get';\n  return store.get(label) + new Map().get('a');\n}\n",
  'other.py': 'class Cache:\n    def get(self, id):\n        return self.GET(id)\n',
  'view.kt': 'class View {\n    fun show(): Int {\n        // get\n        return store.get(1)\n    }\n}\n',
  'guide.md':
    '# Guide\n\nCall `get` to read.\n\n## Reading\n\nText.\n\n### Deeper\n\nMore text.\n\n## Writing\n\nText.\n',
};

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await mkdir(join(folder, 'code'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, 'code', name), text);
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, join(folder, 'code'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

const pathOf = (name: string): string => join(folder, 'code', name);
const urlOf = (name: string): string => pathToFileURL(pathOf(name)).href;

describe('an outline', () => {
  test('of a program: signatures, first sentences and lines that fetch takes', async () => {
    const { output, text } = await quarry.execute('outline', { id: pathOf('store.ts') });
    expect(output.entries).toEqual([
      expect.objectContaining({ kind: 'variable', path: ['LIMIT'], startLine: 3, endLine: 3 }),
      expect.objectContaining({ signature: 'export class Store', summary: 'Keeps rows.', startLine: 5, endLine: 13 }),
      expect.objectContaining({ kind: 'method', path: ['Store', 'get'], depth: 1, startLine: 9, endLine: 12 }),
    ]);
    expect(text).toContain('\n  9-12 get(id: string): string -- Reads one row.');
    const { id, entries } = output;
    const read = await quarry.execute('fetch', { id, startLine: entries[2]?.startLine, endLine: entries[2]?.endLine });
    expect(read.output.text).toBe(FILES['store.ts']?.split('\n').slice(8, 12).join('\n'));
  });

  test('of prose: headings, as deep as asked, by id, url and chunk', async () => {
    const whole = await quarry.execute('outline', { id: urlOf('guide.md') });
    expect(whole.output.entries.map(({ signature, startLine, endLine }) => [signature, startLine, endLine])).toEqual([
      ['Guide', 1, 15],
      ['Reading', 5, 12],
      ['Deeper', 9, 12],
      ['Writing', 13, 15],
    ]);
    const shallow = await quarry.execute('outline', { id: whole.output.id, depth: 1 });
    expect(shallow.output).toMatchObject({ total: 1, deeper: 3 });
    const [chunk] = await quarry.services.context.store.listChunks('default', whole.output.id);
    expect((await quarry.execute('outline', { id: chunk?.id ?? '' })).output.id).toBe(whole.output.id);
  });

  test('of a language without a grammar says so', async () => {
    const { output, text } = await quarry.execute('outline', { id: pathOf('view.kt') });
    expect(output.basis).toBe('layout');
    expect(text).toContain('No grammar for kotlin');
  });

  test('comes in pages that hold every entry once', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `function_${at}`);
    await writeFile(pathOf('many.js'), names.map((name) => `function ${name}() {}\n`).join('\n'));
    await ingestAndWait(quarry, join(folder, 'code'));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: OperationInput<'outline'> = { id: pathOf('many.js'), maxTokens: 300, cursor };
      const { output }: { output: OperationOutput<'outline'> } = await quarry.execute('outline', page);
      expect(JSON.stringify(output.entries).length).toBeLessThan(300 * 4 + 400);
      seen.push(...output.entries.map(({ path }) => path.join('.')));
      cursor = output.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(names);
  });

  test('of an unknown document, and with the cursor of another one, fails', async () => {
    await expect(quarry.execute('outline', { id: 'doc_no' })).rejects.toMatchObject({ code: 'DOCUMENT_NOT_FOUND' });
    const { output } = await quarry.execute('outline', { id: pathOf('many.js'), maxTokens: 100 });
    const other = { id: pathOf('store.ts'), maxTokens: 100, cursor: output.nextCursor ?? '' };
    await expect(quarry.execute('outline', other)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });
});

describe('a symbol', () => {
  const found = async (name: string, extra: Record<string, unknown> = {}) =>
    (await quarry.execute('find_symbol', { name, ...extra })).output;

  test.each(['Store.get', 'Store::get', 'Store#get()'])('%s: its definition, then its uses', async (name) => {
    const output = await found(name);
    expect(output.definitions).toEqual([
      expect.objectContaining({ url: urlOf('store.ts'), path: ['Store', 'get'], line: 10, startLine: 9, endLine: 12 }),
    ]);
    expect(output.references.map(({ url, line, within, certain }) => [url, line, within, certain])).toEqual([
      [urlOf('use.ts'), 6, ['load'], true],
      [urlOf('view.kt'), 4, ['View', 'show'], false],
      [urlOf('view.kt'), 3, ['View', 'show'], false],
    ]);
    expect(output.references[0]?.text).toBe("return store.get(label) + new Map().get('a');");
    expect(output.counts).toMatchObject({ otherDefinitions: 1, comments: 1, strings: 1, proseDocuments: 1 });
  });

  test('alone is found wherever it is defined', async () => {
    const { definitions } = await found('get');
    expect(definitions.map(({ path, match }) => [path.join('.'), match])).toEqual([
      ['Cache.get', 'exact'],
      ['Store.get', 'exact'],
    ]);
  });

  test('in another case, behind an unknown qualifier, and a constant', async () => {
    expect((await found('store')).definitions[0]).toMatchObject({ path: ['Store'], match: 'case' });
    expect((await found('Unknown.load')).definitions[0]).toMatchObject({ path: ['load'], match: 'suffix' });
    expect((await found('LIMIT')).definitions[0]).toMatchObject({ kind: 'variable', line: 3 });
  });

  test('comes in pages that follow each other without gap or repetition', async () => {
    const whole = await found('get', { limit: 200 });
    const all = [...whole.definitions, ...whole.references].map(({ url, line }) => `${url}:${line}`);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await found('get', { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...[...page.definitions, ...page.references].map(({ url, line }) => `${url}:${line}`));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
  });

  test('that is none, and one that nobody knows', async () => {
    await expect(found('->')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const { output, text } = await quarry.execute('find_symbol', { name: 'NobodyKnowsThis' });
    expect(output.counts).toMatchObject({ definitions: 0, references: 0 });
    expect(text).toContain('Nothing indexed holds this name');
  });

  test('is searched for no longer once the caller has gone', async () => {
    const signal = AbortSignal.abort();
    await expect(quarry.execute('find_symbol', { name: 'get' }, { signal })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  test('in more programs than are read: the definition is among those, and the rest is told', async () => {
    await mkdir(join(folder, 'wide'));
    for (let at = 0; at < 210; at++)
      await writeFile(
        join(folder, 'wide', `part-${at}.js`),
        `const part${at} = () => quarryWide(${at}) + quarryWide();\n`,
      );
    await writeFile(join(folder, 'wide', 'zz.js'), `${'let filler;\n'.repeat(40)}function quarryWide() {}\n`);
    await ingestAndWait(quarry, join(folder, 'wide'), { collection: 'wide' });
    const { output, text } = await quarry.execute('find_symbol', { name: 'quarryWide' });
    expect(output.definitions).toHaveLength(1);
    expect(output.counts).toMatchObject({ programsRead: 200, programsLeft: 11, references: 199 });
    expect(text).toContain('Only 200 programs were read; at least 11 more');
  });
});

describe('what a place stands in', () => {
  test('is its innermost declaration, with its own comment; read once for a text', async () => {
    const { services } = quarry;
    const { id } = (await quarry.execute('outline', { id: pathOf('store.ts') })).output;
    const document = await services.context.store.getDocument('default', id);
    if (document === undefined) throw new RangeError('not stored');
    const { text, ...about } = document;
    const around = await services.symbols.enclosing(about, text.indexOf('return id'));
    expect(around).toMatchObject({
      path: ['Store', 'get'],
      signature: 'get(id: string): string',
      summary: 'Reads one row.',
      startLine: 9,
      endLine: 12,
    });
    expect(text.slice(around?.start, around?.end)).toMatch(/^ {2}\/\*\* Reads one row\. \*\//);
    expect(await services.symbols.enclosing(about, text.indexOf('Keeps'))).toMatchObject({ path: ['Store'] });
    expect(await services.symbols.enclosing(about, 0)).toBeUndefined();
    expect(await services.symbols.enclosing({ ...about, id: 'doc_gone' }, text.indexOf('size'))).toMatchObject({
      path: ['Store'],
    });
    expect(await services.symbols.enclosing({ ...about, id: 'doc_gone', contentHash: 'new' }, 0)).toBeUndefined();
  });
});
