import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTokenizer, tokenizerOf } from '../../../src/core/static-model/tokenizer.js';
import { buildTokenizerJson, SPECIAL_TOKENS } from '../../../src/core/static-model/tokenizer-format.js';
import { readVocabulary, searchVocabulary, type Vocabulary } from '../../../src/core/static-model/vocabulary.js';

const special = Object.keys(SPECIAL_TOKENS);
/** Pieces that look like parts of the file around them, and any others. */
const piece = fc.oneof(
  fc.constantFrom('"', '\\', ':', ',', '{', '}', '}}}', ':1', ',"x', '":2,', '12', '0', '##12', 'é', '語', '__proto__'),
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
);
const vocabularies = fc
  .uniqueArray(piece, { minLength: 1, maxLength: 40 })
  .map((pieces) => [...special, ...pieces.filter((word) => !special.includes(word))]);

function searched(json: unknown, size: number): Vocabulary {
  const found = searchVocabulary(Buffer.from(JSON.stringify(json)), size);
  if (found === undefined) throw new RangeError('The file was taken for one of another form.');
  return found;
}

describe('a vocabulary that is searched in its bytes', () => {
  it('has the ids of one that is read as a whole, whatever the pieces look like', () => {
    fc.assert(
      fc.property(vocabularies, fc.array(piece, { maxLength: 20 }), (pieces, others) => {
        const json = buildTokenizerJson(pieces);
        const whole = readVocabulary(JSON.parse(JSON.stringify(json)));
        const found = searched(json, pieces.length);
        for (const word of [...pieces, ...others]) expect(found.idOf(word)).toBe(whole.idOf(word));
        expect(found.size).toBe(whole.size);
      }),
    );
  });

  it('cuts texts into the same tokens before and after it makes a table of all', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
    const json = buildTokenizerJson([
      ...special,
      ...letters,
      ...letters.map((letter) => `##${letter}`),
      'search',
      '##ing',
    ]);
    const whole = createTokenizer(JSON.parse(JSON.stringify(json)));
    const lazy = tokenizerOf(searched(json, whole.vocabularySize));
    const words = fc.array(fc.stringMatching(/^[a-zA-Z0-9]{1,12}$/), { maxLength: 30 });
    fc.assert(
      fc.property(words, (list) => {
        const text = ['searching', ...list].join(' ');
        expect(lazy.encode(text)).toEqual(whole.encode(text));
      }),
    );
    expect(lazy.pieces).toEqual(whole.pieces);
  });

  it('is given up where the file may spell a piece in another way', () => {
    const json = buildTokenizerJson([...special, 'caf\u00e9']);
    const size = special.length + 1;
    const escaped = JSON.stringify(json).replace('\u00e9', '\\u00e9');
    expect(searchVocabulary(Buffer.from(escaped), size)).toBeUndefined();
    expect(searchVocabulary(Buffer.from(JSON.stringify(json, null, 1)), size)).toBeUndefined();
  });

  it('refuses a file that is cut off, and one of another kind', () => {
    const text = JSON.stringify(buildTokenizerJson([...special, 'word']));
    expect(searchVocabulary(Buffer.from(text.slice(0, -9)), special.length + 1)).toBeUndefined();
    const other = text.replaceAll('"WordPiece"', '"BPE"');
    expect(() => searchVocabulary(Buffer.from(other), special.length + 1)).toThrow(/not of the kind/);
  });
});
