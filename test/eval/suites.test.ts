import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { UNANSWERABLE } from '../../src/core/benchmark/suite.js';
import { createSuiteFiles } from '../../src/suites/suite-files.js';
import { collect } from '../suites/collect.js';

const bundled = fileURLToPath(new URL('../../../eval/', import.meta.url));
const files = createSuiteFiles({ bundled });

/** Least documents and queries that each shipped suite must hold. */
const LEAST: Record<string, [documents: number, queries: number]> = {
  'field-guide': [150, 200],
  'ui-specialist': [80, 120],
  'router-specialist': [20, 40],
  'prompt-architect': [20, 40],
};

describe.each(Object.keys(LEAST))('the suite %s', (name) => {
  it('is whole: ids exist, grades are 0 to 3, quotes are verbatim, and it is as large as promised', async () => {
    const suite = await files.open(`${bundled}${name}`);
    const documents = new Map((await collect(files.corpus(suite))).map((document) => [document.id, document.text]));
    const queries = new Map(suite.queries.map((query) => [query.id, query]));
    const [leastDocuments, leastQueries] = LEAST[name] ?? [0, 0];
    expect(documents.size).toBeGreaterThanOrEqual(leastDocuments);
    expect(queries.size).toBeGreaterThanOrEqual(leastQueries);
    expect(suite.manifest).toMatchObject({ name, origin: 'authored', documents: 'documents' });
    expect(suite.warnings).toEqual([]);
    for (const [query, judgments] of suite.qrels) {
      expect([query, queries.has(query)]).toEqual([query, true]);
      for (const [document, grade] of judgments) {
        expect([query, document, documents.has(document)]).toEqual([query, document, true]);
        expect([0, 1, 2, 3]).toContain(grade);
      }
    }
    for (const { queryId, documentId, quote } of suite.excerpts) {
      expect([queryId, documentId, documents.get(documentId)?.includes(quote)]).toEqual([queryId, documentId, true]);
      expect(suite.qrels.get(queryId)?.get(documentId)).toBeGreaterThan(0);
    }
  });

  it('has questions of several kinds, none twice, and some without an answer', async () => {
    const { queries, qrels } = await files.open(`${bundled}${name}`);
    expect(new Set(queries.map((query) => query.text.toLowerCase())).size).toBe(queries.length);
    expect(new Set(queries.map((query) => query.type)).size).toBeGreaterThanOrEqual(6);
    const unanswerable = queries.filter((query) => query.type === UNANSWERABLE);
    expect(unanswerable.length).toBeGreaterThanOrEqual(3);
    for (const query of unanswerable) expect(qrels.has(query.id)).toBe(false);
  });
});
