import { describe, expect, it } from '@jest/globals';
import type { ChunkRow } from '../../../src/core/ports.js';
import { arrowSchema, arrowTable, ResultRows } from '../../../src/store/columns.js';
import { loadEngine } from '../../../src/store/engine.js';
import { decodeCandidate, KNOWLEDGE_COLUMNS, knowledgeRows } from '../../../src/store/knowledge-rows.js';
import { PackedRows } from '../../../src/store/resident/packed-rows.js';
import { DIMENSIONS, sampleDocument, sampleSource } from '../../contract/knowledge-samples.js';

const MEGABYTE = 1024 * 1024;

/** Stored rows of a document whose chunks have these texts. */
async function storedRows(texts: readonly string[]): Promise<ResultRows> {
  const { document, chunks } = sampleDocument(
    sampleSource('docs'),
    'a.md',
    texts.map((_, at) => `p${at}`).join('\n\n'),
  );
  const own = chunks.map(
    (chunk, at): ChunkRow => ({ ...chunk, text: texts[at] ?? '', end: chunk.start + (texts[at] ?? '').length }),
  );
  const engine = await loadEngine();
  const rows = knowledgeRows({ document, chunks: own }, DIMENSIONS);
  return new ResultRows(arrowTable(engine, arrowSchema(engine, KNOWLEDGE_COLUMNS, DIMENSIONS), rows));
}

describe('packed rows', () => {
  it('are what was stored, whatever their size and letters', async () => {
    // Below, at and above what is packed together; one, two, three and four bytes a character.
    const texts = [
      'a',
      '',
      'ü'.repeat(MEGABYTE),
      '漢'.repeat(3 * MEGABYTE),
      '𝕏',
      'b'.repeat(4 * MEGABYTE - 700),
      'c\u0000d',
      '"\\\n',
    ];
    const rows = await storedRows(texts);
    const packed = new PackedRows('docs', DIMENSIONS);
    for (let at = 0; at < rows.length; at++) packed.put(at * 2, rows, at);
    for (let at = 1; at < rows.length; at++) expect(packed.get(at * 2)).toEqual(decodeCandidate(rows, at, 'docs'));
    expect([packed.get(1), packed.get(rows.length * 2)]).toEqual([undefined, undefined]);
    expect(packed.bytes).toBeGreaterThan(15 * MEGABYTE);
  });

  it('share what they say of their document', async () => {
    const rows = await storedRows(['first', 'second']);
    const packed = new PackedRows('docs', DIMENSIONS);
    for (let at = 0; at < rows.length; at++) packed.put(at, rows, at);
    expect(packed.get(1)?.document).toBe(packed.get(2)?.document);
  });

  it('tell when they are not what was written', async () => {
    const rows = await storedRows(['first']);
    const packed = new PackedRows('docs', DIMENSIONS);
    packed.put(0, rows, 0); // The document's own row is no chunk.
    expect(() => packed.get(0)).toThrow('A stored row is not what was written.');
  });
});
