import { describe, expect, it } from '@jest/globals';
import { plainWords } from '../../../src/core/curation/shingles.js';
import { splitIdentifiers } from '../../../src/core/text/identifiers.js';
import { searchTextOf } from '../../../src/core/text/search-text.js';
import { sketchText } from '../../../src/extract/web/text-sketch.js';

/** More letters without a break than the stack of a regular expression holds, where they are outside Latin-1. */
const ENDLESS = 'ж'.repeat(6_500_000);

const READERS: Record<string, (text: string) => unknown> = {
  plainWords,
  splitIdentifiers,
  searchTextOf: (text) => searchTextOf({ title: '', headingPath: [], text, format: 'plain' }),
  sketchText,
};

describe('a word of millions of letters', () => {
  it.each(Object.entries(READERS))('does not stop %s', (_name, read) => {
    expect(() => read(ENDLESS)).not.toThrow();
  });
});
