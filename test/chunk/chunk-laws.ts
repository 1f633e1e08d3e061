import { expect } from '@jest/globals';
import type { ChunkSizing, ChunkSpan } from '../../src/core/types.js';

/** Counts words and signs, as a WordPiece tokenizer without word pieces would. */
export const countWords = (text: string): number =>
  text.match(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu)?.length ?? 0;

/** Counts code points: the tokenizer that finds the most. */
export const countCodePoints = (text: string): number => [...text].length;

/** Fails where spans break the chunker's contract. `bodyStart` is where the front matter ends. */
export function expectLawful(text: string, spans: readonly ChunkSpan[], sizing: ChunkSizing, bodyStart = 0): void {
  let at = bodyStart;
  for (const span of spans) {
    expect(span.start).toBeGreaterThanOrEqual(at);
    expect(span.end).toBeGreaterThan(span.start);
    expect(text.slice(at, span.start)).toMatch(/^\s*$/);
    expect(span.tokens).toBeLessThanOrEqual(sizing.maxTokens);
    expect(text.slice(span.start, span.end)).not.toMatch(/\p{Surrogate}/u);
    expect(text.slice(0, span.start).split('\n').length).toBe(span.startLine);
    expect(text.slice(0, span.end).split('\n').length).toBe(span.endLine);
    at = span.end;
  }
  expect(text.slice(at)).toMatch(/^\s*$/);
}
