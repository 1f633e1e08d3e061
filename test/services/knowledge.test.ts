import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Quarry } from '../../src/quarry.js';
import { ingestAndWait, openTestWorkspace, removeFolder, syncAndWait, temporaryFolder } from '../support/workspace.js';

let home: string;
let folder: string;
let quarry: Quarry;

const PAGES: Readonly<Record<string, string>> = {
  'backup.md':
    '# Backups\n\nEvery night the database is copied to a second site.\n\n## Restore\n\nTo restore, stop the writer, copy the snapshot back, and replay the log.\n',
  'keys.md':
    '# Key rotation\n\nSigning keys are replaced every ninety days. Run `rotateSigningKeys` and wait for the caches to expire.\n',
  'colours.md':
    '# Colours\n\nText needs a contrast of at least 4.5 to 1 against its background, or people cannot read it.\n',
};

interface Hit {
  readonly id: string;
  readonly url: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly documentId: string;
  readonly contentHash: string;
  readonly scores: Readonly<Record<string, number | null>>;
  readonly context: { readonly text: string } | null;
}

async function find(query: string, extra: Record<string, unknown> = {}): Promise<readonly Hit[]> {
  const { output } = await quarry.execute('search', { query, ...extra });
  return output['results'] as unknown as readonly Hit[]; // The operation checks its own output.
}

beforeAll(async () => {
  home = await temporaryFolder();
  folder = await temporaryFolder();
  await mkdir(join(folder, 'docs'), { recursive: true });
  for (const [name, text] of Object.entries(PAGES)) await writeFile(join(folder, 'docs', name), text);
  quarry = await openTestWorkspace(home);
  await ingestAndWait(quarry, join(folder, 'docs'));
});

afterAll(async () => {
  await quarry.close();
  await removeFolder(home);
  await removeFolder(folder);
});

describe('search', () => {
  test.each(['hybrid', 'vector', 'keyword'])('%s mode finds the page that answers', async (mode) => {
    const [best] = await find('restore the database snapshot', { mode });
    expect(best?.url).toContain('backup.md');
  });

  test('identifiers are found by their words', async () => {
    expect((await find('rotate signing keys', { mode: 'keyword' }))[0]?.url).toContain('keys.md');
    expect((await find('rotateSigningKeys', { mode: 'keyword' }))[0]?.url).toContain('keys.md');
  });

  test('the hit is the exact span of its document, with every score', async () => {
    const [hit] = await find('contrast of text');
    const { output } = await quarry.execute('fetch', { id: hit?.documentId });
    expect(String(output['text']).slice(hit?.start, hit?.end)).toBe(hit?.text);
    expect(hit?.scores['vector']).toBeGreaterThan(0);
    expect(hit?.scores['keyword']).toBeGreaterThan(0);
  });

  test('filters narrow, and a filter that fits nothing explains itself', async () => {
    const hits = await find('text', { uriPrefix: 'file:///no/such' });
    expect(hits).toEqual([]);
    const { output } = await quarry.execute('search', { query: 'text', uriPrefix: 'file:///no/such' });
    expect(output['hint']).toContain('filter');
  });

  test('pages follow each other without gap or repetition', async () => {
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const { output } = await quarry.execute('search', {
        query: 'the database and the text',
        limit: 1,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...(output['results'] as unknown as readonly Hit[]).map((hit) => hit.id));
      cursor = output['nextCursor'] ?? undefined;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe((await find('the database and the text', { limit: 100 })).length);
  });

  test('the section around a hit can be read', async () => {
    const [hit] = await find('replay the log', { context: 'section', limit: 1 });
    expect(hit?.context?.text).toContain('stop the writer');
  });

  test('a token budget is kept', async () => {
    const { output } = await quarry.execute('search', {
      query: 'the database and the text',
      maxTokens: 100,
      limit: 20,
    });
    expect((output['results'] as readonly unknown[]).length).toBe(1);
    expect(output['truncated']).toBe(true);
  });

  test('the same question gets the same answer, byte for byte', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => quarry.execute('search', { query: 'who can read it' })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe('citations', () => {
  test('are exact, then moved, then changed, then gone', async () => {
    const file = join(folder, 'docs', 'keys.md');
    const [hit] = await find('signing keys replaced');
    const quote = 'Signing keys are replaced every ninety days.';
    const cite = {
      document: hit?.documentId,
      contentHash: hit?.contentHash,
      quote,
      start: PAGES['keys.md']?.indexOf(quote),
    };
    const statusNow = async (): Promise<unknown> => (await quarry.execute('verify_citation', cite)).output['status'];
    expect(await statusNow()).toBe('exact');
    await writeFile(file, `# Key rotation\n\nA new first line.\n\n${PAGES['keys.md']?.slice(16) ?? ''}`);
    await syncAndWait(quarry);
    expect(await statusNow()).toBe('moved');
    await writeFile(file, '# Key rotation\n\nSigning keys are replaced every thirty days.\n');
    await syncAndWait(quarry);
    expect(await statusNow()).toBe('changed');
    expect((await quarry.execute('verify_citation', { document: 'doc_unknown', quote })).output['status']).toBe('gone');
  });
});

describe('similar passages', () => {
  test('leave out the document itself', async () => {
    const [hit] = await find('contrast of text');
    const { output } = await quarry.execute('find_similar', { id: hit?.id });
    const urls = (output['results'] as unknown as readonly Hit[]).map((other) => other.url);
    expect(urls.length).toBeGreaterThan(0);
    expect(urls).not.toContain(hit?.url);
  });

  test('need exactly one of id and text', async () => {
    await expect(quarry.execute('find_similar', {})).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await expect(quarry.execute('find_similar', { id: 'x', text: 'y' })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

describe('notes', () => {
  test('are named by any id that was printed of them, by every operation that takes one', async () => {
    for (const collection of [undefined, 'shelf']) {
      const where = collection === undefined ? {} : { collection };
      const texts = { title: 'Printed ids', text: `Ids of notes in ${collection ?? 'the default'} name them.` };
      const made = (await quarry.execute('note_create', { id: 'named', ...texts, ...where })).output;
      const { results } = (await quarry.execute('search', { query: texts.text, sourceKinds: ['text'], limit: 20 }))
        .output;
      const chunk = results.find(({ documentId }) => documentId === made.id)?.id ?? '';
      const short = [made.noteId, made.url];
      for (const id of [...short, made.id, chunk]) {
        const scope = short.includes(id) ? where : {}; // the others are unique in the workspace
        const collections = collection === undefined ? ['default'] : [collection];
        expect((await quarry.execute('note_get', { id, ...scope })).output).toEqual(made);
        expect((await quarry.execute('fetch', { id, collections })).output.id).toBe(made.id);
        expect((await quarry.execute('find_similar', { id, collections, limit: 1 })).output.hint).not.toBe('');
        const citation = await quarry.execute('verify_citation', { document: id, quote: 'name them', collections });
        expect(citation.output).toMatchObject({ status: expect.stringMatching(/exact|moved/), documentId: made.id });
        const changed = await quarry.execute('note_update', { id, tags: ['seen'], ...scope });
        expect(changed.output).toMatchObject({ id: made.id, noteId: 'named', tags: ['seen'] });
        await quarry.execute('note_delete', { id, ...scope });
        await expect(quarry.execute('note_get', { id: 'named', ...where })).rejects.toMatchObject({
          code: 'NOTE_NOT_FOUND',
        });
        await quarry.execute('note_create', { id: 'named', ...texts, ...where });
        Object.assign(made, (await quarry.execute('note_get', { id: 'named', ...where })).output);
      }
    }
    await expect(quarry.execute('note_get', { id: 'nmaed' })).rejects.toMatchObject({
      code: 'NOTE_NOT_FOUND',
      hint: expect.stringContaining('Did you mean named?'),
    });
    await quarry.execute('note_delete', { id: 'named' });
    await quarry.execute('delete_collection', { name: 'shelf', confirm: true });
  });

  test('are created, found, changed, listed, counted, archived and deleted', async () => {
    const created = await quarry.execute('note_create', {
      id: 'retry',
      title: 'Retries',
      text: 'We retry flaky uploads three times.',
      category: 'best_practice',
      tags: ['ops'],
      confidence: 0.8,
      metadata: { team: 'core' },
    });
    expect(created.output).toMatchObject({ noteId: 'retry', confidence: 0.8, status: 'active' });
    await expect(quarry.execute('note_create', { id: 'retry', title: 'Again', text: 'x' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    expect((await find('how often are uploads retried', { sourceKinds: ['text'] }))[0]?.url).toBe('note:retry');
    expect((await find('uploads', { metadata: { team: 'core' } }))[0]?.url).toBe('note:retry');
    expect(await find('uploads', { metadata: { team: 'other' } })).toEqual([]);

    await quarry.execute('note_update', { id: 'retry', text: 'We retry flaky downloads twice.' });
    expect((await quarry.execute('note_get', { id: 'retry' })).output).toMatchObject({
      title: 'Retries',
      text: 'We retry flaky downloads twice.',
      tags: ['ops'],
    });
    expect((await quarry.execute('note_list', { tags: ['ops'] })).output['total']).toBe(1);
    expect((await quarry.execute('note_list', { categories: ['security'] })).output['total']).toBe(0);
    expect((await quarry.execute('note_stats', {})).output).toMatchObject({
      total: 1,
      byCategory: { best_practice: 1 },
      byTag: { ops: 1 },
      meanConfidence: 0.8,
    });

    await quarry.execute('note_update', { id: 'retry', status: 'archived' });
    expect(await find('downloads', { sourceKinds: ['text'] })).toEqual([]);
    await quarry.execute('note_delete', { id: 'retry' });
    await expect(quarry.execute('note_get', { id: 'retry' })).rejects.toMatchObject({ code: 'NOTE_NOT_FOUND' });
  });
});

describe('reindex', () => {
  test('cuts anew in place, and searches go on', async () => {
    const before = await quarry.execute('list_documents', {});
    const { output } = await quarry.execute('reindex', { name: 'default', maxTokens: 32, minTokens: 4 });
    const job = await quarry.services.jobs.wait(String(output['jobId']), 60_000);
    expect(job.error).toBeNull();
    const after = await quarry.execute('list_documents', {});
    expect(after.output['total']).toBe(before.output['total']);
    expect((await find('restore the database snapshot'))[0]?.url).toContain('backup.md');
    expect((await quarry.execute('list_sources', {})).text).toContain('docs');
    expect(await quarry.services.context.store.getCollection('default.reindex')).toBeUndefined();
  });
});

describe('reindex beside other writers', () => {
  test('keeps what is written, changed and deleted while it runs', async () => {
    await quarry.execute('note_create', { id: 'kept', title: 'Kept', text: 'The first wording of a note.' });
    await quarry.execute('note_create', { id: 'dropped', title: 'Dropped', text: 'A note that goes away.' });
    const { output } = await quarry.execute('reindex', { name: 'default' });
    const written: string[] = [];
    do {
      const id = `during-${written.length}`;
      await quarry.execute('note_create', { id, title: id, text: `Written while the index was made anew: ${id}.` });
      written.push(id);
      if (written.length === 1) {
        await quarry.execute('note_update', { id: 'kept', text: 'The second wording of a note.' });
        await quarry.execute('note_delete', { id: 'dropped' });
      }
    } while ((await quarry.services.jobs.get(String(output['jobId']))).finishedAt === null);
    expect((await quarry.services.jobs.get(String(output['jobId']))).error).toBeNull();
    for (const id of written) expect((await quarry.execute('note_get', { id })).output['noteId']).toBe(id);
    expect((await quarry.execute('note_get', { id: 'kept' })).output['text']).toBe('The second wording of a note.');
    await expect(quarry.execute('note_get', { id: 'dropped' })).rejects.toMatchObject({ code: 'NOTE_NOT_FOUND' });
    expect((await find('second wording of a note'))[0]?.url).toBe('note:kept');
  });
});

describe('bad input', () => {
  test.each([
    ['search', {}],
    ['search', { query: '' }],
    ['search', { query: 'x', limt: 3 }],
    ['search', { query: 'x', limit: 1e9 }],
    ['search', { query: 'x', cursor: 'broken' }],
    ['search', { query: 'x', collections: ['no-such'] }],
    ['fetch', { id: "'; DROP TABLE documents; --" }],
    ['sync', { sources: ['src_unknown'] }],
    ['job_status', { id: "x' OR '1'='1" }],
    ['ingest', { target: '/no/such/place' }],
  ])('%s %j is a typed error with a hint', async (name, input) => {
    await expect(quarry.execute(name, input)).rejects.toMatchObject({ name: 'QuarryError', hint: expect.any(String) });
  });

  test.each([
    "it's",
    'a" OR "b',
    '100% \\ _',
    '\u0000',
    '\ud800',
    'x'.repeat(3999),
    '"',
    '((((',
    'NOT AND OR',
    '日本語',
  ])('the query %j is only text', async (query) => {
    await expect(
      quarry.execute('search', {
        query,
        uriPrefix: query.slice(0, 2000),
        tags: [query.slice(0, 100)],
        metadata: { [query.slice(0, 50)]: query.slice(0, 100) },
      }),
    ).resolves.toBeDefined();
    await expect(quarry.execute('search', { query })).resolves.toBeDefined();
  });
});
