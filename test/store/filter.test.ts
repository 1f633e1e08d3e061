import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressPattern } from '../../src/core/addresses/address-key.js';
import type { KnowledgeStore } from '../../src/core/ports.js';
import type { Document, SearchFilter } from '../../src/core/types.js';
import { filterPredicate } from '../../src/store/filter.js';
import {
  keywords,
  sampleCollection,
  sampleDocument,
  sampleSource,
  sampleVector,
} from '../contract/knowledge-samples.js';
import { temporaryStore } from './temporary-store.js';

/** Texts that break naive SQL, or that only look alike. */
const NASTY = [
  '',
  ' ',
  "'",
  "''",
  "it's",
  '"',
  '\\',
  "\\'",
  '%',
  '_',
  'a%',
  'a_',
  'ab',
  'a',
  'A',
  '\0',
  'a\0b',
  '--',
  '/* */',
  ';',
  "') OR (true",
  "' OR '1'='1",
  'true) OR (true',
  '?',
  '$1',
  '\n',
  'null',
  'NULL',
  '\u00e9',
  'e\u0301',
  '\ud83d\ude00',
  '\u65e5\u672c',
  '":1',
  '1',
  'true',
];
const nasty = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme', maxLength: 12 }));
const value = fc.oneof(nasty, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());

interface Sample {
  readonly uri: string;
  readonly category: string;
  readonly language: string;
  readonly tags: string[];
  readonly metadata: Record<string, string | number | boolean>;
  readonly modifiedAt: string;
}

const sample: fc.Arbitrary<Sample> = fc.record({
  uri: nasty,
  category: nasty,
  language: nasty,
  tags: fc.array(nasty, { maxLength: 3 }),
  metadata: fc.dictionary(nasty, value, { maxKeys: 3 }),
  modifiedAt: fc.constantFrom('', '2026-01-01T00:00:00.000Z', '2026-06-01T00:00:00.000Z', 'not a date'),
});

const filter: fc.Arbitrary<SearchFilter> = fc.record(
  {
    categories: fc.array(nasty, { maxLength: 3 }),
    languages: fc.array(nasty, { maxLength: 3 }),
    tags: fc.array(nasty, { maxLength: 2 }),
    uriPrefix: nasty,
    metadata: fc.dictionary(nasty, value, { maxKeys: 2 }),
    sourceIds: fc.array(nasty, { maxLength: 2 }),
    since: fc.constantFrom('2026-01-01', '2026-03-01T00:00:00Z'),
    until: fc.constantFrom('2026-01-01', '2026-07-01'),
  },
  { requiredKeys: [] },
);

/** The meaning of a filter, said in another way. */
function admits(wanted: SearchFilter, document: Document): boolean {
  const among = (list: readonly string[] | undefined, text: string) =>
    list === undefined || list.length === 0 || list.includes(text);
  const folded = (list: readonly string[] | undefined) => list?.map((text) => text.toLowerCase());
  const dated = Date.parse(document.modifiedAt);
  const at = Number.isNaN(dated) ? Date.parse(document.indexedAt) : dated;
  return (
    among(folded(wanted.categories), document.category.toLowerCase()) &&
    among(folded(wanted.languages), document.language.toLowerCase()) &&
    among(wanted.sourceIds, document.sourceId) &&
    (folded(wanted.tags) ?? []).every((tag) => folded(document.tags)?.includes(tag)) &&
    new RegExp(`^${addressPattern(wanted.uriPrefix ?? '', 'prefix')}`).test(document.uri) &&
    Object.entries(wanted.metadata ?? {}).every(
      ([key, expected]) => Object.hasOwn(document.metadata, key) && document.metadata[key] === expected,
    ) &&
    (wanted.since === undefined || at >= Date.parse(wanted.since)) &&
    (wanted.until === undefined || at < Date.parse(wanted.until) + 86_400_000)
  );
}

describe('filterPredicate', () => {
  let store: KnowledgeStore;
  let dispose: () => Promise<void>;
  const source = sampleSource('docs');

  beforeAll(async () => {
    ({ store, dispose } = await temporaryStore());
    await store.createCollection(sampleCollection('docs'));
    await store.putSource(source);
  });
  afterAll(() => dispose());

  it('means what it says, for any text in filter and documents, in the list and in both legs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sample, { minLength: 1, maxLength: 8 }),
        fc.array(filter, { minLength: 3, maxLength: 6 }),
        async (samples, filters) => {
          await store.deleteSource(source.id);
          await store.putSource(source);
          const rows = samples.map((changes, index) =>
            sampleDocument(source, `${changes.uri}`, `needle ${index}`, { ...changes, id: `doc_${index}` }),
          );
          const documents = rows.map(({ document, chunks }, index) => ({
            document,
            chunks: chunks.map((chunk) => ({ ...chunk, id: `chk_${index}` })),
          }));
          await store.putDocuments('docs', documents);
          // A filter that is made of what the documents hold matches more often than a free one.
          const own = samples.map(({ category, tags, metadata, uri }) => ({
            categories: [category],
            tags,
            metadata,
            uriPrefix: uri,
          }));
          for (const wanted of [...filters, ...own]) {
            const expected = documents
              .filter(({ document }) => admits(wanted, document))
              .map(({ document }) => document.id)
              .sort();
            const listed = await store.listDocuments('docs', wanted, { offset: 0, limit: 100 });
            expect(listed.items.map(({ id }) => id).sort()).toEqual(expected);
            const words = await store.searchKeyword('docs', keywords('needle'), 100, wanted);
            expect(words.map(({ document }) => document.id).sort()).toEqual(expected);
            const near = await store.searchVector('docs', sampleVector('needle'), 100, wanted);
            expect(near.map(({ document }) => document.id).sort()).toEqual(expected);
          }
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  it('is undefined for a filter that narrows nothing', () => {
    expect(filterPredicate({})).toBeUndefined();
    expect(filterPredicate({ tags: [], categories: undefined, uriPrefix: '', metadata: {} })).toBeUndefined();
  });

  it('never lets an unquoted quote through', () => {
    fc.assert(
      fc.property(filter, (wanted) => {
        const sql = filterPredicate(wanted) ?? '';
        // What stands between literals may only be our own grammar.
        const grammar = sql.replace(/'(?:[^']|'')*'/g, '?');
        expect(grammar).toMatch(/^[a-z_()?=, <>0-9.\-ANDIN]*$/);
      }),
    );
  });

  it('refuses lists without end', () => {
    const sourceIds = Array.from({ length: 10_001 }, (_, index) => `s${index}`);
    expect(() => filterPredicate({ sourceIds })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(() => filterPredicate({ tags: sourceIds })).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });
});
