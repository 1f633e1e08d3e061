import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createChunker } from '../../src/chunk/chunker.js';
import { embedTextWithin } from '../../src/core/text/embed-room.js';
import { embedTextOf } from '../../src/core/text/embed-text.js';
import type { Document } from '../../src/core/types.js';
import { chunkToFit } from '../../src/services/chunk-to-fit.js';
import { sampleDocument, sampleSource } from '../contract/knowledge-samples.js';

const countTokens = (text: string): number => (text.match(/[a-z]+|[^a-z\s]/giu) ?? []).length;
const sizing = { maxTokens: 256, minTokens: 48 };
const context = { chunker: createChunker() };
const sentence = fc
  .array(fc.constantFrom('the', 'forge', 'glows', 'when', 'coal', 'and', 'iron', 'meet', 'slowly'), {
    minLength: 4,
    maxLength: 30,
  })
  .map((list) => `${list.join(' ')}.`);
const section = fc
  .record({ level: fc.integer({ min: 1, max: 4 }), heading: sentence, body: fc.array(sentence, { maxLength: 12 }) })
  .map(({ level, heading, body }) => `${'#'.repeat(level)} ${heading}\n\n${body.join(' ')}\n`);
const document = fc
  .record({ title: sentence, text: fc.array(section, { minLength: 1, maxLength: 6 }).map((list) => list.join('\n')) })
  .map(
    ({ title, text }): Document => ({
      ...sampleDocument(sampleSource('docs'), 'a.md', text).document,
      title,
      text,
      format: 'markdown',
    }),
  );

it('gives pieces that a model with short inputs takes whole, title and headings included where half its room holds them', async () => {
  await fc.assert(
    fc.asyncProperty(document, fc.constantFrom(48, 64, 126, 254, 510), async (given, maxTokens) => {
      const room = { maxTokens, countTokens };
      const spans = await chunkToFit(given, { context, collection: { sizing }, embedder: room });
      for (const span of spans) {
        const text = given.text.slice(span.start, span.end);
        const parts = { title: given.title, headingPath: span.headingPath, text };
        expect(countTokens(embedTextWithin(parts, room))).toBeLessThanOrEqual(maxTokens);
        const about = countTokens(embedTextOf(parts)) - countTokens(text);
        if (about + 2 <= maxTokens / 2) expect(embedTextWithin(parts, room)).toBe(embedTextOf(parts));
      }
    }),
    { seed: 11, numRuns: 60 },
  );
});

it('cuts as the sizing says where the model takes more', async () => {
  await fc.assert(
    fc.asyncProperty(document, async (given) => {
      const options = { context, collection: { sizing }, embedder: { maxTokens: 1_000_000, countTokens } };
      expect(await chunkToFit(given, options)).toEqual(await context.chunker.chunk(given, sizing, countTokens));
    }),
    { seed: 12, numRuns: 20 },
  );
});
