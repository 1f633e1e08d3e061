import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Candidate, KnowledgeStore } from '../../src/core/ports.js';
import type { Document, SearchFilter } from '../../src/core/types.js';
import {
  DIMENSIONS,
  keywords,
  sampleCollection,
  sampleDocument,
  sampleJob,
  sampleSource,
  sampleTime,
  sampleVector,
} from './knowledge-samples.js';

/** Opens an empty store and says how to be rid of it. */
export type OpenSample = () => Promise<{ readonly store: KnowledgeStore; dispose(): Promise<void> }>;

const texts = (candidates: readonly Candidate[]) => candidates.map((candidate) => candidate.chunk.text);
const withoutText = ({ text: _text, ...head }: Document) => head;

/** What every {@link KnowledgeStore} does. Call it inside a test file of the implementation. */
export function describeKnowledgeStore(name: string, open: OpenSample): void {
  describe(`${name} as a knowledge store`, () => {
    let store: KnowledgeStore;
    let dispose: () => Promise<void>;
    const source = sampleSource('docs');

    beforeEach(async () => {
      ({ store, dispose } = await open());
    });
    afterEach(async () => {
      await dispose();
    });

    const fill = async (): Promise<void> => {
      await store.createCollection(sampleCollection('docs'));
      await store.putSource(source);
    };

    describe('collections', () => {
      it('keeps, updates, lists and drops them', async () => {
        expect(await store.listCollections()).toEqual([]);
        expect(await store.getCollection('docs')).toBeUndefined();
        await store.createCollection(sampleCollection('docs'));
        await store.createCollection(sampleCollection('Api "v2" / \u65e5\u672c', { description: '' }));
        expect(await store.getCollection('docs')).toEqual(sampleCollection('docs'));
        expect((await store.listCollections()).map((collection) => collection.name)).toEqual([
          'Api "v2" / \u65e5\u672c',
          'docs',
        ]);
        await store.updateCollection(sampleCollection('docs', { chunker: 'sample/2' }));
        expect((await store.getCollection('docs'))?.chunker).toBe('sample/2');
        await store.dropCollection('docs');
        await store.dropCollection('docs');
        expect(await store.getCollection('docs')).toBeUndefined();
      });

      it('refuses a name that is taken and one that is unknown', async () => {
        await fill();
        await expect(store.createCollection(sampleCollection('docs'))).rejects.toMatchObject({
          code: 'ALREADY_EXISTS',
        });
        await expect(store.updateCollection(sampleCollection('other'))).rejects.toMatchObject({
          code: 'COLLECTION_NOT_FOUND',
        });
        await expect(store.searchKeyword('other', keywords('x'), 5, {})).rejects.toMatchObject({
          code: 'COLLECTION_NOT_FOUND',
        });
        await expect(store.putDocuments('other', [])).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
      });

      it('forgets the rows and sources of a dropped collection, also when the name comes back', async () => {
        await fill();
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', 'hammer and anvil')]);
        await store.dropCollection('docs');
        expect(await store.listSources('docs')).toEqual([]);
        await store.createCollection(sampleCollection('docs'));
        expect(await store.searchKeyword('docs', keywords('hammer'), 5, {})).toEqual([]);
        expect(await store.collectionStats('docs')).toMatchObject({ documents: 0, chunks: 0, sources: 0 });
      });

      it('puts a scratch collection in the place of another', async () => {
        await fill();
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', 'the old forge')]);
        await store.createCollection(sampleCollection('docs~new', { chunker: 'sample/9' }));
        await store.putDocuments('docs~new', [sampleDocument(source, 'a.md', 'the new forge')]);
        await store.replaceCollection('docs', 'docs~new');
        expect((await store.listCollections()).map((collection) => collection.name)).toEqual(['docs']);
        expect((await store.getCollection('docs'))?.chunker).toBe('sample/9');
        expect(texts(await store.searchKeyword('docs', keywords('forge'), 5, {}))).toEqual(['the new forge']);
        expect(await store.listSources('docs')).toEqual([source]);
        await expect(store.collectionStats('docs~new')).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
        await store.putDocuments('docs', [sampleDocument(source, 'b.md', 'more iron')]);
        expect(await store.collectionStats('docs')).toMatchObject({ documents: 2, chunks: 2, sources: 1 });
      });

      it('changes the model and the rows of several collections in one step', async () => {
        await fill();
        expect(await store.modelChoice()).toBeUndefined();
        const fingerprint = { ...sampleCollection('docs').fingerprint, revision: 'another' };
        await store.createCollection(sampleCollection('more', { description: 'kept' }));
        for (const name of ['docs', 'more'])
          await store.createCollection(sampleCollection(`${name}~new`, { fingerprint }));
        await store.putDocuments('docs~new', [sampleDocument(source, 'a.md', 'the new forge')], fingerprint);
        const choice = { model: '/models/other', dtype: 'q8', chosenAt: '2026-01-02T03:04:05.678Z' };
        const places = ['docs', 'more'].map((name) => ({ name, scratch: `${name}~new` }));
        await expect(store.adoptModel(choice, [...places, { name: 'docs', scratch: 'none' }])).rejects.toMatchObject({
          code: 'COLLECTION_NOT_FOUND',
        });
        expect(await store.modelChoice()).toBeUndefined();
        await store.adoptModel(choice, places);
        expect(await store.modelChoice()).toEqual(choice);
        const all = await store.listCollections();
        expect(all.map(({ name }) => name)).toEqual(['docs', 'more']);
        expect(all.map((collection) => collection.fingerprint.revision)).toEqual(['another', 'another']);
        expect(all[1]?.description).toBe('kept');
        expect(texts(await store.searchKeyword('docs', keywords('forge'), 5, {}))).toEqual(['the new forge']);
        await store.adoptModel({ ...choice, model: '' }, []);
        expect((await store.modelChoice())?.model).toBe('');
      });

      it('takes no vectors of another space than it has by now', async () => {
        await fill();
        const { fingerprint } = sampleCollection('docs');
        const rows = [sampleDocument(source, 'late.md', 'too late')];
        await expect(store.putDocuments('docs', rows, { ...fingerprint, revision: 'former' })).rejects.toMatchObject({
          code: 'FINGERPRINT_MISMATCH',
        });
        expect((await store.collectionStats('docs')).documents).toBe(0);
        await store.putDocuments('docs', rows, { ...fingerprint, model: 'the same by another name' });
        expect((await store.collectionStats('docs')).documents).toBe(1);
      });
    });

    describe('documents', () => {
      it('gives back what was put, field by field', async () => {
        await fill();
        const rows = sampleDocument(source, "it's/a \u65e5\u672c.md", 'One para.\n\nTwo \ud83d\ude00 paras.', {
          tags: ['b', 'a'],
          category: 'react_pattern',
          metadata: { stars: 5, deep: { a: [1, null] }, 'odd "key"': "o'clock", __proto__x: true },
          modifiedAt: '2025-05-05T05:05:05.000Z',
          confidence: 0.5,
        });
        await store.putDocuments('docs', [rows]);
        expect(await store.getDocument('docs', rows.document.id)).toEqual(rows.document);
        expect(await store.findDocumentsByUri('docs', rows.document.uri)).toEqual([rows.document]);
        expect(await store.listDocuments('docs', {}, { offset: 0, limit: 10 })).toEqual({
          items: [withoutText(rows.document)],
          total: 1,
        });
        const chunks = rows.chunks.map(({ searchText: _searchText, vector: _vector, ...chunk }) => chunk);
        expect(await store.listChunks('docs', rows.document.id)).toEqual(chunks);
        const candidates = await store.listCandidates('docs', rows.document.id);
        expect(candidates.map(({ chunk }) => chunk)).toEqual(chunks);
        expect(candidates).toEqual(
          await store.getChunks(
            'docs',
            chunks.map(({ id }) => id),
          ),
        );
        const [first] = rows.chunks;
        expect(await store.getChunks('docs', ['nope', first?.id ?? '', first?.id ?? ''])).toEqual([
          {
            chunk: chunks[0],
            document: withoutText(rows.document),
            vector: first?.vector,
            similarity: null,
            bm25: null,
            searchText: first?.searchText,
          },
        ]);
        expect(await store.getDocument('docs', 'nope')).toBeUndefined();
        expect(await store.listChunks('docs', 'nope')).toEqual([]);
      });

      it('replaces a document whole', async () => {
        await fill();
        const before = sampleDocument(source, 'a.md', 'alpha one\n\nbeta two\n\ngamma three');
        const after = sampleDocument(source, 'a.md', 'alpha one\n\ndelta four', { revision: 'r2' });
        await store.putDocuments('docs', [before, sampleDocument(source, 'b.md', 'beta of another')]);
        await store.putDocuments('docs', [after]);
        expect((await store.listChunks('docs', after.document.id)).map((chunk) => chunk.text)).toEqual([
          'alpha one',
          'delta four',
        ]);
        expect(texts(await store.searchKeyword('docs', keywords('beta gamma'), 10, {}))).toEqual(['beta of another']);
        expect(await store.collectionStats('docs')).toMatchObject({ documents: 2, chunks: 3 });
      });

      it('takes the last of two versions in one call, and a document without chunks', async () => {
        await fill();
        const first = sampleDocument(source, 'a.md', 'first version');
        const last = sampleDocument(source, 'a.md', 'last version');
        const empty = sampleDocument(source, 'empty.md', '');
        await store.putDocuments('docs', [empty]);
        await store.maintain('docs');
        await store.putDocuments('docs', [first, empty, last]);
        await store.maintain('docs');
        expect((await store.getDocument('docs', last.document.id))?.text).toBe('last version');
        expect(await store.getDocument('docs', empty.document.id)).toEqual(empty.document);
        expect(await store.collectionStats('docs')).toMatchObject({ documents: 2, chunks: 1 });
      });

      it('refuses vectors that are too long, too short or not finite, and stores nothing of the call', async () => {
        await fill();
        const good = sampleDocument(source, 'good.md', 'good text');
        for (const vector of [
          new Float32Array(DIMENSIONS + 1),
          new Float32Array(0),
          new Float32Array(DIMENSIONS).fill(Number.NaN),
          new Float32Array(DIMENSIONS).fill(Number.POSITIVE_INFINITY),
        ]) {
          const bad = sampleDocument(source, 'bad.md', 'bad text');
          const chunks = bad.chunks.map((chunk) => ({ ...chunk, vector }));
          await expect(store.putDocuments('docs', [good, { ...bad, chunks }])).rejects.toMatchObject({
            code: expect.stringMatching(/^(FINGERPRINT_MISMATCH|INPUT_INVALID)$/),
            hint: expect.any(String),
          });
        }
        expect(await store.collectionStats('docs')).toMatchObject({ documents: 0, chunks: 0 });
      });

      it('refuses chunks of another document and numbers that repeat', async () => {
        await fill();
        const rows = sampleDocument(source, 'a.md', 'one\n\ntwo');
        const stray = rows.chunks.map((chunk) => ({ ...chunk, documentId: 'doc_other' }));
        const same = rows.chunks.map((chunk) => ({ ...chunk, ordinal: 0 }));
        await expect(store.putDocuments('docs', [{ ...rows, chunks: stray }])).rejects.toMatchObject({
          code: 'INPUT_INVALID',
        });
        await expect(store.putDocuments('docs', [{ ...rows, chunks: same }])).rejects.toMatchObject({
          code: 'INPUT_INVALID',
        });
      });

      it('patches documents and their chunks without touching the texts', async () => {
        await fill();
        const rows = sampleDocument(source, 'a.md', 'molten iron\n\ncold steel', { tags: ['old'] });
        await store.putDocuments('docs', [rows, sampleDocument(source, 'b.md', 'molten gold')]);
        const changed: Document = {
          ...rows.document,
          revision: 'r2',
          tags: ['new'],
          licence: 'ISC',
          status: 'deprecated',
          metadata: { level: 3 },
        };
        await store.patchDocuments('docs', [changed, { ...changed, id: 'doc_unknown' }]);
        expect(await store.getDocument('docs', changed.id)).toEqual(changed);
        expect(
          texts(
            await store.searchKeyword('docs', keywords('molten'), 5, {
              tags: ['new'],
              metadata: { level: 3 },
              statuses: ['deprecated'],
            }),
          ),
        ).toEqual(['molten iron']);
        expect(await store.searchKeyword('docs', keywords('molten'), 5, { tags: ['old'] })).toEqual([]);
        const [hit] = await store.searchVector('docs', sampleVector('cold steel'), 1, {});
        expect(hit?.document).toEqual(withoutText(changed));
        expect(await store.knownDocuments('docs', source.id)).toContainEqual({
          id: changed.id,
          uri: 'a.md',
          contentHash: changed.contentHash,
          revision: 'r2',
        });
        expect(await store.collectionStats('docs')).toMatchObject({ documents: 2, chunks: 3 });
      });

      it('deletes documents and says how many there were', async () => {
        await fill();
        const kept = sampleDocument(source, 'kept.md', 'kept text');
        const gone = sampleDocument(source, 'gone.md', 'gone text\n\nmore gone');
        await store.putDocuments('docs', [kept, gone]);
        expect(await store.deleteDocuments('docs', [gone.document.id, 'nope', gone.document.id])).toBe(1);
        expect(await store.deleteDocuments('docs', [])).toBe(0);
        expect(texts(await store.searchKeyword('docs', keywords('text gone'), 5, {}))).toEqual(['kept text']);
      });

      it('lists by uri, then id, in pages, with the total of the filter', async () => {
        await fill();
        const other = sampleSource('docs', '/other');
        await store.putSource(other);
        const uris = ['b.md', 'a.md', 'B.md', '\ud83d\ude00.md', '\uff5e.md', 'a.md'];
        const rows = uris.map((uri, index) =>
          sampleDocument(index === 5 ? other : source, uri, `text ${index}`, { category: index < 3 ? 'x' : 'y' }),
        );
        await store.putDocuments('docs', rows);
        const page = await store.listDocuments('docs', {}, { offset: 0, limit: 1000 });
        expect(page.items.map((document) => document.uri)).toEqual([
          'B.md',
          'a.md',
          'a.md',
          'b.md',
          '\uff5e.md',
          '\ud83d\ude00.md',
        ]);
        const [, first, second] = page.items;
        expect((first?.id ?? '') < (second?.id ?? '')).toBe(true);
        expect(page.total).toBe(6);
        const part = await store.listDocuments('docs', { categories: ['x'] }, { offset: 1, limit: 1 });
        expect(part).toMatchObject({ total: 3, items: [{ uri: 'a.md' }] });
        expect(await store.listDocuments('docs', {}, { offset: 6, limit: 10 })).toEqual({ items: [], total: 6 });
        for (const [offset, limit] of [
          [-1, 1],
          [0, 0],
          [0, 1001],
          [0.5, 1],
          [0, 2 ** 32 + 1],
          [Number.NaN, 1],
        ] as const) {
          await expect(store.listDocuments('docs', {}, { offset, limit })).rejects.toMatchObject({
            code: 'INPUT_INVALID',
          });
        }
      });

      it('finds stored vectors by what was embedded', async () => {
        await fill();
        const rows = sampleDocument(source, 'a.md', 'alpha\n\nbeta');
        await store.putDocuments('docs', [rows]);
        const [alpha, beta] = rows.chunks;
        const found = await store.findVectors('docs', [
          alpha?.embedHash ?? '',
          beta?.embedHash ?? '',
          'unknown',
          "x' OR true",
        ]);
        expect([...found.keys()].sort()).toEqual([alpha?.embedHash, beta?.embedHash].sort());
        expect(found.get(alpha?.embedHash ?? '')).toEqual(alpha?.vector);
        expect(await store.findVectors('docs', [])).toEqual(new Map());
      });

      it('keeps NUL bytes, empty titles, lone surrogates and large texts without failing', async () => {
        await fill();
        const nul = sampleDocument(source, 'nul.md', 'before\0after word', { title: '', metadata: { nul: 'a\0b' } });
        const lone = sampleDocument(source, 'lone\ud800.md', 'broken \ud800 half');
        const large = sampleDocument(source, 'large.md', 'x'.repeat(10 * 1024 * 1024));
        await store.putDocuments('docs', [nul, lone, large]);
        expect((await store.getDocument('docs', nul.document.id))?.text).toBe('before\0after word');
        expect((await store.getDocument('docs', lone.document.id))?.text).toBe('broken \ufffd half');
        expect((await store.getDocument('docs', large.document.id))?.text.length).toBe(10 * 1024 * 1024);
        expect(texts(await store.searchKeyword('docs', keywords('word'), 5, { metadata: { nul: 'a\0b' } }))).toEqual([
          'before\0after word',
        ]);
      });
    });

    describe('sources', () => {
      it('keeps them and removes them with what they brought', async () => {
        await fill();
        const other = sampleSource('docs', '/other', { state: null });
        await store.putSource(other);
        await store.putDocuments('docs', [
          sampleDocument(source, 'a.md', 'from one'),
          sampleDocument(source, 'b.md', 'from one too'),
          sampleDocument(other, 'a.md', 'from other'),
        ]);
        expect(await store.getSource(source.id)).toEqual(source);
        expect((await store.listSources()).map(({ id }) => id).sort()).toEqual([source.id, other.id].sort());
        await store.putSource({ ...source, syncedAt: sampleTime(5), state: ['x'] });
        expect((await store.getSource(source.id))?.state).toEqual(['x']);
        expect((await store.knownDocuments('docs', source.id)).map(({ uri }) => uri).sort()).toEqual(['a.md', 'b.md']);
        expect(await store.deleteSource(source.id)).toBe(2);
        expect(await store.deleteSource(source.id)).toBe(0);
        expect(await store.getSource(source.id)).toBeUndefined();
        expect(texts(await store.searchKeyword('docs', keywords('from'), 9, {}))).toEqual(
          texts(await store.searchKeyword('docs', keywords('other'), 9, {})),
        );
        await expect(store.putSource(sampleSource('nowhere'))).rejects.toMatchObject({ code: 'COLLECTION_NOT_FOUND' });
      });
    });

    describe('search', () => {
      it('ranks by cosine, best first, with the true similarity', async () => {
        await fill();
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', 'red apple\n\ngreen pear\n\nblue plum')]);
        const hits = await store.searchVector('docs', sampleVector('red apple'), 3, {});
        expect(hits[0]?.chunk.text).toBe('red apple');
        expect(hits[0]?.similarity).toBeCloseTo(1, 5);
        expect(hits[0]?.bm25).toBeNull();
        expect(hits[0]?.vector).toEqual(sampleVector('red apple'));
        const similarities = hits.map((hit) => hit.similarity ?? -2);
        expect(similarities).toEqual([...similarities].sort((first, second) => second - first));
        expect(await store.searchVector('docs', new Float32Array(DIMENSIONS), 3, {})).toEqual([]);
      });

      it('ranks by words, stems them, and weighs rare ones more', async () => {
        await fill();
        const lines = Array.from(
          { length: 30 },
          (_, index) => `common words number${index} ${index === 17 ? 'running zebras' : 'standing'}`,
        );
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', lines.join('\n\n'))]);
        const hits = await store.searchKeyword('docs', keywords('common ZEBRA run'), 3, {});
        expect(hits[0]?.chunk.text).toBe(lines[17]);
        expect(hits[0]?.bm25).toBeGreaterThan(hits[1]?.bm25 ?? Number.POSITIVE_INFINITY);
        expect(hits[0]?.similarity).toBeNull();
      });

      it('gives the same best hits before and after maintenance', async () => {
        await fill();
        const lines = Array.from({ length: 40 }, (_, index) => `item${index} shared token${index % 3}`);
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', lines.join('\n\n'))]);
        const before = await store.searchKeyword('docs', keywords('shared item31'), 1, {});
        await store.maintain('docs');
        const after = await store.searchKeyword('docs', keywords('shared item31'), 1, {});
        expect(texts(before)).toEqual([lines[31]]);
        expect(texts(after)).toEqual([lines[31]]);
        expect((await store.collectionStats('docs')).unindexedRows).toBe(0);
        await store.putDocuments('docs', [sampleDocument(source, 'late.md', 'a late arrival')]);
        expect(texts(await store.searchKeyword('docs', keywords('arrival'), 1, {}))).toEqual(['a late arrival']);
      });

      it('tells how common terms are, also those of rows that no index covers yet', async () => {
        await fill();
        const lines = Array.from({ length: 40 }, (_, index) => `item${index} shared token${index % 4}`);
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', lines.join('\n\n'))]);
        await store.maintain('docs');
        await store.putDocuments('docs', [sampleDocument(source, 'late.md', 'a pelican arrived')]);
        const { terms } = keywords('shared pelican item7 nowhere');
        const { chunks, documentFrequency } = await store.termStatistics('docs', terms);
        expect(chunks).toBe(41);
        expect(documentFrequency.get('pelican')).toBe(1);
        expect(documentFrequency.get('item7')).toBe(1);
        expect(documentFrequency.get('nowher')).toBe(0);
        expect(documentFrequency.get('share')).toBeGreaterThan(36);
      });

      it('learns from the scores of a search how common its terms are, to the row', async () => {
        await fill();
        const lines = Array.from({ length: 300 }, (_, index) =>
          ['wolf', 'heron', 'otter', 'finch', 'badger']
            .flatMap((animal, at) => Array<string>((index % (at + 2)) % 3).fill(animal))
            .concat(Array<string>(index % 11).fill('filler'), `line${index}`)
            .join(' '),
        );
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', lines.join('\n\n'))]);
        await store.maintain('docs');
        const query = keywords('wolf heron otter finch badger');
        await store.searchKeyword('docs', query, 50, {});
        const { documentFrequency } = await store.termStatistics('docs', query.terms);
        const counted = query.terms.map((term) => [term, lines.filter((line) => line.includes(term)).length]);
        expect([...documentFrequency]).toEqual(counted);
      });

      it('takes a query as plain words, never as a language', async () => {
        await fill();
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', 'plain quoted words here')]);
        const repeated = `plain ${'x '.repeat(50_000)}`;
        for (const terms of [
          '"quoted words"',
          '+plain -words',
          'title:plain',
          'plain AND nothing',
          '((plain',
          repeated,
        ]) {
          expect(await store.searchKeyword('docs', keywords(terms), 5, {})).toHaveLength(1);
        }
        for (const terms of ["plain' OR 1=1 --", 'plain~2', 'plain\0', 'PLAIN', 'pl\u00e4in quoted']) {
          expect(await store.searchKeyword('docs', keywords(terms), 5, {})).toHaveLength(1);
        }
        for (const terms of ['pl*', 'plai', 'plain_']) {
          expect(await store.searchKeyword('docs', keywords(terms), 5, {})).toHaveLength(terms === 'plain_' ? 1 : 0);
        }
        // Common words are found where nothing else is asked for.
        expect(await store.searchKeyword('docs', keywords('of'), 5, {})).toHaveLength(1);
        for (const terms of ['', '   ', '"', '\ud800', '\0', '***', '\u200b'])
          expect(await store.searchKeyword('docs', keywords(terms), 5, {})).toEqual([]);
      });

      it('refuses limits and vectors that make no sense', async () => {
        await fill();
        for (const limit of [0, -1, 1001, 1.5, Number.NaN, 2 ** 32 + 1]) {
          await expect(store.searchKeyword('docs', keywords('x'), limit, {})).rejects.toMatchObject({
            code: 'INPUT_INVALID',
          });
          await expect(store.searchVector('docs', sampleVector('x'), limit, {})).rejects.toMatchObject({
            code: 'INPUT_INVALID',
          });
        }
        await expect(store.searchVector('docs', new Float32Array(3), 5, {})).rejects.toMatchObject({
          code: 'FINGERPRINT_MISMATCH',
        });
        await expect(
          store.searchVector('docs', new Float32Array(DIMENSIONS).fill(Number.NaN), 5, {}),
        ).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      });

      it('searches an empty collection without complaint', async () => {
        await fill();
        expect(await store.searchKeyword('docs', keywords('anything'), 5, {})).toEqual([]);
        expect(await store.searchVector('docs', sampleVector('anything'), 5, {})).toEqual([]);
        await store.maintain('docs');
        expect(await store.searchKeyword('docs', keywords('anything'), 5, {})).toEqual([]);
      });
    });

    describe('filters', () => {
      const cases: readonly [string, SearchFilter, readonly string[]][] = [
        ['nothing', {}, ['a', 'b', 'c']],
        ['lists that are empty', { categories: [], tags: [], documentIds: [], metadata: {} }, ['a', 'b', 'c']],
        ['source kind', { sourceKinds: ['web'] }, ['c']],
        ['any of two kinds', { sourceKinds: ['web', 'files'] }, ['a', 'b', 'c']],
        ['source id', { sourceIds: [source.id, 'nope'] }, ['a', 'b']],
        ['document id', { documentIds: [sampleDocument(source, 'docs/b_1.md', '').document.id] }, ['b']],
        ['uri prefix', { uriPrefix: 'docs/' }, ['a', 'b']],
        ['uri prefix with wildcards of LIKE', { uriPrefix: 'docs/b_' }, ['b']],
        ['uri prefix that only looks like one', { uriPrefix: 'docs%' }, []],
        ['category', { categories: ["o'clock"] }, ['b']],
        ['all tags', { tags: ['x', 'y'] }, ['b']],
        ['one tag', { tags: ['x'] }, ['a', 'b']],
        ['language', { languages: ['de', 'fr'] }, ['c']],
        ['status', { statuses: ['pending'] }, ['a']],
        ['metadata text', { metadata: { kind: "it's" } }, ['a']],
        ['metadata number', { metadata: { level: 2 } }, ['b']],
        ['metadata number is not text', { metadata: { level: '2' } }, ['c']],
        ['metadata boolean', { metadata: { done: false } }, ['c']],
        ['metadata by two keys', { metadata: { level: 2, kind: 'x' } }, ['b']],
        ['metadata that is nested', { metadata: { deep: 1 } }, []],
        ['since', { since: '2026-02-01T00:00:00Z' }, ['b', 'c']],
        ['until a whole day', { until: '2026-02-01' }, ['a', 'b']],
        ['between', { since: '2026-01-31', until: '2026-02-01T12:00:00.000Z' }, ['b']],
        [
          'everything at once',
          { sourceKinds: ['files'], tags: ['y'], metadata: { level: 2 }, since: '2026-01-01', uriPrefix: 'docs/b' },
          ['b'],
        ],
        ['an attempt at SQL', { categories: ["x') OR (true"], uriPrefix: "' OR '1'='1" }, []],
      ];

      it('narrow both legs and the list alike', async () => {
        await fill();
        const web = sampleSource('docs', 'https://x.test', { kind: 'web' });
        await store.putSource(web);
        await store.putDocuments('docs', [
          sampleDocument(source, 'docs/a1.md', 'ore a', {
            status: 'pending',
            tags: ['x'],
            metadata: { kind: "it's", deep: { deep: 1 } },
            modifiedAt: '2026-01-15T00:00:00.000Z',
          }),
          sampleDocument(source, 'docs/b_1.md', 'ore b', {
            category: "o'clock",
            tags: ['y', 'x', 'z'],
            metadata: { level: 2, kind: 'x' },
            modifiedAt: '2026-02-01T12:00:00.000Z',
          }),
          sampleDocument(web, 'https://x.test/c', 'ore c', {
            language: 'de',
            metadata: { level: '2', done: false },
            indexedAt: '2026-03-01T00:00:00.000Z',
          }),
        ]);
        for (const round of ['before', 'after'] as const) {
          for (const [what, filter, expected] of cases) {
            const byWords = texts(await store.searchKeyword('docs', keywords('ore'), 10, filter))
              .map((text) => text.slice(4))
              .sort();
            const byVector = texts(await store.searchVector('docs', sampleVector('ore'), 10, filter))
              .map((text) => text.slice(4))
              .sort();
            const listed = await store.listDocuments('docs', filter, { offset: 0, limit: 10 });
            expect({ round, what, byWords, byVector, total: listed.total, listed: listed.items.length }).toEqual({
              round,
              what,
              byWords: expected,
              byVector: expected,
              total: expected.length,
              listed: expected.length,
            });
          }
          await store.maintain('docs');
        }
      });

      it('refuse dates that are none', async () => {
        await fill();
        for (const since of ['yesterday', '2026-13-01', '2026', "2026-01-01' OR true", '01/02/2026']) {
          await expect(store.searchKeyword('docs', keywords('x'), 5, { since })).rejects.toMatchObject({
            code: 'INPUT_INVALID',
            hint: expect.any(String),
          });
        }
        await expect(
          store.listDocuments('docs', { metadata: { x: Number.NaN } }, { offset: 0, limit: 1 }),
        ).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      });
    });

    describe('jobs and records', () => {
      it('keeps jobs, newest first, by state and page', async () => {
        const jobs = ['a', 'b', 'c', 'd'].map((id, index) =>
          sampleJob(`job_${id}`, { createdAt: sampleTime(index), state: index % 2 === 0 ? 'running' : 'failed' }),
        );
        for (const job of jobs) await store.putJob(job);
        expect(await store.getJob('job_a')).toEqual(jobs[0]);
        expect(await store.getJob('nope')).toBeUndefined();
        expect((await store.listJobs([], { offset: 0, limit: 10 })).items.map(({ id }) => id)).toEqual([
          'job_d',
          'job_c',
          'job_b',
          'job_a',
        ]);
        expect(await store.listJobs(['running'], { offset: 1, limit: 1 })).toEqual({ items: [jobs[0]], total: 2 });
        await expect(store.listJobs([], { offset: 0, limit: 0 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      });

      it('replaces a job as often as it progresses', async () => {
        for (let done = 0; done <= 90; done++) {
          await store.putJob(
            sampleJob('job', {
              progress: { stage: 'embed', done, total: 90, message: 'on it' },
              error: done === 90 ? { code: 'INTERNAL', message: 'm', hint: 'h' } : null,
            }),
          );
        }
        expect(await store.listJobs([], { offset: 0, limit: 10 })).toMatchObject({
          total: 1,
          items: [{ progress: { done: 90, message: 'on it' }, error: { hint: 'h' } }],
        });
      });

      it('keeps records by kind and key', async () => {
        await store.putRecord('run', "k'1", { score: 0.5, list: [1, null] });
        await store.putRecord('run', 'a', 'text');
        await store.putRecord('suite', 'a', null);
        expect(await store.getRecord('run', "k'1")).toEqual({ score: 0.5, list: [1, null] });
        expect(await store.getRecord('suite', 'a')).toBeNull();
        expect(await store.getRecord('suite', 'b')).toBeUndefined();
        expect(await store.listRecords('run')).toEqual([
          { key: 'a', value: 'text' },
          { key: "k'1", value: { score: 0.5, list: [1, null] } },
        ]);
        await store.putRecord('run', 'a', 2);
        expect(await store.deleteRecord('run', 'a')).toBe(true);
        expect(await store.deleteRecord('run', 'a')).toBe(false);
        expect(await store.listRecords('run')).toHaveLength(1);
        expect(await store.listRecords('none')).toEqual([]);
      });
    });

    describe('writing', () => {
      it('takes writes from all sides at once without losing one', async () => {
        await fill();
        await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            store.putDocuments('docs', [sampleDocument(source, `${index % 6}.md`, `text ${index}`)]),
          ),
        );
        expect(await store.collectionStats('docs')).toMatchObject({ documents: 6, chunks: 6 });
      });

      it('runs exclusive work in turn, and lets it write and nest', async () => {
        await fill();
        const order: string[] = [];
        const work = (name: string) =>
          store.exclusively(async () => {
            order.push(`${name} begins`);
            await store.exclusively(() => store.putDocuments('docs', [sampleDocument(source, `${name}.md`, name)]));
            await Promise.all([store.deleteDocuments('docs', ['nope']), store.maintain('docs')]);
            order.push(`${name} ends`);
            return name;
          });
        expect(await Promise.all([work('one'), work('two')])).toEqual(['one', 'two']);
        expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
        await expect(store.exclusively(() => Promise.reject(new RangeError('mine')))).rejects.toThrow(RangeError);
        expect(await store.exclusively(async () => 1)).toBe(1);
      });

      it('finds nothing wrong with itself', async () => {
        await fill();
        await store.putDocuments('docs', [sampleDocument(source, 'a.md', 'sound text')]);
        expect(await store.recover()).toBe(0);
        for (const finding of await store.check()) expect(finding).toMatchObject({ ok: true });
      });
    });
  });
}
