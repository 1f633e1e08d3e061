import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createChunker } from '../src/chunk/chunker.js';
import type { Embedder } from '../src/core/ports.js';
import type { DocumentPreparer } from '../src/core/prepare-port.js';
import { chunkTextsOf } from '../src/core/text/chunk-texts.js';
import type { Document, DocumentFormat } from '../src/core/types.js';
import { openStaticModel } from '../src/embed/open-embedder.js';
import { prepareInThread } from '../src/prepare-documents.js';
import { chunkToFit } from '../src/services/chunk-to-fit.js';

const SIZING = { maxTokens: 64, minTokens: 16 };

function documentOf(text: string, format: DocumentFormat, language = ''): Document {
  return {
    id: 'doc_1',
    collection: 'c',
    sourceId: 'src_1',
    sourceKind: 'files',
    uri: 'file:///a',
    title: 'A title',
    text,
    format,
    mediaType: 'text/plain',
    language,
    licence: '',
    revision: '',
    modifiedAt: '',
    category: '',
    tags: [],
    status: 'active',
    confidence: 1,
    metadata: {},
    contentHash: '',
    indexedAt: '',
    chunkCount: 0,
  };
}

describe('a thread that prepares documents', () => {
  let embedder: Embedder;
  let preparer: DocumentPreparer;
  let folder: string;

  beforeAll(async () => {
    ({ embedder, folder } = await openStaticModel(''));
    preparer = prepareInThread({ folder });
  });
  afterAll(() => preparer.close());

  async function expectSame(document: Document): Promise<void> {
    const spans = await chunkToFit(document, {
      context: { chunker: createChunker() },
      collection: { sizing: SIZING },
      embedder,
    });
    const made = spans.map((span) => chunkTextsOf(document, span, embedder));
    const vectors = await embedder.embed(
      made.map(({ embedText }) => embedText),
      'document',
    );
    const prepared = await preparer.prepare(document, SIZING);
    expect(prepared.spans).toEqual(spans);
    expect(prepared.texts).toEqual(made.map(({ texts }) => texts));
    expect([...prepared.vectors]).toEqual(vectors.flatMap((vector) => [...vector]));
  }

  it('gives what this thread would make, for every format', async () => {
    const readme = await readFile('README.md', 'utf8');
    const program = await readFile('src/quarry.ts', 'utf8');
    await expectSame(documentOf(readme, 'markdown'));
    await expectSame(documentOf(readme, 'plain'));
    await expectSame(documentOf(program, 'code', 'typescript'));
    await expectSame(documentOf('def a():\n    return 1\n'.repeat(200), 'code', 'python'));
    await expectSame(documentOf('', 'markdown'));
    await expectSame(documentOf('數據庫與搜索。'.repeat(80), 'plain'));
  });

  it('gives what this thread would make, whatever the text', async () => {
    const format = fc.constantFrom<DocumentFormat>('markdown', 'plain', 'code');
    const part = fc.constantFrom(
      '# Head\n\n',
      'word ',
      'Ünï-code_name9 ',
      '\n',
      '\n\n- item\n',
      '```\n',
      '{ x(); }\n',
      '🙂',
    );
    const text = fc.array(fc.oneof(part, fc.string({ unit: 'grapheme' })), { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(text, format, async (parts, of) => expectSame(documentOf(parts.join(''), of, 'javascript'))),
      { numRuns: 60, seed: 7 },
    );
  });

  it('answers in the order of the calls', async () => {
    const done: number[] = [];
    const lengths = [4000, 1, 2000, 2];
    await Promise.all(
      lengths.map(async (length, at) => {
        await preparer.prepare(documentOf('words of it. '.repeat(length), 'plain'), SIZING);
        done.push(at);
      }),
    );
    expect(done).toEqual([0, 1, 2, 3]);
  });

  it('fails only the document that costs it its life', async () => {
    const small = prepareInThread({ folder, heapMegabytes: 90 });
    const list = `${'- item of a long list\n  - inner\n\n'.repeat(300)}\n`.repeat(2000);
    const before = small.prepare(documentOf('Before it.', 'plain'), SIZING);
    const huge = small.prepare(documentOf(list, 'plain'), SIZING);
    const behind = small.prepare(documentOf('Behind it.', 'plain'), SIZING);
    await expect(huge).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
    expect((await before).spans).toHaveLength(1);
    expect((await behind).spans).toHaveLength(1);
    await small.close();
  });

  it('is never ready where its model cannot be opened, and fails what it was given all the same', async () => {
    const broken = prepareInThread({ folder: '/nowhere' });
    await expect(broken.prepare(documentOf('a', 'plain'), SIZING)).rejects.toMatchObject({ code: 'DOCUMENT_BROKEN' });
    expect(broken.isReady()).toBe(false);
    await broken.close();
  });
});
